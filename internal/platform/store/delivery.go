package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Delivery is the delivery of one event to one endpoint.
type Delivery struct {
	Scope
	ID            string // of the event
	EndpointID    string
	Type          string
	State         string
	CreatedAt     time.Time
	NextAttemptAt time.Time // zero once it has ended
	EndedAt       time.Time // zero while it is queued
	Attempts      int64
	Resent        int64  // the attempts that it had when it was last sent again
	Body          []byte // sealed; nil once it was delivered
	// AttemptID is the attempt that a process makes now. It is empty where no other process serves the database.
	AttemptID string

	// Own is for InsertDelivery: no write is refused because of this delivery.
	Own bool
}

// DeliveryAttempt is one attempt of a delivery.
type DeliveryAttempt struct {
	Attempt  int64
	At       time.Time
	Duration time.Duration
	Outcome  string
	Status   *int64
	Detail   string
	SignedBy []SignedBy
}

// SignedBy is the version of a signing secret that signed an attempt.
type SignedBy struct {
	SigningSecretID string `json:"id"`
	Version         int64  `json:"version"`
}

const (
	deliveries      = "deliveries"
	deliveryColumns = `d.tenant, d.environment, d.id, d.endpoint_id, d.type, d.state, d.created_at, d.next_attempt_at,
		d.ended_at, d.attempts, d.resent, d.attempt_id`
	selectDeliveries = `SELECT ` + deliveryColumns + ` FROM deliveries d
		WHERE d.tenant = $1 AND d.environment = $2 AND d.endpoint_id = $3 AND ($5 = '' OR d.state = $5)
		AND ($6 = '' OR d.type = $6) AND d.created_at >= $7 AND ($8 = 0 OR d.created_at < $8)
		AND ($9 = '' OR EXISTS (SELECT 1 FROM delivery_attempts a
		WHERE a.delivery_id = d.id AND a.attempt = d.attempts AND a.outcome = $9))`
	attemptColumns = `a.attempt, a.at, a.duration, a.outcome, a.status, a.detail, a.signed_by`
)

