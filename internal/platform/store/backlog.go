package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// DeliveryQueue is how much waits to be delivered.
type DeliveryQueue struct {
	Queued int64     // events, those included that wait for their next attempt
	Since  time.Time // since when the event waits that is due for longest; zero where none is due
}

// AuditHead is how far the log of an environment has grown.
type AuditHead struct {
	Scope
	Size     int64     // events
	Unsigned time.Time // of the first event that no checkpoint has; zero where there is none
}

var (
	// An endpoint with a rate limit makes events wait that are due, as it was told to.
	waitingSince = statement(`SELECT COALESCE(MIN(CASE WHEN e.paused_until > e.next_attempt_at THEN e.paused_until
		ELSE e.next_attempt_at END), 0) FROM webhook_endpoints e
		JOIN connectors c ON c.tenant = e.tenant AND c.environment = e.environment AND c.id = e.connector_id
		WHERE e.next_attempt_at > 0 AND e.next_attempt_at <= $1 AND e.enabled = 1 AND e.paused_until <= $1
		AND e.rate_limit IS NULL AND c.enabled = 1`)
	queuedEverywhere = statement(`SELECT CAST(COALESCE(SUM(objects), 0) AS BIGINT) FROM usage
		WHERE tenant > '' AND kind = '` + UsageDeliveries + `'`)
	auditHeads = statement(`SELECT l.tenant, l.environment, l.size, COALESCE((SELECT e.at FROM audit_events e
		WHERE e.tenant = l.tenant AND e.environment = l.environment AND e.leaf = (SELECT COALESCE(MAX(c.size), 0)
		FROM audit_checkpoints c WHERE c.tenant = l.tenant AND c.environment = l.environment)), 0)
		FROM audit_logs l WHERE l.tenant > '' ORDER BY l.tenant, l.environment`)
)

// DeliveriesWaiting returns since when the event waits that is due for longest; zero where none is due.
func (tx *Tx) DeliveriesWaiting(ctx context.Context, now time.Time) (since time.Time, err error) {
	err = tx.one(ctx, waitingSince, []any{column.Micros(now)}, column.Time(&since))
	return since, failed("looking for", "the event that waits for longest", "", err)
}

// DeliveryQueue reads how much waits to be delivered, in every scope.
func (tx *Tx) DeliveryQueue(ctx context.Context, now time.Time) (q DeliveryQueue, err error) {
	if q.Since, err = tx.DeliveriesWaiting(ctx, now); err != nil {
		return q, err
	}
	err = tx.one(ctx, queuedEverywhere, nil, &q.Queued)
	return q, failed("counting", "queued deliveries", "", err)
}

// AuditHeads reads how far each log has grown.
func (tx *Tx) AuditHeads(ctx context.Context) (heads []AuditHead, err error) {
	err = tx.each(ctx, auditHeads, nil, func(row scanner) error {
		var h AuditHead
		err := row.Scan(&h.Tenant, &h.Environment, &h.Size, column.Time(&h.Unsigned))
		heads = append(heads, h)
		return err
	})
	return heads, failed("reading", "the heads of audit logs", "", err)
}
