package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/postgres"
)

const (
	// writeWait is how long an Update waits for the lock of the database. It waits twice as long for its turn, so that the
	// write before it has found out by then what is the matter.
	writeWait = 10 * time.Second
	// tryWait is the same of a TryUpdate, whose caller goes on without it, and of all writes in an outage.
	tryWait = time.Second
)

// ErrUnavailable is every UnavailableError.
var ErrUnavailable = outage.ErrUnavailable

// UnavailableError is the error of a transaction that failed because the database cannot be used for a time.
type UnavailableError = outage.Error

// Outage returns why the database cannot be written, since a write has failed; nil if none has, or if EndOutage was
// called since.
func (s *Store) Outage() *UnavailableError { return s.outage.Get() }

// TryUpdate is UpdateIn for a write that its caller can do without for now. During an outage it fails at once, and
// otherwise it does not wait for long.
func (s *Store) TryUpdate(ctx context.Context, scope Scope, do func(*Tx) error) error {
	if u := s.Outage(); u != nil {
		return u
	}
	return s.update(ctx, scope, tryWait, do)
}

// probeBytes is more than most changes need, so that an outage does not end and begin again with every larger one.
const probeBytes = 64 << 10

// EndOutage says that the database can be written again. A Probe must have succeeded.
func (s *Store) EndOutage() { s.outage.Set(nil) }

// Probe finds out whether the database can be written. It stores and deletes a row in one transaction. SQLite
// overwrites what it deletes, so the disk must take all of the row.
func (s *Store) Probe(ctx context.Context) error {
	row := &Idempotent{Method: "PROBE", BodyHash: []byte{}, Body: make([]byte, probeBytes)}
	return s.update(ctx, Scope{}, tryWait, func(tx *Tx) error {
		if err := tx.InsertIdempotent(ctx, row); err != nil {
			return err
		}
		return tx.DeleteIdempotent(ctx, row)
	})
}

// update runs a write transaction. Each of its two waits is limited: for its turn, and for the lock of the database,
// which another process may hold.
func (s *Store) update(ctx context.Context, scope Scope, wait time.Duration, do func(*Tx) error) error {
	conn, err := s.writer(ctx, scope, wait)
	if err != nil {
		return s.failing(err)
	}
	defer s.turns.end()
	defer func() { _ = conn.Close() }()
	if s.Outage() != nil {
		wait = tryWait
	}
	for n, cut := 1, false; ; n++ {
		err = s.attempt(ctx, conn, wait, do)
		if !cut && s.cutOff(ctx, err) {
			cut = true
			continue
		}
		if !s.dialect.conflict(err) {
			return s.failing(s.dialect.classified(ctx, err))
		}
		if n >= attempts {
			return &UnavailableError{Reason: outage.Busy, Err: err}
		}
		if err := pause(ctx, n); err != nil {
			return err
		}
	}
}

// cutOff reports whether a transaction failed because its session was terminated before the commit, which says nothing
// about the next session. After a commit that was cut off, nobody knows what is stored.
func (s *Store) cutOff(ctx context.Context, err error) bool {
	committing := (*commitError)(nil)
	return s.dialect.terminated(err) && !errors.As(err, &committing) && ctx.Err() == nil
}

// attempt is one attempt of a write transaction.
func (s *Store) attempt(ctx context.Context, conn writer, wait time.Duration, do func(*Tx) error) error {
	if pinned, ok := conn.(*sql.Conn); ok {
		if err := s.dialect.waitForLock(ctx, pinned, wait); err != nil {
			return err
		}
		return s.transaction(ctx, s.write, conn, s.dialect.writing, do)
	}
	return s.transaction(ctx, s.write, conn, s.dialect.writing, func(tx *Tx) error {
		limited, done := tx.within(ctx)
		defer done()
		fence, err := s.dialect.beginWrite(limited, tx.sql, wait)
		if errors.Is(err, postgres.ErrTurn) {
			return &UnavailableError{Reason: outage.Busy, Err: err}
		}
		if err == nil {
			err = s.lease.check(ctx, fence)
		}
		if err != nil {
			return tx.noted(err)
		}
		return do(tx)
	})
}

// failing notes an outage that begins with an error.
func (s *Store) failing(err error) error {
	var u *UnavailableError
	if errors.As(err, &u) && u.Reason.Lasts() {
		s.outage.Set(u)
	}
	return err
}

// writer is what a write transaction begins on: a connection of its own, or a pool, which replaces a connection that
// the server has closed.
type writer interface {
	beginner
	Close() error
}

// unpinned is a pool that stays open.
type unpinned struct{ *sql.DB }

func (unpinned) Close() error { return nil }

// writer waits for a turn, and takes what the write begins on.
func (s *Store) writer(ctx context.Context, scope Scope, wait time.Duration) (conn writer, err error) {
	turn, cancel := context.WithTimeout(ctx, 2*wait)
	defer cancel()
	if err = s.turns.begin(turn, scope); err == nil {
		if s.dialect.beginWrite != nil {
			return unpinned{s.write.db}, nil
		}
		if conn, err = s.write.db.Conn(turn); err != nil {
			s.turns.end()
		}
	}
	switch {
	case err == nil:
		return conn, nil
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		if u := s.Outage(); u != nil {
			return nil, u // it is what the others wait for
		}
		return nil, &UnavailableError{Reason: outage.Busy}
	}
	return nil, s.dialect.classified(ctx, fmt.Errorf("beginning a transaction: %w", err))
}

// classified makes an UnavailableError of an error of the driver that is one. What a caller who gave up gets says
// nothing about the database.
func (d dialect) classified(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || errors.Is(err, ErrUnavailable) {
		return err
	}
	if reason := d.unavailable(err); reason != "" {
		return &UnavailableError{Reason: reason, Err: err}
	}
	return err
}

const (
	// attempts is how often a transaction is begun that others get in the way of.
	attempts  = 10
	firstWait = 4 * time.Millisecond
	longWait  = 250 * time.Millisecond
)

// pause waits before another attempt: longer each time, and not as long as others that wait too.
func pause(ctx context.Context, n int) error {
	longest := min(firstWait<<n, longWait)
	timer := time.NewTimer(rand.N(longest)) //nolint:gosec // it only spreads the attempts
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
