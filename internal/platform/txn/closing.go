package txn

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Bury keeps what is left of an object with a credential that the transaction deletes, before it does so. Its data keys
// go with it, also those in memory.
func Bury(ctx context.Context, tx *Tx, ref store.Ref) error {
	tx.OnCommit(func() { keys.Forget(tx.Keys, ref.Scope, ref.ID) })
	return tx.Bury(ctx, ref, tx.Now, tx.Actor)
}

// AuditClosed records that an object with a credential was deleted. The event closed is the last one about it.
func AuditClosed(ctx context.Context, tx *Tx, ref store.Ref, detail map[string]string) error {
	if err := tx.Audit(ctx, ActionDelete, ref.Kind, ref.ID, detail); err != nil {
		return err
	}
	return tx.Audit(ctx, ActionClosed, ref.Kind, ref.ID, map[string]string{"name": detail["name"]})
}

// Remove removes an object that nothing refers to.
func Remove(ctx context.Context, tx *Tx, d store.Deleting) error {
	withCredential := d.Kind == api.KindConnectors
	if withCredential {
		if err := Bury(ctx, tx, d.Ref); err != nil {
			return err
		}
	}
	if err := tx.DeleteUnused(ctx, d.Ref); err != nil {
		return err
	}
	detail := map[string]string{"name": d.Name}
	if !d.Since.IsZero() {
		detail["deleting_since"], detail["deleted_by"] = d.Since.UTC().Format(time.RFC3339Nano), d.By
	}
	if withCredential {
		return AuditClosed(ctx, tx, d.Ref, detail)
	}
	return tx.Audit(ctx, ActionDelete, d.Kind, d.ID, detail)
}
