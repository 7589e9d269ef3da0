package platform

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/accesstokens"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/approvals"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/audit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/claims"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/deliveries"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/exchange"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/findings"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/notifications"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/retrieval"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/sessions"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/writebehind"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

const (
	sweepBatch     = 100
	forgetBatch    = 500
	forgetInterval = time.Hour
	// leaseRetention is much longer than any lease, and than the clocks of two machines differ.
	leaseRetention = 24 * time.Hour
)

// sweeper settles deadlines in time, and deletes what is no longer kept. No answer depends on it: every request
// settles what it touches, and validity is decided at use. It makes the audit and the metrics timely, and erases
// values soon after they end. While the clock is in doubt it does nothing of that. Of several processes, the leader
// does it; each writes what it has in memory itself.
type sweeper struct {
	runner    *txn.Runner
	engine    *credentials.Engine
	uses      *access.Uses
	fetches   *retrieval.Handler
	exchanges *exchange.Handler
	behind    *writebehind.Log
	findings  *findings.Handler
	signer    *audit.Signer
	database  *databaseWatch
	restored  *restoreWatch
	log       *slog.Logger

	mu       sync.Mutex
	forgotAt time.Time
}

func (s *sweeper) run(ctx context.Context, interval time.Duration) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.sweep(ctx); err != nil && !errors.Is(err, store.ErrUnavailable) && ctx.Err() == nil {
				s.report(err)
			}
		}
	}
}

func (s *sweeper) report(err error) {
	if errors.Is(err, store.ErrNotLeader) {
		s.log.Warn("this process stood still for too long, and another one has taken over the work of the leader: the rest "+
			"of a sweep was left to it", "error", err.Error())
		return
	}
	s.log.Error("sweep failed", "error", err.Error())
}

// sweep does nothing but look at the database as long as that cannot be written.
func (s *sweeper) sweep(ctx context.Context) error {
	if err := s.database.look(ctx); err != nil {
		s.engine.UsesDelayed()
		return err
	}
	s.runner.Journal.Retry()
	if err := s.restored.look(ctx); err != nil {
		return err
	}
	if s.runner.Restored.Pending() {
		return s.behind.Flush(ctx, false)
	}
	own := errors.Join(s.runner.Watch.Follow(ctx, s.runner.Store), s.engine.WriteUses(ctx), s.uses.Write(ctx, s.runner),
		s.fetches.Flush(ctx), s.exchanges.Flush(ctx, false), s.behind.Flush(ctx, false))
	leader, leads := s.runner.Store.Serving.Lead(ctx)
	if !leads {
		return own
	}
	return errors.Join(own, s.sweepForAll(leader))
}

// sweepForAll does what one process does for all.
func (s *sweeper) sweepForAll(ctx context.Context) error {
	return errors.Join(s.settleDue(ctx), s.removeUnused(ctx), guardrails.End(ctx, s.runner),
		approvals.End(ctx, s.runner),
		credentials.RaiseDue(ctx, s.engine, guardrails.MaxUnused), s.findings.Sweep(ctx), s.forgetOld(ctx),
		s.signer.Sign(ctx))
}

// writeLast writes the uses that wait when the platform stops. Those that cannot be written are lost.
func (s *sweeper) writeLast(ctx context.Context) {
	err := errors.Join(s.engine.WriteUses(ctx), s.uses.Write(ctx, s.runner), s.fetches.Flush(ctx),
		s.exchanges.Flush(ctx, true), s.behind.Flush(ctx, true), credentials.EndUses(ctx, s.engine))
	if waiting, _ := s.engine.KeptUses(); waiting > 0 {
		s.log.Error("the platform stops, and uses of versions that were kept in memory are lost: the last use and the "+
			"evidence of these versions are older than they should be, and who used them is not complete",
			"uses", waiting, "error", fmt.Sprint(err))
	}
}