var (
	insertDelivery = statement(`INSERT INTO deliveries (tenant, environment, id, endpoint_id, type, state, created_at,
		next_attempt_at, ended_at, attempts, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	selectDelivery = statement(`SELECT ` + deliveryColumns + `, d.body FROM deliveries d WHERE d.id = $1`)
	deliveriesDue  = statement(`SELECT ` + deliveryColumns + `, d.body FROM deliveries d
		WHERE d.tenant = $1 AND d.environment = $2 AND d.endpoint_id = $3 AND d.next_attempt_at > 0
		AND d.next_attempt_at <= $4 ORDER BY d.next_attempt_at, d.id LIMIT $5`)
	deliveriesNewest = statement(selectDeliveries + ` ORDER BY d.id DESC LIMIT $4`)
	deliveriesBefore = statement(selectDeliveries + ` AND d.id < $10 ORDER BY d.id DESC LIMIT $4`)
	// The bytes of a body that was not erased yet.
	bodyOfDelivery   = statement(`SELECT COALESCE(LENGTH(body), 0), next_attempt_at > 0 FROM deliveries WHERE id = $1`)
	queuedAtEndpoint = statement(`SELECT COUNT(*), COALESCE(SUM(LENGTH(body)), 0) FROM deliveries
		WHERE tenant = $1 AND environment = $2 AND endpoint_id = $3 AND next_attempt_at > 0`)
	updateDelivery = statement(`UPDATE deliveries SET state = $2, next_attempt_at = $3, ended_at = $4, attempts = $5,
		attempt_id = '', leased_until = 0,
		body = CASE WHEN $2 = '` + api.DeliveryDelivered + `' THEN NULL ELSE body END WHERE id = $1`)
	forgetDeliveries = statement(`DELETE FROM deliveries WHERE id IN
		(SELECT id FROM deliveries WHERE ended_at > 0 AND ended_at < $1 LIMIT $2)`)
	insertAttempt = statement(`INSERT INTO delivery_attempts (delivery_id, attempt, at, duration, outcome, status,
		detail, signed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	attemptsSent = statement(`SELECT COUNT(*) FROM delivery_attempts
		WHERE delivery_id = $1 AND attempt > $2 AND outcome <> '` + api.AttemptUnsigned + `'`)
	selectAttempts = statement(`SELECT ` + attemptColumns + ` FROM delivery_attempts a
		WHERE a.delivery_id = $1 ORDER BY a.attempt`)
	wakeDeliveries = statement(`UPDATE deliveries SET next_attempt_at = $4
		WHERE tenant = $1 AND environment = $2 AND endpoint_id = $3 AND next_attempt_at > $4`)
	wakeUnsigned = statement(`UPDATE deliveries SET next_attempt_at = $4
		WHERE tenant = $1 AND environment = $2 AND endpoint_id = $3 AND next_attempt_at > $4 AND EXISTS
		(SELECT 1 FROM delivery_attempts a WHERE a.delivery_id = deliveries.id
		AND a.attempt = deliveries.attempts AND a.outcome = '` + api.AttemptUnsigned + `')`)
	// The endpoint holds the time of its first due delivery, so that the delivery loop need not search every queue.
	scheduleEndpoint = statement(`UPDATE webhook_endpoints SET next_attempt_at = COALESCE(
		(SELECT MIN(d.next_attempt_at) FROM deliveries d WHERE d.tenant = $1 AND d.environment = $2
		AND d.endpoint_id = $3 AND d.next_attempt_at > 0), 0)
		WHERE tenant = $1 AND environment = $2 AND id = $3`)
)

func (d *Delivery) columns() []any {
	return []any{
		&d.Tenant, &d.Environment, &d.ID, &d.EndpointID, &d.Type, &d.State, column.Time(&d.CreatedAt),
		column.Time(&d.NextAttemptAt), column.Time(&d.EndedAt), &d.Attempts,
		&d.Resent, &d.AttemptID,
	}
}

// InsertDelivery queues an event.
func (tx *Tx) InsertDelivery(ctx context.Context, d *Delivery) error {
	_, err := tx.exec(ctx, insertDelivery, d.Tenant, d.Environment, d.ID, d.EndpointID, d.Type, d.State,
		column.Micros(d.CreatedAt), column.Micros(d.NextAttemptAt), column.Micros(d.EndedAt), d.Attempts, d.Body)
	if err == nil && !d.NextAttemptAt.IsZero() {
		err = tx.queued(ctx, d)
	}
	if err == nil {
		err = tx.scheduleEndpoint(ctx, d.Scope, d.EndpointID)
	}
	return failed("storing", deliveries, d.ID, err)
}

// queued counts a delivery that is new in the queue.
func (tx *Tx) queued(ctx context.Context, d *Delivery) error {
	if d.Own {
		_, err := tx.countUsage(ctx, Usage{Scope: d.Scope, Kind: UsageDeliveries, Objects: 1, Bytes: int64(len(d.Body))})
		return err
	}
	return tx.addUsage(ctx, d.Scope, UsageDeliveries, 1, int64(len(d.Body)))
}

// AttemptsSent counts the attempts of a delivery that were signed, and so sent, since it was last sent again.
func (tx *Tx) AttemptsSent(ctx context.Context, d *Delivery) (n int, err error) {
	err = tx.one(ctx, attemptsSent, []any{d.ID, d.Resent}, &n)
	return n, failed("counting the attempts of", deliveries, d.ID, err)
}

// WakeDeliveries makes every queued delivery to an endpoint due now. The platform calls it after the endpoint was
// changed or enabled.
func (tx *Tx) WakeDeliveries(ctx context.Context, scope Scope, endpointID string, now time.Time) error {
	return tx.wake(ctx, wakeDeliveries, scope, endpointID, now)
}

// WakeUnsigned makes the queued deliveries due whose last attempt could not be signed.
func (tx *Tx) WakeUnsigned(ctx context.Context, scope Scope, endpointID string, now time.Time) error {
	return tx.wake(ctx, wakeUnsigned, scope, endpointID, now)
}

func (tx *Tx) wake(ctx context.Context, text string, scope Scope, endpointID string, now time.Time) error {
	_, err := tx.exec(ctx, text, scope.Tenant, scope.Environment, endpointID, column.Micros(now))
	if err == nil {
		err = tx.scheduleEndpoint(ctx, scope, endpointID)
	}
	return failed("waking the deliveries to", api.KindWebhookEndpoints, endpointID, err)
}

func (tx *Tx) scheduleEndpoint(ctx context.Context, scope Scope, endpointID string) error {
	return tx.execOne(ctx, scheduleEndpoint, scope.Tenant, scope.Environment, endpointID)
}

// Delivery reads one delivery.
func (tx *Tx) Delivery(ctx context.Context, id string) (*Delivery, error) {
	var d Delivery
	if err := tx.one(ctx, selectDelivery, []any{id}, append(d.columns(), &d.Body)...); err != nil {
		return nil, failed("reading", deliveries, id, err)
	}
	return &d, nil
}

// DeliveriesDue reads the deliveries to an endpoint that are due, those that waited longest first.
func (tx *Tx) DeliveriesDue(
	ctx context.Context, scope Scope, endpointID string, now time.Time, limit int,
) ([]*Delivery, error) {
	var found []*Delivery
	args := []any{scope.Tenant, scope.Environment, endpointID, column.Micros(now), limit}
	err := tx.each(ctx, deliveriesDue, args, func(row scanner) error {
		var d Delivery
		found = append(found, &d)
		return row.Scan(append(d.columns(), &d.Body)...)
	})
	return found, failed("looking for deliveries to", api.KindWebhookEndpoints, endpointID, err)
}

// DeliveryFilter selects deliveries. The zero value of a field selects all.
type DeliveryFilter struct {
	State, Type  string
	Since, Until time.Time // Since is included, Until is not
	Outcome      string    // of the last attempt
}

// Deliveries reads a page of the deliveries to an endpoint, newest first, without bodies. A non-empty before selects
// those before that id. The attempts are in the same order.
func (tx *Tx) Deliveries(
	ctx context.Context, scope Scope, endpointID string, f DeliveryFilter, before string, limit int,
) (found []*Delivery, attempts [][]DeliveryAttempt, err error) {
	text, args := deliveriesNewest, []any{
		scope.Tenant, scope.Environment, endpointID, limit, f.State, f.Type, column.Micros(f.Since), column.Micros(f.Until),
		f.Outcome,
	}
	if before != "" {
		text, args = deliveriesBefore, append(args, before)
	}
	err = tx.each(ctx, text, args, func(row scanner) error {
		var d Delivery
		found = append(found, &d)
		return row.Scan(d.columns()...)
	})
	attempts = make([][]DeliveryAttempt, len(found))
	for i, d := range found {
		if err == nil {
			attempts[i], err = tx.attempts(ctx, d.ID)
		}
	}
	return found, attempts, failed("listing the deliveries to", api.KindWebhookEndpoints, endpointID, err)
}

func (tx *Tx) attempts(ctx context.Context, id string) (found []DeliveryAttempt, err error) {
	err = tx.each(ctx, selectAttempts, []any{id}, func(row scanner) error {
		var a DeliveryAttempt
		err := row.Scan(&a.Attempt, column.Time(&a.At), &a.Duration, &a.Outcome, &a.Status, &a.Detail,
			column.JSON(&a.SignedBy))
		found = append(found, a)
		return err
	})
	return found, err
}

// UpdateDelivery stores the state of a delivery and the attempt that led to it. It erases the body of a delivery that
// was made.
func (tx *Tx) UpdateDelivery(ctx context.Context, d *Delivery, a *DeliveryAttempt) error {
	var bytes int64
	var queued bool
	err := tx.one(ctx, bodyOfDelivery, []any{d.ID}, &bytes, &queued)
	if err == nil {
		err = tx.execOne(ctx, updateDelivery, d.ID, d.State, column.Micros(d.NextAttemptAt), column.Micros(d.EndedAt),
			d.Attempts)
	}
	if err == nil && queued && d.NextAttemptAt.IsZero() {
		err = tx.addUsage(ctx, d.Scope, UsageDeliveries, -1, -bytes)
	}
	if err == nil {
		_, err = tx.exec(ctx, insertAttempt, d.ID, a.Attempt, column.Micros(a.At), int64(a.Duration), a.Outcome, a.Status,
			a.Detail, column.JSON(&a.SignedBy))
	}
	if err == nil {
		err = tx.scheduleEndpoint(ctx, d.Scope, d.EndpointID)
	}
	return failed("updating", deliveries, d.ID, err)
}

// ForgetDeliveries deletes at most limit records of deliveries that ended before a time, and returns their number.
func (tx *Tx) ForgetDeliveries(ctx context.Context, before time.Time, limit int) (int64, error) {
	n, err := tx.exec(ctx, forgetDeliveries, column.Micros(before), limit)
	return n, failed("forgetting", "deliveries that have ended", "", err)
}
