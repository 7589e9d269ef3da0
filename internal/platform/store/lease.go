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
	// leaseFor is how long a database has to wait for the successor of a process that was killed.
	leaseFor   = 10 * time.Second
	leaseEvery = 2 * time.Second
	// lookEvery is how often a process looks whether the lease of another one is still renewed.
	lookEvery = 200 * time.Millisecond
)

// ErrServed is the error of Hold where another process serves the database.
var ErrServed = errors.New("another quickconnectd serves this database")

// lease is what a process has that serves the database alone. The zero value is none.
type lease struct {
	mu      sync.Mutex
	fence   int64 // 0: this process has no lease
	taken   bool  // another process has taken over
	lost    chan struct{}
	release func() error
}

// check compares the number that a write has read with that of this process.
func (l *lease) check(fence int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fence == 0 || l.fence == fence {
		return nil
	}
	l.lose()
	return &UnavailableError{Reason: outage.TakenOver}
}

// lose notes that another process has taken over. The caller holds the mutex.
func (l *lease) lose() {
	if !l.taken {
		l.taken = true
		close(l.lost)
	}
}

// Hold makes this process the only one that serves the database, until Close. Writes of this process fail from the
// moment at which another one has taken over. Where another process serves it, Hold fails with ErrServed; where one was
// killed, it waits until the lease of that one has expired. holder is what the error of another process shows.
//
// A database that only this machine can reach has no lease.
func (s *Store) Hold(ctx context.Context, holder string) error {
	if s.dialect.beginWrite == nil {
		return nil
	}
	fence, err := takeOver(ctx, s.read.db, holder)
	if err != nil {
		return s.dialect.classified(ctx, err)
	}
	alive := context.WithoutCancel(ctx)
	beating, cancel := context.WithCancel(alive)
	var beat sync.WaitGroup
	s.lease.mu.Lock()
	defer s.lease.mu.Unlock()
	s.lease.fence, s.lease.lost = fence, make(chan struct{})
	beat.Go(func() { s.lease.beat(beating, s.read.db, fence) })
	s.lease.release = func() error {
		cancel()
		beat.Wait()
		return release(alive, s.read.db, fence)
	}
	return nil
}

func takeOver(ctx context.Context, db *sql.DB, holder string) (fence int64, err error) {
	first, err := postgres.Observe(ctx, db)
	if err != nil {
		return 0, fmt.Errorf("looking who serves the database: %w", err)
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if fence, err = postgres.TakeOver(ctx, db, holder, leaseFor); err != nil {
			return 0, fmt.Errorf("beginning to serve the database: %w", err)
		}
		if fence > 0 {
			return fence, nil
		}
		now, err := postgres.Observe(ctx, db)
		if err != nil {
			return 0, fmt.Errorf("looking who serves the database: %w", err)
		}
		if now.ExpiresAt > first.ExpiresAt || now.Fence != first.Fence {
			return 0, fmt.Errorf("%w: %s; stop that one first, or use another --database", ErrServed, now.Holder)
		}
		select {
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// beat renews the lease. A failure is no end: the writes compare the number, whatever the time is.
func (l *lease) beat(ctx context.Context, db *sql.DB, fence int64) {
	tick := time.NewTicker(leaseEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		limited, cancel := context.WithTimeout(ctx, leaseFor)
		ours, err := postgres.Renew(limited, db, fence, leaseFor)
		cancel()
		if err == nil && !ours {
			l.mu.Lock()
			l.lose()
			l.mu.Unlock()
			return
		}
	}
}

// Lost returns a channel that is closed when another process has taken over. It is nil where there is no lease.
func (s *Store) Lost() <-chan struct{} {
	s.lease.mu.Lock()
	defer s.lease.mu.Unlock()
	return s.lease.lost
}

// letGo ends the lease, so that the next process need not wait. It leaves the lease of a process that has taken over.
func (l *lease) letGo() error {
	l.mu.Lock()
	release := l.release
	l.release = nil
	l.mu.Unlock()
	if release == nil {
		return nil
	}
	return release()
}

// release gives up on a database that does not answer: the lease expires by itself.
func release(ctx context.Context, db *sql.DB, fence int64) error {
	limited, cancel := context.WithTimeout(ctx, tryWait)
	defer cancel()
	err := postgres.Release(limited, db, fence)
	if limited.Err() != nil || postgres.Unavailable(err) != "" {
		return nil
	}
	return err
}
