package platform

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

const (
	// laneWidth is how many deliveries are on their way to one endpoint at a time, and attemptsAtOnce to all of them: a slow receiver
	// takes a few places, not all.
	laneWidth      = 4
	attemptsAtOnce = 64

	// deliveryRetention is how long the record of a delivery that has ended is kept.
	deliveryRetention = 30 * 24 * time.Hour
)

// courier knows which endpoints are being delivered to. The queue itself is in the database, and what is on its way stays in it until its
// answer is recorded: after a crash it is sent again, with the same id. Who is on his way is known here alone, so one process delivers.
type courier struct {
	mu    sync.Mutex
	lanes map[string]struct{} // by the id of the endpoint
	slots chan struct{}
	wake  chan struct{}
}

func newCourier() *courier {
	return &courier{lanes: map[string]struct{}{}, slots: make(chan struct{}, attemptsAtOnce), wake: make(chan struct{}, 1)}
}

// rouse has Run look at the queues now, and not only at the next tick.
func (c *courier) rouse() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *courier) begin(endpointID string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, busy := c.lanes[endpointID]; busy {
		return false
	}
	c.lanes[endpointID] = struct{}{}
	return true
}

func (c *courier) end(endpointID string) {
	c.mu.Lock()
	delete(c.lanes, endpointID)
	c.mu.Unlock()
	c.rouse() // for what was queued while the lane was about to end
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
		if !p.courier.begin(ref.ID) {
			continue
		}
		started++
		lanes.Go(func() {
			defer p.courier.end(ref.ID)
			if err := p.lane(ctx, ref); err != nil && ctx.Err() == nil {
				report(err)
			}
		})
	}
	return started, nil
}

// lane delivers to one endpoint, a few events at a time, until nothing is due any more.
func (p *Platform) lane(ctx context.Context, ref store.Ref) error {
	for ctx.Err() == nil {
		batch, err := p.dueFor(ctx, ref)
		if err != nil || len(batch) == 0 {
			return err
		}
		failed := make([]error, len(batch))
		var attempts sync.WaitGroup
		for i, d := range batch {
			p.courier.slots <- struct{}{}
			attempts.Go(func() {
				defer func() { <-p.courier.slots }()
				// What was begun is finished when the platform stops: it takes no longer than an exchange may.
				failed[i] = p.attempt(context.WithoutCancel(ctx), d)
			})
		}
		attempts.Wait()
		if err := errors.Join(failed...); err != nil {
			return fmt.Errorf("deliver to %s: %w", ref.ID, err)
		}
	}
	return nil
}

// dueFor reads the next deliveries to an endpoint; none where it is disabled by now, or asked to be left alone.
func (p *Platform) dueFor(ctx context.Context, ref store.Ref) (batch []*store.Delivery, err error) {
	err = p.view(ctx, func(w *work) ([]store.Ref, error) {
		w.scope = ref.Scope
		e, err := w.webhookEndpoint(ctx, ref.ID)
		if isNotFound(err) || err == nil && (!e.Enabled || w.now.Before(e.PausedUntil)) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		c, err := w.tx.Connector(ctx, w.scope, e.ConnectorID)
		if err != nil || !c.Enabled {
			return nil, err
		}
		batch, err = w.tx.DeliveriesDue(ctx, ref.Scope, ref.ID, w.now, laneWidth)
		return nil, err
	})
	return batch, err
}

// attempt tries one delivery once, signed by the versions that are valid now, and records what came of it.
func (p *Platform) attempt(ctx context.Context, d *store.Delivery) error {
	var url string
	var signers []signer
	err := p.view(ctx, func(w *work) (due []store.Ref, err error) {
		w.scope = d.Scope
		e, err := w.webhookEndpoint(ctx, d.EndpointID)
		if err != nil {
			return nil, err
		}
		url = e.URL
		signers, due, err = w.signers(ctx, d.EndpointID)
		return due, err
	})
	if isNotFound(err) {
		return nil // deleted meanwhile, its queue with it
	}
	if err != nil {
		return err
	}
	x := unsigned(p.clock.Now())
	if len(signers) > 0 {
		body, err := p.vault.keyring.OpenEvent(d.Body, sealedEvent(d.Scope, d.EndpointID, d.ID))
		if err != nil {
			return err
		}
		if x, err = p.post(ctx, url, d.ID, keysOf(signers), body); err != nil {
			return err
		}
	}
	p.metrics.delivery(x.outcome)
	return p.record(ctx, d, url, x, signers)
}

// record stores what came of an attempt at a URL: when the next one is, what the endpoint asks for, and which versions were of use.
func (p *Platform) record(ctx context.Context, d *store.Delivery, url string, x exchange, signers []signer) error {
	spread, err := p.random.fraction()
	if err != nil {
		return err
	}
	return p.update(ctx, func(w *work) error {
		w.scope = d.Scope
		now, err := w.tx.Delivery(ctx, d.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && now.State != api.DeliveryQueued {
			return nil // deleted with its endpoint
		}
		if err != nil {
			return err
		}
		e, err := w.webhookEndpoint(ctx, d.EndpointID)
		if err != nil {
			return err
		}
		now.Attempts++
		next := webhook.After(int(now.Attempts), x.answer, spread)
		if e.URL != url && !next.Delivered {
			next = webhook.After(int(now.Attempts), webhook.Answer{}, spread) // the endpoint has left that address: it has no say any more
		}
		switch {
		case next.Delivered:
			now.State = api.DeliveryDelivered
		case next.Again == 0:
			now.State = api.DeliveryFailed
		}
		now.NextAttemptAt, now.EndedAt = w.now.Add(next.Again), w.now
		if now.State == api.DeliveryQueued {
			now.EndedAt = time.Time{}
		} else {
			now.NextAttemptAt = time.Time{}
		}
		if err := w.tx.UpdateDelivery(ctx, now, attemptOf(now.Attempts, x, signers)); err != nil {
			return err
		}
		if next.Delivered {
			return w.noteSignatures(ctx, x.at, signers)
		}
		return w.obey(ctx, e, d.ID, next)
	})
}

// obey does what an answer asks for about the endpoint as a whole.
func (w *work) obey(ctx context.Context, e *store.WebhookEndpoint, eventID string, next webhook.Next) error {
	if !next.Gone && next.Pause == 0 {
		return nil
	}
	if next.Pause > 0 {
		if until := w.now.Add(next.Pause); until.After(e.PausedUntil) {
			e.PausedUntil = until
		}
		return w.tx.UpdateWebhookEndpoint(ctx, e)
	}
	if !e.Enabled {
		return nil
	}
	e.Enabled, e.Disabled = false, &store.Disabled{Reason: api.DisabledGone, At: w.now, By: eventID}
	e.Etag++
	if err := w.tx.UpdateWebhookEndpoint(ctx, e); err != nil {
		return err
	}
	return w.append(ctx, w.now, rotation.ActorPlatform, actionDisable, api.KindWebhookEndpoints, e.ID, map[string]string{"reason": api.DisabledGone, "event": eventID})
}

// noteSignatures notes that versions were of use: a delivery that they signed was accepted. In an overlap that says nothing about which of
// the signatures the receiver looked at, so it is no evidence.
func (w *work) noteSignatures(ctx context.Context, at time.Time, signers []signer) error {
	for _, s := range signers {
		if at.Sub(s.version.LastUsedAt) < useInterval {
			continue
		}
		err := w.tx.MarkUsed(ctx, s.SigningSecretID, s.version.Number, at, nil)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}
