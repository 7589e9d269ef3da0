package audit

import (
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// actionRestore is the event of a restore, in the log of every environment.
const actionRestore = "restore"

// RestoredError is the error of a checkpoint from before a restore, with events that the restore has lost. Without the
// checkpoint, the log verifies.
type RestoredError struct {
	Log        string
	Checkpoint auditlog.Checkpoint
	Restore    *store.AuditEvent
}

func (e *RestoredError) Error() string {
	return fmt.Sprintf("audit log %s verifies, but not with the checkpoint of %d events of %s: the platform was "+
		"restored from a backup at %s (event %d, %s), and lost %d of these events; what they were is known "+
		"from exports and the journal alone; give a checkpoint of before the backup or of after "+
		"the restore, and keep one of now", e.Log,
		e.Checkpoint.Size, e.Checkpoint.At.UTC().Format(time.RFC3339), e.Restore.At.UTC().Format(time.RFC3339),
		e.Restore.Index, e.Restore.ID, e.Checkpoint.Size-e.Restore.Index)
}

// explain returns a RestoredError where a log fails to verify because of a restore alone.
func (w *verification) explain(failed error) error {
	if w.older == nil {
		return failed
	}
	var restores []*store.AuditEvent
	err := w.store.View(w.ctx, func(tx *store.Tx) (err error) {
		restores, err = tx.AuditEvents(w.ctx, w.scope, store.AuditFilter{Action: actionRestore, Since: w.older.At, Limit: 1})
		return err
	})
	if err != nil || len(restores) == 0 || restores[0].Index >= w.older.Size {
		return failed
	}
	again := verification{ctx: w.ctx, store: w.store, scope: w.scope, key: w.key}
	again.verifier = auditlog.Verifier{Tenant: w.scope.Tenant, Environment: w.scope.Environment}
	if again.run() != nil {
		return failed
	}
	return &RestoredError{
		Log: w.scope.Tenant + "/" + w.scope.Environment, Checkpoint: *w.older, Restore: restores[0],
	}
}
