package txn

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Restored tells whether the platform was restored from a backup and no operator has confirmed that. What was revoked
// since the backup is valid in it. Until the confirmation nothing may be accepted, handed out or delivered, and nothing
// is done because a time has passed.
type Restored struct {
	store    *store.Store
	platform api.PlatformRef // as it was when the runner was opened

	pending  atomic.Bool
	replaced atomic.Bool // the database has another incarnation: it was restored under this process
}

func newRestored(s *store.Store, p *store.Platform) *Restored {
	r := &Restored{store: s, platform: api.PlatformRef{ID: p.ID, Incarnation: p.Incarnation}}
	r.pending.Store(!p.RestoreConfirmed)
	return r
}

// Pending reports whether a confirmation is missing, as far as this process knows.
func (r *Restored) Pending() bool { return r != nil && r.pending.Load() }

// Check refuses what must wait for the confirmation. As long as it is missing, every call asks the database.
func (r *Restored) Check(ctx context.Context) error {
	if !r.pending.Load() {
		return nil
	}
	if err := r.Look(ctx); err != nil || !r.pending.Load() {
		return err
	}
	return problem.New(api.CodeRestored, "", "platform %s, and this was not done: %s", r.what(), r.remedy())
}

// Look finds out whether a confirmation is missing. Who serves calls it again and again: a database can be restored
// under a process that was not stopped.
func (r *Restored) Look(ctx context.Context) error {
	return r.store.View(ctx, func(tx *store.Tx) error {
		p, err := tx.Platform(ctx)
		if err != nil {
			return err
		}
		r.replaced.Store(p.ID != r.platform.ID || p.Incarnation != r.platform.Incarnation)
		r.pending.Store(r.replaced.Load() || !p.RestoreConfirmed)
		return nil
	})
}

// Text says what happened and what the operator does; empty where no confirmation is missing.
func (r *Restored) Text() string {
	if !r.Pending() {
		return ""
	}
	return "the platform " + r.what() + "; no value is accepted, handed out or delivered, and no write is done but what " +
		"contains a leak: " + r.remedy()
}

func (r *Restored) what() string {
	if r.replaced.Load() {
		return "has another database than this process was started with"
	}
	return "was restored from a backup, and nobody has confirmed that"
}

func (r *Restored) remedy() string {
	if r.replaced.Load() {
		return "restart quickconnectd serve"
	}
	return "on the machine of the platform, see with quickconnectd restore status what is missing, end what must not " +
		"come back, and run quickconnectd restore confirm"
}

// WhileConfirmed calls run with a context that ends once a confirmation is missing, each time that none is missing any
// more, until the context ends.
func (r *Restored) WhileConfirmed(ctx context.Context, interval time.Duration, run func(context.Context)) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for ctx.Err() == nil {
		if !r.Pending() {
			r.until(ctx, tick.C, run)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// until calls run until a confirmation is missing or the context ends.
func (r *Restored) until(ctx context.Context, tick <-chan time.Time, run func(context.Context)) {
	running, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		run(running)
	}()
	for running.Err() == nil {
		select {
		case <-ctx.Done():
			cancel()
		case <-tick:
			if r.Pending() {
				cancel()
			}
		}
	}
	cancel()
	<-ended
}
