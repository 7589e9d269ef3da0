package platform

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

const (
	// laneWidth is how many deliveries are on their way to one endpoint at a time, lanesAtOnce to how many endpoints there are some, and
	// lanesPerTenant to how many of one tenant: its slow receivers take a few places, not all.
	laneWidth      = 4
	lanesAtOnce    = 64
	lanesPerTenant = 16

	// After a failure of the platform itself, such as a full disk, an endpoint is left alone for a second, then for two, and at most for a minute:
	// what could not be recorded will be sent again.
	firstRest, longestRest = time.Second, time.Minute

	// deliveryRetention is how long the record of a delivery that has ended is kept.
	deliveryRetention = 30 * 24 * time.Hour
)

// courier knows which endpoints are being delivered to. The queue itself is in the database, and what is on its way stays in it until its
// answer is recorded: after a crash it is sent again, with the same id. Who is on his way is known here alone, so one process delivers.
type courier struct {
	mu      sync.Mutex
	lanes   map[string]*lane         // by the id of the endpoint
	tenants map[string]chan struct{} // the places of each
	places  chan struct{}
	wake    chan struct{}
}

// lane is an endpoint that is delivered to, or that rests after a failure.
type lane struct {
	busy      bool
	rest      time.Duration // after the last failure
	restUntil time.Time
}

func newCourier() *courier {
	return &courier{
		lanes: map[string]*lane{}, tenants: map[string]chan struct{}{}, places: make(chan struct{}, lanesAtOnce), wake: make(chan struct{}, 1),
	}
}

// rouse has Run look at the queues now, and not only at the next tick.
func (c *courier) rouse() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// begin takes a lane, unless it is taken or rests.
func (c *courier) begin(endpointID string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lanes[endpointID]
	if l == nil {
		l = &lane{}
		c.lanes[endpointID] = l
	}
	if l.busy || now.Before(l.restUntil) {
		return false
	}
	l.busy = true
	return true
}

func (c *courier) end(endpointID string, now time.Time, failed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !failed {
		delete(c.lanes, endpointID)
		c.rouse() // for what was queued while the lane was about to end
		return
	}
	l := c.lanes[endpointID]
	l.rest = min(max(2*l.rest, firstRest), longestRest)
	l.busy, l.restUntil = false, now.Add(l.rest)
}

// enter waits for a place among those of the tenant, and then among all. It returns false if the context ends first.
func (c *courier) enter(ctx context.Context, tenant string) (leave func(), ok bool) {
	if ctx.Err() != nil {
		return nil, false // a place that is free would do as well, below
	}
	c.mu.Lock()
	own := c.tenants[tenant]
	if own == nil {
		own = make(chan struct{}, lanesPerTenant)
		c.tenants[tenant] = own
	}
	c.mu.Unlock()
	select {
	case own <- struct{}{}:
	case <-ctx.Done():
		return nil, false
	}
	select {
	case c.places <- struct{}{}:
		return func() { <-c.places; <-own }, true
	case <-ctx.Done():
		<-own
		return nil, false
	}
}

// Deliver makes every attempt that is due, those that fall due meanwhile included, and returns when it has made them.
func (p *Platform) Deliver(ctx context.Context) error {
	for {
		var lanes sync.WaitGroup
		var mu sync.Mutex
		var failed []error
		n, err := p.startLanes(ctx, &lanes, func(err error) {
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, err)
		})
		lanes.Wait()
		if err = errors.Join(append(failed, err)...); err != nil || n == 0 {
			return err
		}
	}
}

// runDeliveries delivers until the context ends, and then waits for what is on its way.
func (p *Platform) runDeliveries(ctx context.Context) {
	var lanes sync.WaitGroup
	defer lanes.Wait()
	tick := time.NewTicker(p.sweep)
	defer tick.Stop()
	report := func(err error) { p.log.Error("delivery failed", "error", err.Error()) }
	for {
		if _, err := p.startLanes(ctx, &lanes, report); err != nil && ctx.Err() == nil {
			report(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-p.courier.wake:
		}
	}
}

// startLanes starts a lane for every endpoint with a delivery that is due, unless it has one. It returns how many it has started.
func (p *Platform) startLanes(ctx context.Context, lanes *sync.WaitGroup, report func(error)) (started int, err error) {
	var due []store.Ref
	err = p.store.View(ctx, func(tx *store.Tx) (err error) {
		due, err = tx.WebhookEndpointsDue(ctx, p.clock.Now())
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, ref := range due {
		if !p.courier.begin(ref.ID, p.clock.Now()) {
			continue
		}
		started++
		lanes.Go(func() {
			err := p.deliverTo(ctx, ref)
			p.courier.end(ref.ID, p.clock.Now(), err != nil)
			if err != nil && ctx.Err() == nil {
				report(fmt.Errorf("deliver to %s: %w", ref.ID, err))
			}
		})
	}
	return started, nil
}

// deliverTo delivers to one endpoint, a few events at a time, until nothing is due any more. Between these it lets others pass.
func (p *Platform) deliverTo(ctx context.Context, ref store.Ref) error {
	for {
		leave, ok := p.courier.enter(ctx, ref.Scope.Tenant)
		if !ok {
			return nil
		}
		n, err := p.deliverSome(ctx, ref)
		leave()
		if err != nil || n == 0 {
			return err
		}
	}
}

func (p *Platform) deliverSome(ctx context.Context, ref store.Ref) (int, error) {
	batch, err := p.dueFor(ctx, ref)
	if err != nil {
		return 0, err
	}
	failed := make([]error, len(batch))
	var attempts sync.WaitGroup
	for i, d := range batch {
		// What was begun is finished when the platform stops: it takes no longer than an exchange may.
		attempts.Go(func() { failed[i] = p.attempt(context.WithoutCancel(ctx), d) })
	}
	attempts.Wait()
	return len(batch), errors.Join(failed...)
}

// dueFor reads the next deliveries to an endpoint; none where it is not delivered to now.
func (p *Platform) dueFor(ctx context.Context, ref store.Ref) (batch []*store.Delivery, err error) {
	err = p.view(ctx, func(w *work) ([]store.Ref, error) {
		w.scope = ref.Scope
		e, err := w.webhookEndpoint(ctx, ref.ID)
		if err != nil {
			return nil, err
		}
		if open, err := w.open(ctx, e); err != nil || !open {
			return nil, err
		}
		batch, err = w.tx.DeliveriesDue(ctx, ref.Scope, ref.ID, w.now, laneWidth)
		return nil, err
	})
	if isNotFound(err) {
		return nil, nil
	}
	return batch, err
}

// open tells whether an endpoint is delivered to now: it is enabled, as is its connector, and has not asked to be left alone.
func (w *work) open(ctx context.Context, e *store.WebhookEndpoint) (bool, error) {
	if !e.Enabled || w.now.Before(e.PausedUntil) {
		return false, nil
	}
	c, err := w.tx.Connector(ctx, w.scope, e.ConnectorID)
	return err == nil && c.Enabled, err
}
