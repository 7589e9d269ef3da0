// Package store keeps everything that the platform must not forget, in an SQL database.
//
// Objects come and go in transactions (View, Update). The SQL is portable; what only one kind of database knows is in its
// dialect. Secrets arrive here sealed and leave sealed.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// What a caller tells apart with errors.Is; everything else is a failure of the database.
var (
	ErrNotFound   = errors.New("not found")
	ErrNameTaken  = errors.New("the name is taken")
	ErrExists     = errors.New("it exists already") // what has no name to be chosen: an environment, a key, a stored answer
	ErrReferenced = errors.New("a reference between objects would break")
)

// Store is an open database. It is safe for concurrent use.
type Store struct {
	dialect     dialect
	read, write *pool
}

// pool is a set of connections with the statements prepared on them.
type pool struct {
	db         *sql.DB
	readOnly   bool
	statements map[string]*sql.Stmt
}

// statements holds the text of every statement of the nouns, so that open can prepare them all. Preparing one when it is first needed
// would wait, inside a transaction, for another connection of the same pool.
var statements []string

func statement(text string) string {
	statements = append(statements, text)
	return text
}

// open migrates the database and prepares the statements. It closes both on failure.
func open(ctx context.Context, read, write *sql.DB, d dialect) (_ *Store, err error) {
	s := &Store{dialect: d, read: &pool{db: read, readOnly: true}, write: &pool{db: write}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := migrate(ctx, write, d); err != nil {
		return nil, err
	}
	for _, p := range []*pool{s.read, s.write} {
		p.statements = make(map[string]*sql.Stmt, len(statements))
		for _, text := range statements {
			prepared, err := p.db.PrepareContext(ctx, text) //nolint:sqlclosecheck // Close does
			if err != nil {
				return nil, fmt.Errorf("preparing a statement: %w", err)
			}
			p.statements[text] = prepared
		}
	}
	return s, nil
}

// Close ends the use of the database. The writer is last, so that it leaves the file without a journal.
func (s *Store) Close() error {
	var errs []error
	for _, p := range []*pool{s.read, s.write} {
		for _, prepared := range p.statements {
			errs = append(errs, prepared.Close())
		}
		errs = append(errs, p.db.Close())
	}
	return errors.Join(errs...)
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	if err := s.read.db.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	return nil
}

// View reads: all of do sees the database as it was at one moment. Writing in it fails. It must not be nested in another
// View or Update.
func (s *Store) View(ctx context.Context, do func(*Tx) error) error {
	return s.transaction(ctx, s.read, &sql.TxOptions{ReadOnly: true}, "", do)
}

// Update reads and writes: either everything that do did is kept, or, when it returns an error, nothing. Only one Update
// runs at a time, over all processes, so that what do reads stays true until it ends. It must not be nested in another View or Update.
func (s *Store) Update(ctx context.Context, do func(*Tx) error) error {
	return s.transaction(ctx, s.write, nil, s.dialect.lockRows, do)
}

func (s *Store) transaction(ctx context.Context, p *pool, options *sql.TxOptions, lockRows string, do func(*Tx) error) error {
	inner, err := p.db.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	defer inner.Rollback() // also when do panics; after Commit it does nothing
	if err := do(&Tx{sql: inner, pool: p, dialect: s.dialect, lockRows: lockRows}); err != nil {
		return err
	}
	if err := inner.Commit(); err != nil {
		if s.dialect.violated(err) == violatesReference {
			return fmt.Errorf("committing: %w", ErrReferenced)
		}
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}
