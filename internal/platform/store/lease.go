package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/postgres"
)

const (
	// leaseFor is how long the other processes wait for a leader that was killed.
	leaseFor   = 10 * time.Second
	leaseEvery = 2 * time.Second
	// lookEvery is how often a process looks whether the lease of one that serves alone is still renewed.
	lookEvery = 200 * time.Millisecond
)

var (
	// ErrServed is the error of Join where another process serves the database alone, and of Hold where any one does.
	ErrServed = errors.New("another quickconnectd serves this database")
	// ErrNotLeader is the error of a write of the leader after another process has taken over.
	ErrNotLeader = errors.New("another quickconnectd leads now: it does the work that one process does for all")
)

// lease is what a process has that serves the database beside others. The zero value is of a process that does not
// serve.
type lease struct {
	mu        sync.Mutex
	holder    string // empty: this process does not serve
	alone     bool   // it is the only one
	leads     int64  // the number of the lease of this process; 0: it does not lead
	takeOvers int64
	taken     bool // by a process that serves alone, or from one that does
	lost      chan struct{}
	leave     func() error
}

// Serving is the part that this process has among those that serve the database.
type Serving struct{ store *Store }

// leading is the key of the number under which the writes of a context are those of the leader.
type leading struct{}

// check compares the number that a write has read with that of this process.
func (l *lease) check(ctx context.Context, f postgres.Fence) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.holder == "" {
		return nil
	}
	if l.alone && f.Number != l.leads || !l.alone && !f.Shared {
		l.lose()
		return &UnavailableError{Reason: outage.TakenOver}
	}
	if l.leads != 0 && l.leads != f.Number {
		l.leads = 0
	}
	if number, ok := ctx.Value(leading{}).(int64); ok && number != f.Number {
		return ErrNotLeader
	}
	return nil
}

// lose notes that this process may not serve any more. The caller holds the mutex.
func (l *lease) lose() {
	l.leads = 0
	if !l.taken {
		l.taken = true
		close(l.lost)
	}
}

// Join makes this process one of those that serve the database, until Close. One of them leads, and where none does, it
// is this one. holder is what others are shown of it. Join fails with ErrServed where a process serves the database
// alone, as older builds do; where one was killed, it waits until the lease of that one has expired.
//
// A database that only this machine can reach has one process, which leads without a lease.
func (sv *Serving) Join(ctx context.Context, holder string) error { return sv.serve(ctx, holder, true) }

// Hold makes this process the only one that serves the database, until Close. It fails with ErrServed where another one
// does. A process that serves it, and does not lead, writes nothing from then on, and learns of it.
func (sv *Serving) Hold(ctx context.Context, holder string) error {
	return sv.serve(ctx, holder, false)
}

func (sv *Serving) serve(ctx context.Context, holder string, shared bool) error {
	if sv.store.dialect.beginWrite == nil {
		return nil
	}
	number, err := join(ctx, sv.store.read.db, holder, shared)
	if err != nil {
		return sv.store.dialect.classified(ctx, err)
	}
	alive := context.WithoutCancel(ctx)
	beating, cancel := context.WithCancel(alive)
	var beat sync.WaitGroup
	sv.store.lease.mu.Lock()
	defer sv.store.lease.mu.Unlock()
	sv.store.lease.holder, sv.store.lease.alone, sv.store.lease.lost = holder, !shared, make(chan struct{})
	sv.store.lease.lead(number)
	beat.Go(func() { sv.store.lease.beat(beating, sv.store.read.db) })
	sv.store.lease.leave = func() error {
		cancel()
		beat.Wait()
		return sv.store.lease.release(alive, sv.store.read.db)
	}
	return nil
}

// join returns the number under which this process leads; 0 if another one does.
func join(ctx context.Context, db *sql.DB, holder string, shared bool) (number int64, err error) {
	var first postgres.Lease
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if number, err = postgres.TakeOver(ctx, db, holder, leaseFor, shared); err != nil {
			return 0, fmt.Errorf("beginning to serve the database: %w", err)
		}
		if number > 0 {
			return number, nil
		}
		now, err := postgres.Observe(ctx, db)
		switch {
		case err != nil:
			return 0, fmt.Errorf("looking who serves the database: %w", err)
		case now.Shared && shared:
			return 0, nil
		case first.Number == 0:
			first = now
		case now.ExpiresAt > first.ExpiresAt || now.Number != first.Number:
			return 0, served(now)
		}
		select {
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-tick.C:
		}
	}
}

