package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
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
		return err
	}
	defer s.turns.end()
	defer func() { _ = conn.Close() }()
	if s.Outage() != nil {
		wait = tryWait
	}
	err = s.dialect.waitForLock(ctx, conn, wait)
	if err == nil {
		err = s.transaction(ctx, s.write, conn, nil, s.dialect.lockRows, do)
	}
	err = s.dialect.classified(err)
	var u *UnavailableError
	if errors.As(err, &u) {
		s.outage.Set(u)
	}
	return err
}

// writer waits for a turn, and takes the connection that writes.
func (s *Store) writer(ctx context.Context, scope Scope, wait time.Duration) (conn *sql.Conn, err error) {
	turn, cancel := context.WithTimeout(ctx, 2*wait)
	defer cancel()
	if err = s.turns.begin(turn, scope); err == nil {
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
	return nil, s.dialect.classified(fmt.Errorf("beginning a transaction: %w", err))
}

// classified makes an UnavailableError of an error of the driver that is one.
func (d dialect) classified(err error) error {
	if err == nil || errors.Is(err, ErrUnavailable) {
		return err
	}
	if reason := d.unavailable(err); reason != "" {
		return &UnavailableError{Reason: reason, Err: err}
	}
	return err
}
