package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

const failedSince = `tenant = $1 AND environment = $2 AND endpoint_id = $3
	AND state = '` + api.DeliveryFailed + `' AND created_at >= $4 AND body IS NOT NULL`

var (
	resendDelivery = statement(`UPDATE deliveries SET state = '` + api.DeliveryQueued + `', next_attempt_at = $5,
		ended_at = 0, resent = attempts WHERE tenant = $1 AND environment = $2 AND endpoint_id = $3 AND id = $4
		AND body IS NOT NULL`)
	resendFailed = statement(`UPDATE deliveries SET state = '` + api.DeliveryQueued + `', next_attempt_at = $5,
		ended_at = 0, resent = attempts WHERE ` + failedSince)
	failedBodies    = statement(`SELECT COUNT(*), COALESCE(SUM(LENGTH(body)), 0) FROM deliveries WHERE ` + failedSince)
	hurryDeliveries = statement(`UPDATE deliveries SET next_attempt_at = $5
		WHERE tenant = $1 AND environment = $2 AND endpoint_id = $3 AND created_at >= $4 AND next_attempt_at > $5`)
)

// ResendDelivery queues a delivery again that was read in the same transaction, due now, with a new schedule of
// attempts. It must still have its body.
func (tx *Tx) ResendDelivery(ctx context.Context, d *Delivery, now time.Time) error {
	err := tx.execOne(ctx, resendDelivery, d.Tenant, d.Environment, d.EndpointID, d.ID, column.Micros(now))
	if err == nil && d.NextAttemptAt.IsZero() {
		err = tx.addUsage(ctx, d.Scope, UsageDeliveries, 1, int64(len(d.Body)))
	}
	if err == nil {
		err = tx.scheduleEndpoint(ctx, d.Scope, d.EndpointID)
	}
	return failed("sending again", deliveries, d.ID, err)
}

// ResendFailed does the same for the failed deliveries to an endpoint that were queued since a time, and returns their
// number.
func (tx *Tx) ResendFailed(ctx context.Context, scope Scope, endpointID string, since, now time.Time) (int64, error) {
	args := []any{scope.Tenant, scope.Environment, endpointID, column.Micros(since)}
	var queued Usage
	err := tx.one(ctx, failedBodies, args, &queued.Objects, &queued.Bytes)
	if err == nil {
		_, err = tx.exec(ctx, resendFailed, append(args, column.Micros(now))...)
	}
	if err == nil {
		err = tx.addUsage(ctx, scope, UsageDeliveries, queued.Objects, queued.Bytes)
	}
	if err == nil {
		err = tx.scheduleEndpoint(ctx, scope, endpointID)
	}
	return queued.Objects, failed("sending again the deliveries to", api.KindWebhookEndpoints, endpointID, err)
}

// HurryDeliveries makes the queued deliveries to an endpoint due now that were queued since a time, and returns the
// number of those that waited.
func (tx *Tx) HurryDeliveries(
	ctx context.Context, scope Scope, endpointID string, since, now time.Time,
) (int64, error) {
	n, err := tx.exec(ctx, hurryDeliveries, scope.Tenant, scope.Environment, endpointID, column.Micros(since),
		column.Micros(now))
	if err == nil {
		err = tx.scheduleEndpoint(ctx, scope, endpointID)
	}
	return n, failed("sending now the deliveries to", api.KindWebhookEndpoints, endpointID, err)
}
