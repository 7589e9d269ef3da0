package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Tx is one transaction of a View or an Update. It must not be used after that has returned, nor by two goroutines at once.
type Tx struct {
	sql      *sql.Tx
	pool     *pool
	dialect  dialect
	lockRows string
}

// scanner is a row to read columns from.
type scanner interface{ Scan(dest ...any) error }

// prepared returns the statement with this text as it was prepared on the transaction's connection; nil for a text that open did
// not prepare. It is closed with the transaction.
func (tx *Tx) prepared(ctx context.Context, text string) *sql.Stmt {
	if p, ok := tx.pool.statements[text]; ok {
		return tx.sql.StmtContext(ctx, p)
	}
	return nil
}

func (tx *Tx) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if p := tx.prepared(ctx, text); p != nil { //nolint:sqlclosecheck // the transaction closes it
		return p.QueryContext(ctx, args...)
	}
	return tx.sql.QueryContext(ctx, text, args...)
}

// one reads a single row into dest; without one the error is ErrNotFound.
func (tx *Tx) one(ctx context.Context, text string, args []any, dest ...any) error {
	var row *sql.Row
	if p := tx.prepared(ctx, text); p != nil { //nolint:sqlclosecheck // the transaction closes it
		row = p.QueryRowContext(ctx, args...)
	} else {
		row = tx.sql.QueryRowContext(ctx, text, args...)
	}
	err := row.Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// each reads every row with scan.
func (tx *Tx) each(ctx context.Context, text string, args []any, scan func(scanner) error) error {
	rows, err := tx.query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// exec runs a statement and returns how many rows it touched. A broken constraint is ErrNameTaken or ErrReferenced.
func (tx *Tx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	var result sql.Result
	var err error
	if p := tx.prepared(ctx, text); p != nil { //nolint:sqlclosecheck // the transaction closes it
		result, err = p.ExecContext(ctx, args...)
	} else {
		result, err = tx.sql.ExecContext(ctx, text, args...)
	}
	if err != nil {
		switch tx.dialect.violated(err) {
		case violatesUnique:
			return 0, ErrNameTaken
		case violatesReference:
			return 0, ErrReferenced
		}
		return 0, err
	}
	return result.RowsAffected()
}

// execOne runs a statement about one row, which must be there.
func (tx *Tx) execOne(ctx context.Context, text string, args ...any) error {
	n, err := tx.exec(ctx, text, args...)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// insertNew runs an INSERT … ON CONFLICT DO NOTHING of one row, which must not be there: ErrExists says that it is.
func (tx *Tx) insertNew(ctx context.Context, text string, args ...any) error {
	n, err := tx.exec(ctx, text, args...)
	if err == nil && n == 0 {
		return ErrExists
	}
	return err
}

// failed says what was being done to which object; an empty id stands for no one in particular.
func failed(doing, kind, id string, err error) error {
	switch {
	case err == nil:
		return nil
	case id == "":
		return fmt.Errorf("%s %s: %w", doing, kind, err)
	}
	return fmt.Errorf("%s %s %s: %w", doing, kind, id, err)
}
