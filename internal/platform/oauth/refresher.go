// Package oauth gets access tokens of authorization servers (RFC 6749) for connectors of type oauth2, and renews them
// before they end. A refresh token never leaves it but to its authorization server.
//
// A refresh token that was used may be worthless. So the intent is stored before the use, and the replacement after it
// in the transaction that stores the access token. Whatever interrupts the two leaves the intent, which says that an
// answer was lost.
package oauth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

const (
	// atOnce is how many connectors the loop refreshes at a time.
	atOnce = 32
	// storePause is how long the storing of an outcome pauses while the database cannot be written.
	storePause = time.Second
	// storeLimit is how long storing an outcome is tried, before the next tick of the loop goes on with it.
	storeLimit = 30 * time.Second
)

// Config is what a Refresher works with.
type Config struct {
	Runner    *txn.Runner
	Egress    *egress.Client
	Log       *slog.Logger
	Refreshed func(outcome string) // counts a request
}

// Refresher gets and renews access tokens. Of several processes, the leader renews those that are due, and each gets
// those that its requests need; a lease keeps two of them from using one refresh token.
type Refresher struct {
	Config
	requester requester
	work      sync.WaitGroup

	mu      sync.Mutex
	flights map[string]*flight        // by the id of the connector: there is one at a time
	latest  map[string]*store.Refresh // as they were stored last by this process
	unsaved map[string]*result        // what could not be stored yet
}

// flight is one refresh. Whoever else needs it waits for it.
type flight struct {
	done chan struct{}
	err  error
}

// New returns a refresher.
func New(c Config) *Refresher {
	return &Refresher{
		Config: c, requester: requester{egress: c.Egress}, flights: map[string]*flight{},
		latest: map[string]*store.Refresh{}, unsaved: map[string]*result{},
	}
}

// CheckTokenURL checks a token_url as egress would, without using the network.
func (r *Refresher) CheckTokenURL(address string) error {
	var refused *egress.Refused
	if err := r.Egress.CheckURL(address); errors.As(err, &refused) {
		return errors.New("is refused: " + refused.Reason)
	} else if err != nil {
		return err
	}
	return nil
}

// Latest returns the row of a connector as this process has stored it last, given one that was read before.
func (r *Refresher) Latest(known *store.Refresh) *store.Refresh {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.latest[known.ConnectorID]
	if l != nil && l.Generation == known.Generation && l.Version == known.Version &&
		!l.RefreshedAt.Before(known.RefreshedAt) {
		return l
	}
	return known
}

// Usable returns nil where the row has an access token that has not ended, and otherwise why there is none.
func Usable(row *store.Refresh, name string, now time.Time) error {
	switch {
	case usable(row, now):
		return nil
	case row.Status == api.RefreshFailed:
		return problem.New(api.CodeConflict, "", "the connector %q has no access token, and the platform does not try again "+
			"(%s): %s", name, api.RefreshFailed, row.Reason)
	}
	text := row.Reason
	if text == "" {
		text = "it has none yet"
	}
	out := problem.New(api.CodeUnavailable, "", "the connector %q has no access token now: %s; the platform tries again "+
		"by itself", name, text)
	out.RetryAfter = max(1, int(row.NextAt.Sub(now).Seconds()))
	return out
}

// Refresh gets or renews the access token of a connector, unless there is nothing to do. Calls at the same time share
// one request. The context ends the waiting only: a refresh token that was used has to be replaced.
func (r *Refresher) Refresh(ctx context.Context, ref store.Ref) error {
	r.mu.Lock()
	f := r.flights[ref.ID]
	if f == nil {
		f = &flight{done: make(chan struct{})}
		r.flights[ref.ID] = f
		r.work.Go(func() {
			f.err = r.refresh(context.WithoutCancel(ctx), ref)
			r.mu.Lock()
			delete(r.flights, ref.ID)
			r.mu.Unlock()
			close(f.done)
		})
	}
	r.mu.Unlock()
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Due refreshes the access tokens that are due, if this process leads, and returns when it has done so. Any process
// stores what it could not store before.
func (r *Refresher) Due(ctx context.Context) error {
	if writable := r.Runner.Store.Outage() == nil; !writable {
		return nil // no intent could be stored
	}
	if _, leads := r.Runner.Store.Serving.Lead(ctx); !leads {
		return r.all(ctx, r.waiting())
	}
	var due []store.Ref
	err := r.Runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
		due, err = tx.RefreshesDue(ctx, tx.Now, atOnce)
		return err
	})
	if err != nil {
		return err
	}
	return r.all(ctx, due)
}

// waiting returns the connectors of which this process has an outcome that could not be stored.
func (r *Refresher) waiting() (refs []store.Ref) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, res := range r.unsaved {
		refs = append(refs, store.Ref{Scope: res.row.Scope, Kind: api.KindConnectors, ID: res.row.ConnectorID})
	}
	return refs
}

func (r *Refresher) all(ctx context.Context, due []store.Ref) error {
	failed := make([]error, len(due))
	var all sync.WaitGroup
	for i, ref := range due {
		all.Go(func() {
			if err := r.Refresh(ctx, ref); err != nil {
				failed[i] = fmt.Errorf("refresh %s: %w", ref.ID, err)
			}
		})
	}
	all.Wait()
	return errors.Join(failed...)
}

// Run refreshes until the context ends, and then waits for the requests that are under way.
func (r *Refresher) Run(ctx context.Context, interval time.Duration) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := r.Due(ctx); err != nil && !errors.Is(err, store.ErrUnavailable) && ctx.Err() == nil {
			r.Log.Error("refresh failed", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			r.work.Wait()
			return
		case <-tick.C:
		}
	}
}

func callerIn(scope store.Scope) txn.Caller {
	return txn.Caller{Scope: scope, Actor: rotation.ActorPlatform}
}