func served(by postgres.Lease) error {
	if by.Shared {
		return fmt.Errorf("%w: %s; stop every process that does first, or use another --database", ErrServed, by.Holder)
	}
	return fmt.Errorf("%w: %s, which serves alone, as older versions do; stop that one first, or use another --database",
		ErrServed, by.Holder)
}

// lead notes the number under which this process leads; 0 if it does not. The caller holds the mutex.
func (l *lease) lead(number int64) {
	if number > l.leads {
		l.takeOvers++
	}
	l.leads = number
}

func (l *lease) beat(ctx context.Context, db *sql.DB) {
	tick := time.NewTicker(leaseEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			limited, cancel := context.WithTimeout(ctx, leaseFor)
			l.tend(limited, db)
			cancel()
		}
	}
}

// tend renews the lease of the leader; any other process takes over where it has expired. A failure is no end: the
// writes of the leader compare the number, whatever the time is.
func (l *lease) tend(ctx context.Context, db *sql.DB) {
	l.mu.Lock()
	leads, holder := l.leads, l.holder
	l.mu.Unlock()
	var ours bool
	var err error
	if leads != 0 {
		ours, err = postgres.Renew(ctx, db, leads, leaseFor)
	}
	if err != nil || ours {
		return
	}
	if l.alone {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.lose()
		return
	}
	now, err := postgres.Observe(ctx, db)
	if err != nil {
		return
	}
	var number int64
	if !now.Lives {
		if number, err = postgres.TakeOver(ctx, db, holder, leaseFor, true); err != nil {
			return
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lead(number); now.Lives && !now.Shared {
		l.lose()
	}
}

// Lead returns a context for the work that one process does for all, and whether that is this process. Writes with that
// context fail with ErrNotLeader once another process has taken over, whenever this one has learnt of it.
func (sv *Serving) Lead(ctx context.Context) (context.Context, bool) {
	if sv.store.dialect.beginWrite == nil {
		return ctx, true
	}
	sv.store.lease.mu.Lock()
	defer sv.store.lease.mu.Unlock()
	if sv.store.lease.leads == 0 {
		return ctx, false
	}
	return context.WithValue(ctx, leading{}, sv.store.lease.leads), true
}

// Leads reports whether this process leads.
func (sv *Serving) Leads() bool {
	sv.store.lease.mu.Lock()
	defer sv.store.lease.mu.Unlock()
	return !sv.store.Shared() || sv.store.lease.leads != 0
}

// Shared reports whether other processes may serve the database beside this one.
func (s *Store) Shared() bool { return s.dialect.beginWrite != nil }

// TakeOvers returns how often this process became the leader.
func (sv *Serving) TakeOvers() int64 {
	sv.store.lease.mu.Lock()
	defer sv.store.lease.mu.Unlock()
	return sv.store.lease.takeOvers
}

// Leader returns how the process that leads is shown; empty where none does.
func (sv *Serving) Leader(ctx context.Context) (string, error) {
	if sv.store.dialect.beginWrite == nil {
		return "", nil
	}
	now, err := postgres.Observe(ctx, sv.store.read.db)
	if err != nil {
		return "", sv.store.dialect.classified(ctx, fmt.Errorf("looking who leads: %w", err))
	}
	if !now.Lives {
		return "", nil
	}
	return now.Holder, nil
}

// Lost returns a channel that is closed when a process has taken over that serves alone. It is nil where that cannot
// happen.
func (sv *Serving) Lost() <-chan struct{} {
	sv.store.lease.mu.Lock()
	defer sv.store.lease.mu.Unlock()
	return sv.store.lease.lost
}

// letGo ends the lease, so that the next leader need not wait. It leaves the lease of a process that has taken over.
func (l *lease) letGo() error {
	l.mu.Lock()
	leave := l.leave
	l.leave = nil
	l.mu.Unlock()
	if leave == nil {
		return nil
	}
	return leave()
}

// release gives up on a database that does not answer: the lease expires by itself.
func (l *lease) release(ctx context.Context, db *sql.DB) error {
	l.mu.Lock()
	number := l.leads
	l.leads = 0
	l.mu.Unlock()
	if number == 0 {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, tryWait)
	defer cancel()
	err := postgres.Release(limited, db, number)
	if limited.Err() != nil || postgres.Unavailable(err) != "" {
		return nil
	}
	return err
}
