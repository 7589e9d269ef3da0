package credentials

import (
	"context"
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Quarantine puts a credential in quarantine on behalf of the platform, in a transaction of any domain. It reports
// whether it did: it does nothing where no version is valid, or where a quarantine covers those that are. length is at
// most rotation.MaxQuarantine. Only the role security can release what the platform has set.
func (e *Engine) Quarantine(
	ctx context.Context, tx *txn.Tx, ref store.Ref, reason string, length time.Duration,
) (done bool, err error) {
	kind, known := api.KindAt(ref.Kind)
	if !known {
		return false, fmt.Errorf("no kind of object is at %s", ref.Kind)
	}
	caller := tx.Caller
	caller.Scope, caller.Actor, caller.ActorName = ref.Scope, rotation.ActorPlatform, ""
	tx = tx.As(caller)
	o, err := e.Load(ctx, tx, kind, ref.ID)
	if err != nil {
		return false, err
	}
	c := o.Parts().Credential.Credential
	if c.Phase() == rotation.PhaseRevoked || len(c.Quarantined()) > 0 {
		return false, nil
	}
	return true, Apply(ctx, tx, o, rotation.Command{
		Step: rotation.StepQuarantine, Reason: reason, Length: length,
	}, nil)
}
