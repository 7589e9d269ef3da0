package txn

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// raiseInterval is the least time between two notes in the database of the newest time that was written.
const raiseInterval = time.Second

// Watch judges every reading of the clock. While the clock is in doubt, transactions do nothing by themselves that
// cannot be undone. It is safe for concurrent use.
type Watch struct {
	clock clock.Clock

	mu      sync.Mutex
	log     *slog.Logger
	known   clock.Known
	noted   store.Clock // what the database has
	jump    time.Time   // the jump in the database that this process noted, or found there at its start
	verdict clock.Verdict
}

// NewWatch returns a watch over a clock, with what the database knows of it.
func NewWatch(ctx context.Context, s *store.Store, c clock.Clock) (*Watch, error) {
	noted, err := readClock(ctx, s)
	return &Watch{
		clock: c, log: slog.New(slog.DiscardHandler), noted: noted, jump: noted.JumpedAt,
		known:   clock.Known{Written: noted.WrittenAt, Jumped: noted.JumpedAt},
		verdict: clock.Verdict{Reason: clock.Steady},
	}, err
}

func readClock(ctx context.Context, s *store.Store) (noted store.Clock, err error) {
	err = s.View(ctx, func(tx *store.Tx) error {
		noted, err = tx.Clock(ctx)
		return err
	})
	return noted, err
}

// LogTo has the watch log when the clock comes into doubt, and when that ends.
func (w *Watch) LogTo(log *slog.Logger) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = log
}

// Judge reads the clock, and decides whether it can be trusted.
func (w *Watch) Judge() (now time.Time, v clock.Verdict) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.judge()
}

func (w *Watch) judge() (time.Time, clock.Verdict) {
	now := w.clock.Read()
	v := clock.Judge(now, w.known)
	switch before := w.verdict; {
	case v.InDoubt() && before.Reason != v.Reason:
		w.log.Error("the clock jumped: no deadline is carried out until it is back or is accepted", "jump", string(v.Reason),
			"by", v.By, "now", now.Wall)
	case !v.InDoubt() && before.InDoubt():
		w.log.Info("the clock is trusted again: deadlines are carried out", "why", string(v.Reason), "now", now.Wall)
	}
	w.verdict = v
	if v.InDoubt() {
		w.known.Accepted = false // it was another jump
		if v.Reason == clock.Forward && w.known.Jumped.IsZero() {
			w.known.Jumped = now.Wall
		}
		return now.Wall, v
	}
	w.known.Jumped = time.Time{}
	if w.known.Trusted.Wall.IsZero() {
		w.known.Trusted = now
	}
	return now.Wall, v
}

// raise notes in a transaction the time at which it writes, if that can be trusted and was not done a moment ago.
func (w *Watch) raise(ctx context.Context, tx *Tx) error {
	if tx.Paused {
		return nil
	}
	w.mu.Lock()
	recent := tx.Now.Before(w.noted.WrittenAt.Add(raiseInterval))
	w.mu.Unlock()
	if !recent {
		if err := tx.RaiseClock(ctx, tx.Now); err != nil {
			return err
		}
	}
	tx.OnCommit(func() { w.wrote(tx.Now, !recent) })
	return nil
}

func (w *Watch) wrote(at time.Time, noted bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at.After(w.known.Written) {
		w.known.Written = at
	}
	if noted && at.After(w.noted.WrittenAt) {
		w.noted.WrittenAt = at
	}
}

// Follow takes over what an operator accepted, and notes in the database that the clock jumped forward or is back. It
// has to be called again and again.
func (w *Watch) Follow(ctx context.Context, s *store.Store) error {
	noted, err := readClock(ctx, s)
	if err != nil {
		return err
	}
	jumped, changed := w.follow(noted)
	if !changed {
		return nil
	}
	return s.Update(ctx, func(tx *store.Tx) error {
		if now, err := tx.Clock(ctx); err != nil || !now.AcceptedAt.Equal(noted.AcceptedAt) {
			return err // accepted meanwhile: the next call follows that
		}
		return tx.SetClockJump(ctx, jumped)
	})
}

// follow returns what the database should have as the time of the jump, and whether that differs from what it has. A
// jump that another process noted is about the clock of another machine, and stays.
func (w *Watch) follow(noted store.Clock) (jumped time.Time, changed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !noted.AcceptedAt.Equal(w.noted.AcceptedAt) {
		// What the wall clock gains after the acceptance counts again.
		w.known = clock.Known{
			Written: noted.WrittenAt, Accepted: true,
			Trusted: clock.Reading{Wall: noted.AcceptedAt, Monotonic: w.clock.Read().Monotonic},
		}
	}
	w.noted = noted
	w.judge()
	if !noted.JumpedAt.IsZero() && !noted.JumpedAt.Equal(w.jump) || w.known.Jumped.Equal(noted.JumpedAt) {
		return noted.JumpedAt, false
	}
	w.jump = w.known.Jumped
	return w.known.Jumped, true
}

// AcceptClock says that the time that a clock shows now is right. It returns that time, and why the clock was in
// doubt, as far as the database knows. Servers follow.
func AcceptClock(ctx context.Context, s *store.Store, c clock.Clock) (at time.Time, was clock.Verdict, err error) {
	err = s.Update(ctx, func(tx *store.Tx) error {
		noted, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		now := c.Read()
		at, was = now.Wall, clock.Judge(now, clock.Known{Written: noted.WrittenAt, Jumped: noted.JumpedAt})
		return tx.AcceptClock(ctx, at)
	})
	return at, was, err
}
