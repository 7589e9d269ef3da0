package platform

import (
	"context"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Actions of the audit that are not steps of a rotation; those are called as package rotation calls them.
const (
	actionCreate = "create"
	actionUpdate = "update"
	actionDelete = "delete"
	actionReveal = "reveal"

	actionTestEvent = "test_event" // an event was queued on request
	actionProbe     = "probe"      // a receiver was asked whether it accepts a version
	actionDisable   = "disable"    // the platform has disabled an endpoint
)

// audit records that the caller did something to an object, in the transaction that does it.
func (w *work) audit(ctx context.Context, action, kind, objectID string, detail map[string]string) error {
	return w.append(ctx, w.now, w.actor, action, kind, objectID, detail)
}

// auditTransition records one transition of a credential, at the moment as of which it counts.
func (w *work) auditTransition(ctx context.Context, kind, objectID string, t rotation.Transition) error {
	detail := map[string]string{"versions": numbers(t.Versions)}
	if t.Issued != 0 {
		detail["issued"] = itoa(t.Issued)
	}
	if t.Forced {
		detail["forced"] = "true"
	}
	if t.Reason != "" {
		detail["reason"] = t.Reason
	}
	if !t.At.Equal(w.now) {
		detail["settled_at"] = w.now.Format(time.RFC3339Nano)
	}
	return w.append(ctx, t.At, t.Actor, string(t.Step), kind, objectID, detail)
}

func (w *work) append(ctx context.Context, at time.Time, actor, action, kind, objectID string, detail map[string]string) error {
	id, err := w.random.id(idAuditEvent, w.now)
	if err != nil {
		return err
	}
	return w.tx.AppendAudit(ctx, &store.AuditEvent{
		ID: id, Scope: w.scope, At: at, Actor: actor, Action: action, Kind: kind, ObjectID: objectID,
		RequestID: w.requestID, Detail: detail,
	})
}

func numbers(versions []int64) string {
	out := make([]string, len(versions))
	for i, n := range versions {
		out[i] = itoa(n)
	}
	return strings.Join(out, ",")
}
