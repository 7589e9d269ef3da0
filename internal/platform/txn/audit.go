package txn

import (
	"cmp"
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Actions of the audit that every kind of object has. The steps of a rotation are actions too, under their own names.
const (
	ActionCreate = "create"
	ActionUpdate = "update"
	ActionDelete = "delete"
	ActionClosed = "closed" // follows the delete of what had a credential: its values are destroyed
	ActionReveal = "reveal"
	ActionAdopt  = "adopt" // an object that an interrupted run had made

	ActionDeleteWhenUnused = "delete_when_unused" // a DELETE of an object in use, which is deleting from then on
	ActionUndelete         = "undelete"
)

// Audit records that the caller did something to an object.
func (tx *Tx) Audit(ctx context.Context, action, kind, objectID string, detail map[string]string) error {
	return tx.AuditEvent(ctx, store.AuditEvent{Action: action, Kind: kind, ObjectID: objectID, Detail: detail})
}

// AuditEvent records an event of the caller's scope and request. Where the event has no actor, no time or no outcome,
// the caller, the time of the transaction and success count.
func (tx *Tx) AuditEvent(ctx context.Context, e store.AuditEvent) (err error) {
	if e.ID, err = tx.NewID(keys.IDAuditEvent); err != nil {
		return err
	}
	if e.Salt, err = tx.Random.Salt(); err != nil {
		return err
	}
	e.Tenant, e.Environment, e.RequestID = tx.Scope.Tenant, tx.Scope.Environment, tx.RequestID
	if e.Actor == "" || e.Actor == tx.Actor { // what the platform does by itself comes from no address
		e.Actor, e.Role, e.Workload = tx.Actor, tx.Role, cmp.Or(e.Workload, tx.Workload)
		e.Address, e.UserAgent = tx.Address, tx.UserAgent
	}
	if e.At.IsZero() {
		e.At = tx.Now
	}
	if e.Outcome == "" {
		e.Outcome = api.OutcomeSuccess
	}
	return tx.AppendAudit(ctx, &e)
}
