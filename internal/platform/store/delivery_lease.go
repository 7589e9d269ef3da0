package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/postgres"
)

// These statements are for databases that several processes serve.
const (
	leaseDeliveries = `WITH due AS MATERIALIZED (SELECT q.id, q.attempt_id FROM deliveries q
		WHERE q.tenant = $1 AND q.environment = $2 AND q.endpoint_id = $3 AND q.next_attempt_at > 0
		AND q.next_attempt_at <= $4
		AND (q.leased_until < ` + postgres.Now + ` OR split_part(q.attempt_id, '.', 1) = $8)
		ORDER BY q.next_attempt_at, q.id LIMIT $5 FOR UPDATE SKIP LOCKED)
		UPDATE deliveries d SET attempt_id = $6, leased_until = ` + postgres.Now + ` + $7 FROM due
		WHERE d.id = due.id RETURNING ` + deliveryColumns + `, d.body,
		due.attempt_id <> '' AND split_part(due.attempt_id, '.', 1) <> $8`
	letGoDelivery = `UPDATE deliveries SET attempt_id = '', leased_until = 0 WHERE id = $1 AND attempt_id = $2`

	lockEndpoint = `SELECT 1 FROM webhook_endpoints WHERE tenant = $1 AND environment = $2 AND id = $3
		FOR NO KEY UPDATE`
	attemptsLately = `SELECT COALESCE(SUM(attempts), 0)::bigint FROM endpoint_attempts
		WHERE endpoint_id = $1 AND at > ` + postgres.Now + ` - 1000000`
	forgetAttempts = `DELETE FROM endpoint_attempts WHERE endpoint_id = $1 AND at <= ` + postgres.Now + ` - 1000000`
	noteAttempts   = `INSERT INTO endpoint_attempts (endpoint_id, at, attempts) VALUES ($1, ` + postgres.Now + `, $2)
		ON CONFLICT (endpoint_id, at) DO UPDATE SET attempts = endpoint_attempts.attempts + excluded.attempts`
)

// DeliveryLease is what a process asks for that is to deliver to an endpoint.
type DeliveryLease struct {
	EndpointID string
	// Process and Number are the id of the attempts. A process takes the leases of its own attempts again: it makes none
	// of them any more, and could not record them.
	Process string
	Number  int64
	For     time.Duration // how long no other process makes an attempt
	Most    int
	// PerSecond is how many attempts all processes may make in a second; nil for no limit.
	PerSecond *int64
}

// LeaseDeliveries takes the leases of deliveries to an endpoint that are due, those that waited longest first, and
// leaves those that another process has. lost is how many of them another process had leased and not ended in time. It
// needs a transaction of Leases.Rows.
func (tx *Tx) LeaseDeliveries(
	ctx context.Context, scope Scope, now time.Time, c DeliveryLease,
) (found []*Delivery, lost int, err error) {
	most, err := tx.roomFor(ctx, scope, c)
	if err == nil && most > 0 {
		args := []any{
			scope.Tenant, scope.Environment, c.EndpointID, column.Micros(now), most,
			c.Process + "." + strconv.FormatInt(c.Number, 10), c.For.Microseconds(), c.Process,
		}
		err = tx.each(ctx, leaseDeliveries, args, func(row scanner) error {
			var d Delivery
			var taken bool
			err := row.Scan(append(d.columns(), &d.Body, &taken)...)
			if taken {
				lost++
			}
			found = append(found, &d)
			return err
		})
	}
	if err == nil && len(found) > 0 && c.PerSecond != nil {
		_, err = tx.exec(ctx, noteAttempts, c.EndpointID, len(found))
	}
	slices.SortFunc(found, func(a, b *Delivery) int {
		return cmp.Or(a.NextAttemptAt.Compare(b.NextAttemptAt), cmp.Compare(a.ID, b.ID))
	})
	return found, lost, failed("leasing", deliveries, c.EndpointID, err)
}

// roomFor returns how many attempts may be made now. Processes that lease deliveries to the same endpoint with a rate
// limit wait for each other.
func (tx *Tx) roomFor(ctx context.Context, scope Scope, c DeliveryLease) (most int, err error) {
	if c.PerSecond == nil {
		return c.Most, nil
	}
	var one, lately int64
	err = tx.one(ctx, lockEndpoint, []any{scope.Tenant, scope.Environment, c.EndpointID}, &one)
	if err == nil {
		_, err = tx.exec(ctx, forgetAttempts, c.EndpointID)
	}
	if err == nil {
		err = tx.one(ctx, attemptsLately, []any{c.EndpointID}, &lately)
	}
	return int(min(int64(c.Most), max(0, *c.PerSecond-lately))), err
}

// LetGoDelivery ends the lease of an attempt that was not made, if it still has it. It needs a transaction of
// Leases.Rows.
func (tx *Tx) LetGoDelivery(ctx context.Context, d *Delivery) error {
	_, err := tx.exec(ctx, letGoDelivery, d.ID, d.AttemptID)
	return failed("ending the lease of", deliveries, d.ID, err)
}
