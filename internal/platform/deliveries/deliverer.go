package deliveries

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
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
	slots   *slots
}

// Config has what a deliverer works with.
type Config struct {
	Engine    *credentials.Engine
	Runner    *txn.Runner
	Webhooks  *webhooks.Handler // finds the signers of an event, and sends it
	Waker     Waker
	Log       *slog.Logger
	Attempted func(outcome string) // counts an attempt
}

// NewDeliverer returns a deliverer.
func NewDeliverer(c Config) *Deliverer {
	return &Deliverer{
		engine: c.Engine, runner: c.Runner, secrets: c.Webhooks.Secrets, sender: c.Webhooks.Sender, log: c.Log,
		count: c.Attempted, slots: newSlots(c.Waker),
	}
}

// Deliver makes every attempt that is due, those that fall due meanwhile included, and returns when it has made them.
func (d *Deliverer) Deliver(ctx context.Context) error {
	for {
		var running sync.WaitGroup
		var mu sync.Mutex
		var failed []error
		n, err := d.start(ctx, &running, func(err error) {
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, err)
		})
		running.Wait()
		if err = errors.Join(append(failed, err)...); err != nil || n == 0 {
			return err
		}
	}
}

// Run delivers until the context ends, and then waits for the attempts that are running.
func (d *Deliverer) Run(ctx context.Context, interval time.Duration) {
	var running sync.WaitGroup
	defer running.Wait()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	report := func(err error) { d.log.Error("delivery failed", "error", err.Error()) }
	for {
		if _, err := d.start(ctx, &running, report); err != nil && ctx.Err() == nil {
			report(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-d.slots.waker:
		}
	}
}

// start begins to deliver to every endpoint that has a delivery due, unless it is delivered to already. It returns to
// how many it began.
func (d *Deliverer) start(ctx context.Context, running *sync.WaitGroup, report func(error)) (started int, err error) {
	var due []store.Ref
	err = d.runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
		due, err = tx.WebhookEndpointsDue(ctx, tx.Now)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, ref := range due {
		if !d.slots.begin(ref.ID, d.runner.Clock.Now()) {
			continue
		}
		started++
		running.Go(func() {
			err := d.deliverTo(ctx, ref)
			d.slots.end(ref.ID, d.runner.Clock.Now(), err != nil)
			if err != nil && ctx.Err() == nil {
				report(fmt.Errorf("deliver to %s: %w", ref.ID, err))
			}
		})
	}
	return started, nil
}

// deliverTo delivers to one endpoint, a few events at a time, until nothing is due. In between it gives its slot back,
// so that other endpoints get a turn.
func (d *Deliverer) deliverTo(ctx context.Context, ref store.Ref) error {
	for {
		release, err := d.slots.acquire(ctx, ref.Scope.Tenant)
		if err != nil {
			return nil //nolint:nilerr // the platform stops; the rest stays queued
		}
		n, err := d.deliverSome(ctx, ref)
		release()
		if err != nil || n == 0 {
			return err
		}
	}
}

func (d *Deliverer) deliverSome(ctx context.Context, ref store.Ref) (int, error) {
	batch, err := d.dueFor(ctx, ref)
	if err != nil {
		return 0, err
	}
	failed := make([]error, len(batch))
	var attempts sync.WaitGroup
	for i, event := range batch {
		// An attempt that began is finished when the platform stops. It takes no longer than one exchange may.
		attempts.Go(func() { failed[i] = d.attempt(context.WithoutCancel(ctx), event) })
	}
	attempts.Wait()
	return len(batch), errors.Join(failed...)
}

// dueFor reads the next deliveries to an endpoint; none where nothing may be sent to it now.
func (d *Deliverer) dueFor(ctx context.Context, ref store.Ref) (batch []*store.Delivery, err error) {
	err = d.engine.View(ctx, txn.Caller{Scope: ref.Scope}, func(tx *txn.Tx) error {
		_, open, err := openEndpoint(ctx, tx, ref.ID)
		if err != nil || !open {
			return err
		}
		batch, err = tx.DeliveriesDue(ctx, ref.Scope, ref.ID, tx.Now, attemptsAtOnce)
		return err
	})
	return batch, err
}

// openEndpoint reads an endpoint, and reports whether something may be sent to it now: it exists, neither it nor its
// connector is disabled, and it has not asked for a pause.
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
