package webhooks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

const (
	// probeDistance is the least time between two of the platform's probes of one endpoint, for all of its secrets.
	probeDistance = time.Minute

	probesAtOnce = 32
)

// Prober probes whether receivers accept a version: those that are due, and on request.
type Prober struct {
	engine  *credentials.Engine
	runner  *txn.Runner
	secrets *Secrets
	sender  *Sender
	log     *slog.Logger
	count   func(result string)

	onRequest sync.Map // ids of the endpoints that are probed on request: a client must not flood a receiver
}

// Probe makes the probes that are due, and returns when it has made them. As long as none could be claimed, it makes
// none.
func (p *Prober) Probe(ctx context.Context) error {
	for p.runner.Store.Outage() == nil {
		var due []store.Ref
		err := p.runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
			due, err = tx.ProbesDue(ctx, tx.Now, tx.Now.Add(-probeDistance), probesAtOnce)
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
		// After a failure the same probes may be due again at once. They wait for the next call.
		if err := errors.Join(failed...); err != nil {
			return err
		}
	}
	return nil
}

// probeDue makes one probe. It claims the probe first, so that neither a crash, a slow receiver nor another process
// leads to a second one: the number of the probe is that of the attempt, and the time of the next one ends its lease.
func (p *Prober) probeDue(ctx context.Context, ref store.Ref) error {
	var t target
	var claimed bool
	caller := txn.Caller{Scope: ref.Scope, Actor: rotation.ActorPlatform}
	err := p.engine.Update(ctx, caller, func(tx *txn.Tx) error {
		s, err := p.secrets.load(ctx, tx, ref.ID)
		if err != nil {
			return err
		}
		e, err := Endpoint(ctx, tx, s.EndpointID)
		if err != nil {
			return err
		}
		if s.NextProbeAt.IsZero() || tx.Now.Before(s.NextProbeAt) || tx.Now.Before(e.ProbedAt.Add(probeDistance)) {
			return nil // a deadline has ended it, or another secret of the endpoint was first
		}
		if t, claimed, err = targetOf(ctx, tx, e, s); err != nil {
			return err
		}
		s.Probes++
		t.attempt = s.Probes
		s.NextProbeAt = webhook.NextProbe(tx.Now, int(s.Probes), t.ends)
		e.ProbedAt = tx.Now
		if err := s.Save(ctx, tx); err != nil {
			return err
		}
		return tx.UpdateWebhookEndpoint(ctx, e)
	})
	if problem.IsNotFound(err) {
		return nil // deleted meanwhile
	}
	if err != nil || !claimed {
		return err
	}
	_, err = p.probe(ctx, caller, t)
	return err
}

// Run probes until the context ends.
func (p *Prober) Run(ctx context.Context, interval time.Duration) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := p.Probe(ctx); err != nil && !errors.Is(err, store.ErrUnavailable) && ctx.Err() == nil {
			p.log.Error("probe failed", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
