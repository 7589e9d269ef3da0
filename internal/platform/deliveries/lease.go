package deliveries

import (
	"context"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// leaseFor is how long no other process attempts a delivery. An exchange takes half of it at most; an attempt that
// takes longer counts as long as no other one was begun.
const leaseFor = 30 * time.Second

// attempts numbers the attempts of this process. The zero value is ready for use.
type attempts struct {
	mu      sync.Mutex
	process string // the id that tells its attempts from those of others
	last    int64
}

func (a *attempts) next(r *keys.Random, now time.Time) (process string, number int64, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.process == "" {
		a.process, err = r.ID(keys.IDAttempt, now)
	}
	a.last++
	return a.process, a.last, err
}

// lease takes the leases of deliveries to an endpoint.
func (d *Deliverer) lease(
	ctx context.Context, scope store.Scope, now time.Time, c store.DeliveryLease,
) (events []*store.Delivery, err error) {
	if c.Process, c.Number, err = d.attempts.next(d.runner.Random, now); err != nil {
		return nil, err
	}
	c.For = leaseFor
	lost := 0
	err = d.runner.Store.Leases.Rows(ctx, func(tx *store.Tx) error {
		events, lost, err = tx.LeaseDeliveries(ctx, scope, now, c)
		return err
	})
	if lost > 0 {
		d.lost(lost)
		d.log.Warn("deliveries are attempted that another process had begun, and has not ended in time", "endpoint",
			c.EndpointID, "deliveries", lost)
	}
	return events, err
}

// letGo ends the lease of an attempt that was not made, so that the next one need not wait. One that cannot be ended
// now expires.
func (d *Deliverer) letGo(ctx context.Context, event *store.Delivery) {
	if event.AttemptID == "" {
		return
	}
	err := d.runner.Store.Leases.Rows(ctx, func(tx *store.Tx) error { return tx.LetGoDelivery(ctx, event) })
	if err != nil {
		d.log.Debug("the lease of a delivery stays until it expires", "event", event.ID, "error", err.Error())
	}
}
