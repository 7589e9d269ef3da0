package platform

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

const (
	// probeDistance is the least time between two of the platform's probes of one endpoint, whichever of its secrets they are about.
	probeDistance = time.Minute

	probesAtOnce = 32
)

// Probe makes the probes that are due, and returns when it has made them.
func (p *Platform) Probe(ctx context.Context) error {
	for {
		var due []store.Ref
		err := p.store.View(ctx, func(tx *store.Tx) (err error) {
			now := p.clock.Now()
			due, err = tx.ProbesDue(ctx, now, now.Add(-probeDistance), probesAtOnce)
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		failed := make([]error, len(due))
		var probes sync.WaitGroup
		for i, ref := range due {
			probes.Go(func() {
				if err := p.probeDue(ctx, ref); err != nil {
					failed[i] = fmt.Errorf("probe for %s: %w", ref.ID, err)
				}
			})
		}
		probes.Wait()
		// With a failure the same ones may come again at once: leave them to the next time.
		if err := errors.Join(failed...); err != nil {
			return err
		}
	}
}

// probeDue makes one probe. It is claimed before it is made, so that neither a crash nor a slow receiver makes it two.
func (p *Platform) probeDue(ctx context.Context, ref store.Ref) error {
	var target unproven
	var claimed bool
	err := p.update(ctx, func(w *work) error {
		w.scope = ref.Scope
		s, err := w.settledSigningSecret(ctx, ref.ID)
		if err != nil {
			return err
		}
		e, err := w.webhookEndpoint(ctx, s.EndpointID)
		if err != nil {
			return err
		}
		if s.NextProbeAt.IsZero() || w.now.Before(s.NextProbeAt) || w.now.Before(e.ProbedAt.Add(probeDistance)) {
			return nil // settled away, or another secret of the endpoint was first
		}
		if target, claimed, err = w.unproven(ctx, e, s); err != nil {
			return err
		}
		s.Probes++
		s.NextProbeAt = w.now.Add(webhook.ProbeInterval(int(s.Probes)))
		e.ProbedAt = w.now
		if err := s.save(ctx, w); err != nil {
			return err
		}
		return w.tx.UpdateWebhookEndpoint(ctx, e)
	})
	if isNotFound(err) {
		return nil // deleted meanwhile
	}
	if err != nil || !claimed {
		return err
	}
	_, err = p.probe(ctx, target, rotation.ActorPlatform)
	return err
}

// runProbes probes until the context ends.
func (p *Platform) runProbes(ctx context.Context) {
	tick := time.NewTicker(p.sweep)
	defer tick.Stop()
	for {
		if err := p.Probe(ctx); err != nil && ctx.Err() == nil {
			p.log.Error("probe failed", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
