package platform

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

const (
	sweepBatch     = 100
	forgetBatch    = 1000
	forgetInterval = time.Hour
)

// Run does what nobody has to ask for, until the context ends: it delivers events, probes receivers, and sweeps.
func (p *Platform) Run(ctx context.Context) {
	var loops sync.WaitGroup
	for _, loop := range []func(context.Context){p.runSweeps, p.runDeliveries, p.runProbes} {
		loops.Go(func() { loop(ctx) })
	}
	loops.Wait()
}

// runSweeps sweeps until the context ends. Nothing depends on it for being right: every request settles what it touches, and
// validity is decided at use. It makes the audit and the metrics timely, and erases values soon after they end.
func (p *Platform) runSweeps(ctx context.Context) {
	tick := time.NewTicker(p.sweep)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := p.Sweep(ctx); err != nil && ctx.Err() == nil {
				p.log.Error("sweep failed", "error", err.Error())
			}
		}
	}
}

// Sweep settles every deadline that has passed, and forgets what is no longer kept: answers to requests with an idempotency key, and records of
// deliveries.
func (p *Platform) Sweep(ctx context.Context) error {
	return errors.Join(p.settleDue(ctx), p.forgetOld(ctx))
}

func (p *Platform) settleDue(ctx context.Context) error {
	for {
		var due []store.Ref
		err := p.store.View(ctx, func(tx *store.Tx) (err error) {
			due, err = tx.CredentialsDue(ctx, p.clock.Now(), sweepBatch)
			return err
		})
		if err != nil {
			return err
		}
		var failed []error
		for _, ref := range due {
			if err := p.settle(ctx, ref); err != nil {
				failed = append(failed, fmt.Errorf("settle %s %s: %w", ref.Kind, ref.ID, err))
			}
		}
		// With a failure the same credentials would come again at once: leave them to the next sweep.
		if len(failed) > 0 || len(due) < sweepBatch {
			return errors.Join(failed...)
		}
	}
}

func (p *Platform) forgetOld(ctx context.Context) error {
	p.forgetMu.Lock()
	defer p.forgetMu.Unlock()
	now := p.clock.Now()
	if now.Before(p.forgotAt.Add(forgetInterval)) {
		return nil
	}
	err := p.store.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.ForgetIdempotent(ctx, now.Add(time.Microsecond-api.IdempotencyRetention))
		return err
	})
	if err == nil {
		err = p.forgetDeliveries(ctx, now.Add(-deliveryRetention))
	}
	if err == nil {
		p.forgotAt = now
	}
	return err
}

// forgetDeliveries removes a few records at a time, so that nobody who wants to write waits for long.
func (p *Platform) forgetDeliveries(ctx context.Context, before time.Time) error {
	for {
		var n int64
		err := p.store.Update(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.ForgetDeliveries(ctx, before, forgetBatch)
			return err
		})
		if err != nil || n < forgetBatch {
			return err
		}
	}
}
