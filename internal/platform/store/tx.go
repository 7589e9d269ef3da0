package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Tx is the transaction of one View or Update. Do not use it after that returns, nor from two goroutines at once.
type Tx struct {
	sql     *sql.Tx
	pool    *pool
	dialect dialect
	grown   map[string]Usage // by kind
	decided bool             // something was changed that decides about access
	audit   []*AuditEvent    // what the commit adds to the logs of environments
	// chainHeads are the hashes of the last events of older builds that are added, by environment.
	chainHeads map[Scope][]byte
	// within bounds the context of a statement by the time that is left to the transaction.
	within func(context.Context) (context.Context, context.CancelFunc)
	// lost is the error that ended the transaction before its time: whatever its caller makes of it, nothing is stored.
	lost error
}

// scanner is one row of a result.
type scanner interface{ Scan(dest ...any) error }

// prepare returns the statement that open prepared for a text, or prepares it. The transaction closes it.
func (tx *Tx) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if p, ok := tx.pool.statements[text]; ok {
		return tx.sql.StmtContext(ctx, p), nil
	}
	return tx.sql.PrepareContext(ctx, text)
}

// query runs a statement that returns rows. Every statement with rows goes through here.
func (tx *Tx) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	tx.decided = tx.decided || writesDeciding(text)
	if tx.dialect.bind == nil {
		p, err := tx.prepare(ctx, text) //nolint:sqlclosecheck // the transaction closes it
		if err != nil {
			return nil, err
		}
		return p.QueryContext(ctx, args...)
	}
	text, args, err := tx.dialect.bind(text, args)
	if err != nil {
		return nil, err
	}
	return tx.sql.QueryContext(ctx, text, args...)
}

// run runs a statement that returns no rows. Every statement without rows goes through here.
func (tx *Tx) run(ctx context.Context, text string, args []any) (sql.Result, error) {
	tx.decided = tx.decided || writesDeciding(text)
	if tx.dialect.bind == nil {
		p, err := tx.prepare(ctx, text) //nolint:sqlclosecheck // the transaction closes it
		if err != nil {
			return nil, err
		}
		return p.ExecContext(ctx, args...)
	}
	text, args, err := tx.dialect.bind(text, args)
	if err != nil {
		return nil, err
	}
	return tx.sql.ExecContext(ctx, text, args...)
}

// noted remembers an error after which nothing of the transaction can be stored.
func (tx *Tx) noted(err error) error {
	if err != nil && tx.lost == nil && (tx.dialect.conflict(err) || tx.dialect.unavailable(err) != "") {
		tx.lost = err
	}
	return err
}

// one scans a single row into dest. It returns ErrNotFound if there is no row.
func (tx *Tx) one(ctx context.Context, text string, args []any, dest ...any) error {
	found := false
	err := tx.each(ctx, text, args, func(row scanner) error {
		if found {
			return nil
		}
		found = true
		return row.Scan(dest...)
	})
	if err == nil && !found {
		return ErrNotFound
	}
	return err
}

// each calls scan for every row.
func (tx *Tx) each(ctx context.Context, text string, args []any, scan func(scanner) error) error {
	ctx, done := tx.within(ctx)
	defer done()
	rows, err := tx.query(ctx, text, args)
	if err != nil {
		return tx.noted(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return tx.noted(rows.Err())
}

// exec runs a statement and returns the number of rows it changed. It returns ErrNameTaken or ErrReferenced if the
// statement violates a constraint.
func (tx *Tx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	ctx, done := tx.within(ctx)
	defer done()
	result, err := tx.run(ctx, text, args)
	if err == nil {
		return result.RowsAffected()
	}
	if tx.dialect.violatesUnique(err) {
		return 0, ErrNameTaken
	}
	if tx.dialect.violatesReference(err) {
		return 0, ErrReferenced
	}
	return 0, tx.noted(err)
}

// execOne runs a statement that changes one row. It returns ErrNotFound if there is no such row.
func (tx *Tx) execOne(ctx context.Context, text string, args ...any) error {
	n, err := tx.exec(ctx, text, args...)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// insertNew runs an INSERT … ON CONFLICT DO NOTHING of one row. It returns ErrExists if the row exists.
func (tx *Tx) insertNew(ctx context.Context, text string, args ...any) error {
	n, err := tx.exec(ctx, text, args...)
	if err == nil && n == 0 {
		return ErrExists
	}
	return err
}

// failed adds to an error what was being done, and to which object. The id is empty if no single object is meant.
func failed(doing, kind, id string, err error) error {
	switch {
	case err == nil:
		return nil
	case id == "":
		return fmt.Errorf("%s %s: %w", doing, kind, err)
	}
	return fmt.Errorf("%s %s %s: %w", doing, kind, id, err)
}
