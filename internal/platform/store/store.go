// Package store keeps the platform's data in an SQL database.
//
// All access runs in transactions: View to read, Update to write. The SQL is portable; a dialect holds what differs
// between databases. The store never sees a secret in clear: values arrive and leave sealed.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
)

// The errors that a caller can distinguish with errors.Is, besides ErrUnavailable. Every other error is a failure of
// the database.
var (
	ErrNotFound  = errors.New("not found")
	ErrNameTaken = errors.New("the name is taken")
	// ErrExists is for objects without a name that a user chooses: an environment, a key, a stored response.
	ErrExists     = errors.New("it exists already")
	ErrReferenced = errors.New("a reference between objects would break")
)

// Store is an open database. It is safe for concurrent use.
type Store struct {
	dialect     dialect
	read, write *pool
	turns       turns
	outage      outage.State
	lease       lease
	// Serving is the part of this process among those that serve, and Leases are those of their work.
	Serving *Serving
	Leases  *Leases
	// Access tells whether what was read before still holds.
	Access *Access
}

// pool is a set of connections and the statements prepared on them.
type pool struct {
	db         *sql.DB
	readOnly   bool
	statements map[string]*sql.Stmt
}

// statements holds the text of every statement, so that open can prepare them all. A statement prepared on first use,
// inside a transaction, would wait for another connection of the same pool.
var statements []string

// statement registers the text of a statement and returns it.
func statement(text string) string {
	statements = append(statements, text)
	return text
}

// open migrates the database and prepares the statements. It closes both pools on failure.
func open(ctx context.Context, read, write *sql.DB, d dialect) (_ *Store, err error) {
	s := &Store{dialect: d, read: &pool{db: read, readOnly: true}, write: &pool{db: write}}
	s.Access, s.Serving, s.Leases = &Access{store: s}, &Serving{s}, &Leases{s}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	migrating := write
	if d.migrating != nil {
		migrating = read // its lock needs a second connection
	}
	if err := migrate(ctx, migrating, d); err != nil {
		return nil, err
	}
	if d.bind != nil {
		return s, nil // a prepared statement belongs to a session, which a pooler does not keep
	}
	for _, p := range []*pool{s.read, s.write} {
		p.statements = make(map[string]*sql.Stmt, len(statements))
		for _, text := range statements {
			prepared, err := p.db.PrepareContext(ctx, text) //nolint:sqlclosecheck // Close closes it
			if err != nil {
				return nil, fmt.Errorf("preparing a statement: %w", err)
			}
			p.statements[text] = prepared
		}
	}
	return s, nil
}

// Close closes the database, after it has given up the lease that Hold took. It closes the writer last, so that the
// writer can remove the journal.
func (s *Store) Close() error {
	errs := []error{s.lease.letGo()}
	if s.Access.commits != nil {
		errs = append(errs, s.Access.commits.LetGo())
	}
	for _, p := range []*pool{s.read, s.write} {
		for _, prepared := range p.statements {
			errs = append(errs, prepared.Close())
		}
		errs = append(errs, p.db.Close())
	}
	if s.Access.commits != nil {
		errs = append(errs, s.Access.commits.Close()) // after the pools: closing its file ends every lock on it
	}
	return errors.Join(errs...)
}

// Ping reports whether the database can be read.
func (s *Store) Ping(ctx context.Context) error {
	err := s.View(ctx, func(tx *Tx) error {
		_, err := tx.Platform(ctx)
		return err
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	return nil
}

// View runs a read transaction: do sees the database as it was at one moment, and cannot write. Do not nest View in
// another View or Update.
func (s *Store) View(ctx context.Context, do func(*Tx) error) error {
	err := s.transaction(ctx, s.read, s.read.db, s.dialect.reading, do)
	err = s.dialect.classified(ctx, err)
	var u *UnavailableError
	if errors.As(err, &u) && u.Reason.OfReads() {
		s.outage.Set(u)
	}
	return err
}

// Update runs a write transaction. It commits if do returns nil, and rolls back otherwise. One Update runs at a time,
// over all processes, so what do reads stays true until the commit. Where that takes another attempt, do is called
// again: it must have no effect outside of the transaction, and overwrite what it sets outside. Do not nest Update in
// another View or Update. It fails with an UnavailableError, after a wait at most, where the database cannot be
// written.
func (s *Store) Update(ctx context.Context, do func(*Tx) error) error {
	return s.UpdateIn(ctx, Scope{}, do)
}

// UpdateIn is Update on behalf of an environment. Writes of other environments take turns with it.
func (s *Store) UpdateIn(ctx context.Context, scope Scope, do func(*Tx) error) error {
	return s.update(ctx, scope, writeWait, do)
}

// beginner is a pool, or one of its connections.
type beginner interface {
	BeginTx(ctx context.Context, options *sql.TxOptions) (*sql.Tx, error)
}

// transaction runs one transaction, within the limit of the dialect. A database that does not answer in that time is
// out of reach, whatever the network says of it.
func (s *Store) transaction(
	ctx context.Context, p *pool, from beginner, options *sql.TxOptions, do func(*Tx) error,
) error {
	tx := &Tx{pool: p, dialect: s.dialect, within: unlimited}
	if s.dialect.limit == 0 {
		return s.commit(ctx, tx, from, options, do)
	}
	limited, cancel := context.WithTimeout(ctx, s.dialect.limit)
	defer cancel()
	tx.within = func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		stop := context.AfterFunc(limited, cancel)
		return ctx, func() {
			stop()
			cancel()
		}
	}
	err := s.commit(limited, tx, from, options, do)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return &UnavailableError{Reason: outage.Unreachable, Err: err}
	}
	return err
}

// commitError is the error of a commit. Where the connection broke, the transaction may be stored all the same.
type commitError struct{ cause error }

func (e *commitError) Error() string { return "committing: " + e.cause.Error() }
func (e *commitError) Unwrap() error { return e.cause }

func unlimited(ctx context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} }

func (s *Store) commit(
	ctx context.Context, tx *Tx, from beginner, options *sql.TxOptions, do func(*Tx) error,
) error {
	var inner *sql.Tx
	err := s.dialect.onOpenConnection(func() (err error) {
		inner, err = from.BeginTx(ctx, options)
		return err
	})
	if err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	defer inner.Rollback() // covers a panic in do; it does nothing after Commit
	tx.sql = inner
	err = do(tx)
	if err == nil {
		err = tx.countAccessChange(ctx)
	}
	if err == nil {
		err = tx.writeAudit(ctx)
	}
	if tx.lost != nil && !errors.Is(err, tx.lost) {
		err = tx.lost
	}
	if err != nil {
		return err
	}
	if err := inner.Commit(); err != nil {
		if s.dialect.violatesReference(err) {
			return fmt.Errorf("committing: %w", ErrReferenced)
		}
		return &commitError{err}
	}
	if tx.decided {
		s.Access.counted.Store(nil)
	}
	return nil
}
