package store

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// ChainEvent is an event of the hash chain of older builds.
type ChainEvent struct {
	*AuditEvent

	Sequence int64 // 1, 2, 3 … in its environment
	Previous []byte
	Hash     []byte
}

var (
	selectChain = statement(`SELECT tenant, environment, sequence, id, at, actor, action, kind, object_id, request_id,
		detail, previous, hash FROM audit_chain
		WHERE tenant > '' ORDER BY tenant, environment, sequence LIMIT $1`)
	deleteChain = statement(`DELETE FROM audit_chain WHERE tenant = $1 AND environment = $2 AND sequence = $3`)
)

// ChainEvents reads at most limit events that an older build has written, those of an environment one after another.
func (tx *Tx) ChainEvents(ctx context.Context, limit int) (events []ChainEvent, err error) {
	err = tx.each(ctx, selectChain, []any{limit}, func(row scanner) error {
		e := ChainEvent{AuditEvent: &AuditEvent{}}
		err := row.Scan(&e.Tenant, &e.Environment, &e.Sequence, &e.ID, column.Time(&e.At), &e.Actor, &e.Action, &e.Kind,
			&e.ObjectID, &e.RequestID, column.JSON(&e.Detail), &e.Previous, &e.Hash)
		e.Index = e.Sequence - 1
		events = append(events, e)
		return err
	})
	return events, failed("reading", "audit events of an older build", "", err)
}

// TakeFromChain adds an event of an older build to the log, as the end of the chain, and deletes it where it was.
func (tx *Tx) TakeFromChain(ctx context.Context, e ChainEvent) error {
	if err := tx.execOne(ctx, deleteChain, e.Tenant, e.Environment, e.Sequence); err != nil {
		return failed("taking over", "audit event", e.ID, err)
	}
	if tx.chainHeads == nil {
		tx.chainHeads = map[Scope][]byte{}
	}
	tx.chainHeads[Scope{e.Tenant, e.Environment}] = e.Hash
	return tx.AppendAudit(ctx, e.AuditEvent)
}