func (s *sweeper) settleDue(ctx context.Context) error {
	for {
		var due []store.Ref
		err := s.runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
			if !tx.Paused {
				due, err = tx.CredentialsDue(ctx, tx.Now, sweepBatch)
			}
			return err
		})
		if err != nil {
			return err
		}
		var failed []error
		for _, ref := range due {
			if err := s.engine.SettleRef(ctx, txn.Caller{}, ref); err != nil {
				failed = append(failed, fmt.Errorf("settle %s %s: %w", ref.Kind, ref.ID, err))
			}
		}
		// After a failure the same credentials would be due again at once. They wait for the next sweep.
		if len(failed) > 0 || len(due) < sweepBatch {
			return errors.Join(failed...)
		}
	}
}

// removeUnused removes what is deleting and has no user any more. The transaction in which the last user leaves does
// so: this is for two transactions at once, where one deletes and the other one takes the last user away.
func (s *sweeper) removeUnused(ctx context.Context) error {
	var unused []store.Deleting
	err := s.runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
		unused, err = tx.UnusedDeletingAnywhere(ctx, sweepBatch)
		return err
	})
	if err != nil {
		return err
	}
	scopes := map[store.Scope]bool{}
	for _, d := range unused {
		scopes[d.Scope] = true
	}
	var failed []error
	for scope := range scopes {
		by := txn.Caller{Scope: scope, Actor: rotation.ActorPlatform}
		failed = append(failed, s.runner.TryUpdate(ctx, by, func(tx *txn.Tx) error { return httpapi.RemoveUnused(ctx, tx) }))
	}
	return errors.Join(failed...)
}

// forgetOld deletes stored answers to requests with an idempotency key, records of deliveries, what refreshes have left
// of refresh tokens, and what packages claims and sessions do not decide by any more.
func (s *sweeper) forgetOld(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, verdict := s.runner.Watch.Judge()
	if verdict.InDoubt() || now.Before(s.forgotAt.Add(forgetInterval)) {
		return nil
	}
	all := []func(*txn.Tx) (int64, error){
		func(tx *txn.Tx) (int64, error) {
			return tx.ForgetIdempotent(ctx, now.Add(time.Microsecond-api.IdempotencyRetention), forgetBatch)
		},
		func(tx *txn.Tx) (int64, error) {
			return tx.ForgetDeliveries(ctx, now.Add(-deliveries.Retention), forgetBatch)
		},
		func(tx *txn.Tx) (int64, error) {
			unused, moved := now.Add(-retrieval.UnusedRetention), now.Add(-retrieval.MovedRetention)
			return tx.ForgetRetrievals(ctx, unused, moved, forgetBatch)
		},
		func(tx *txn.Tx) (int64, error) {
			return tx.ForgetAccessTokens(ctx, now.Add(-accesstokens.Retention), forgetBatch)
		},
		func(tx *txn.Tx) (int64, error) { return tx.ForgetRenewed(ctx, forgetBatch) },
		func(tx *txn.Tx) (int64, error) { return tx.ForgetLeases(ctx, now.Add(-leaseRetention), forgetBatch) },
		func(tx *txn.Tx) (int64, error) {
			return tx.ForgetNotified(ctx, now.Add(-notifications.Retention), forgetBatch)
		},
	}
	all = append(all, approvals.Forget(ctx, now, forgetBatch))
	all = append(all, sessions.Forget(ctx, now, forgetBatch)...)
	for _, some := range append(all, claims.Forget(ctx, now, forgetBatch)...) {
		if err := s.forget(ctx, some); err != nil {
			return err
		}
	}
	s.forgotAt = now
	return nil
}

// forget deletes a few records at a time, each time in a transaction of its own, so that other writers do not wait for
// long.
func (s *sweeper) forget(ctx context.Context, some func(*txn.Tx) (int64, error)) error {
	for {
		var n int64
		err := s.runner.Update(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
			if !tx.Paused {
				n, err = some(tx)
			}
			return err
		})
		if err != nil || n < forgetBatch {
			return err
		}
	}
}
