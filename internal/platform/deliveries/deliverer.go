package deliveries

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/webhooks"
)

// Retention is how long the record of a delivery is kept after it has ended.
const Retention = 30 * 24 * time.Hour

// Deliverer delivers what is queued.
type Deliverer struct {
	engine  *credentials.Engine
	runner  *txn.Runner
	secrets *webhooks.Secrets
	sender  *webhooks.Sender
	log     *slog.Logger
	count   func(outcome string)
	lost    func(n int)
	slots   *slots

	attempts attempts
}

// Config has what a deliverer works with.
type Config struct {
	Engine    *credentials.Engine
	Runner    *txn.Runner
	Webhooks  *webhooks.Handler // finds the signers of an event, and sends it
	Waker     Waker
	Log       *slog.Logger
	Attempted func(outcome string) // counts an attempt
	TakenOver func(n int)          // counts deliveries that another process had begun, and has not ended in time
}

// NewDeliverer returns a deliverer.
func NewDeliverer(c Config) *Deliverer {
	return &Deliverer{
		engine: c.Engine, runner: c.Runner, secrets: c.Webhooks.Secrets, sender: c.Webhooks.Sender, log: c.Log,
		count: c.Attempted, lost: c.TakenOver, slots: newSlots(c.Waker),
	}
}

// Deliver makes every attempt that is due, those that fall due meanwhile included, and returns when it has made them.
func (d *Deliverer) Deliver(ctx context.Context) error {
	ended := make(chan error)
	var failed []error
	for running := 0; ; {
		n, err := d.start(ctx, &sync.WaitGroup{}, func(err error) { ended <- err })
		failed = append(failed, err)
		if running += n; running == 0 {
			return errors.Join(failed...)
		}
		failed = append(failed, <-ended)
		running--
	}
}

// Run delivers until the context ends, and then waits for the attempts that are running.
func (d *Deliverer) Run(ctx context.Context, interval time.Duration) {
	var running sync.WaitGroup
	defer running.Wait()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	report := func(err error) {
		if err != nil && !errors.Is(err, store.ErrUnavailable) && ctx.Err() == nil {
			d.log.Error("delivery failed", "error", err.Error())
		}
	}
	for {
		_, err := d.start(ctx, &running, report)
		report(err)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-d.slots.waker:
		}
	}
}

// start begins to deliver to the endpoints that have a delivery due and get a place. It returns how many these are, and
// calls ended once for each of them. As long as no result could be recorded, it begins none: a receiver would get the
// same event again and again.
func (d *Deliverer) start(ctx context.Context, running *sync.WaitGroup, ended func(error)) (started int, err error) {
	if outage := d.runner.Store.Outage(); outage != nil {
		return 0, outage
	}
	var due []store.DueEndpoint
	err = d.runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
		due, err = tx.WebhookEndpointsDue(ctx, tx.Now)
		return err
	})
	if err != nil {
		return 0, err
	}
	places := d.slots.begin(due, d.runner.Clock.Now())
	for _, p := range places {
		running.Go(func() {
			idle, err := d.deliverTo(ctx, p)
			d.slots.end(p.ref.ID, d.runner.Clock.Now(), ending{failed: err != nil, idle: idle})
			if err != nil {
				err = fmt.Errorf("deliver to %s: %w", p.ref.ID, err)
			}
			ended(err)
		})
	}
	return len(places), nil
}

// deliverTo delivers to one endpoint, a few events at a time, until nothing is due, or until its place goes to another
// one. It is idle where other processes make all the attempts that are due.
func (d *Deliverer) deliverTo(ctx context.Context, p place) (idle bool, err error) {
	// When the platform stops, or cannot record results, the rest stays queued.
	for first := true; ctx.Err() == nil && d.runner.Store.Outage() == nil; first = false {
		batch, err := d.dueFor(ctx, p)
		if err != nil || len(batch.events) == 0 {
			return first && batch.elsewhere, err
		}
		if answered, err := d.deliverSome(ctx, batch.events); err != nil || !answered {
			return false, err
		}
		var more bool
		if p, more = d.slots.goOn(p); !more {
			return false, nil
		}
	}
	return false, nil
}

// deliverSome makes some attempts at an endpoint. It reports whether none of them timed out.
func (d *Deliverer) deliverSome(ctx context.Context, batch []*store.Delivery) (answered bool, err error) {
	failed, outcomes := make([]error, len(batch)), make([]string, len(batch))
	var attempts sync.WaitGroup
	for i, event := range batch {
		// An attempt that began is finished when the platform stops. It takes no longer than one exchange may.
		attempts.Go(func() { outcomes[i], failed[i] = d.attempt(context.WithoutCancel(ctx), event) })
	}
	attempts.Wait()
	return !slices.Contains(outcomes, string(egress.TimedOut)), errors.Join(failed...)
}

// batch is what is to be delivered to an endpoint next.
type batch struct {
	events    []*store.Delivery
	elsewhere bool // other processes make the attempts that are due
}

// dueFor finds the next deliveries to an endpoint; none where nothing may be sent to it now. Where other processes
// deliver too, it takes their leases.
func (d *Deliverer) dueFor(ctx context.Context, p place) (out batch, err error) {
	lease := store.DeliveryLease{EndpointID: p.ref.ID}
	var now time.Time
	err = d.engine.View(ctx, txn.Caller{Scope: p.ref.Scope}, func(tx *txn.Tx) error {
		e, open, err := openEndpoint(ctx, tx, p.ref.ID)
		if err != nil || !open {
			return err
		}
		if _, origin := target(e.URL); origin != p.origin {
			return nil // it has moved, and waits for a place there
		}
		now, lease.PerSecond = tx.Now, e.RateLimit
		lease.Most = d.slots.room(e.ID, e.RateLimit, p.attempts(), tx.Now)
		if lease.Most > 0 && !d.runner.Store.Shared() {
			out.events, err = tx.DeliveriesDue(ctx, p.ref.Scope, p.ref.ID, tx.Now, lease.Most)
		}
		return err
	})
	if err == nil && lease.Most > 0 && d.runner.Store.Shared() {
		out.events, err = d.lease(ctx, p.ref.Scope, now, lease)
		out.elsewhere = len(out.events) == 0
	}
	d.slots.take(p.ref.ID, len(out.events), d.runner.Clock.Now())
	return out, err
}

// openEndpoint reads an endpoint, and reports whether something may be sent to it now: it exists, neither it nor its
// connector is disabled, and it is not paused.
func openEndpoint(ctx context.Context, tx *txn.Tx, id string) (*store.WebhookEndpoint, bool, error) {
	e, err := webhooks.Endpoint(ctx, tx, id)
	if problem.IsNotFound(err) {
		return nil, false, nil // deleted meanwhile, and its queue with it
	}
	if err != nil || tx.Now.Before(e.PausedUntil) {
		return nil, false, err
	}
	err = webhooks.Deliverable(ctx, tx, e)
	if problem.Has(err, api.CodeConflict) {
		return nil, false, nil
	}
	return e, err == nil, err
}
