package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// ErrOvertaken is the error of a move that another process goes on with.
var ErrOvertaken = errors.New("another quickconnectd migrate goes on with this move: wait until that one has ended")

// readAttempt locks the row, so that no other process goes on with the move until this transaction has ended.
const readAttempt = `SELECT attempt FROM moves WHERE one = 1 FOR SHARE`

// Copy appends rows to a table in one transaction of the move, and fails with ErrOvertaken if another process has begun
// a later attempt.
func Copy(ctx context.Context, db *sql.DB, attempt int64, table string, columns []string, rows [][]any) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	return conn.Raw(func(driverConn any) error {
		c, ok := driverConn.(*stdlib.Conn)
		if !ok {
			return driver.ErrBadConn
		}
		return copyRows(ctx, c.Conn(), attempt, table, columns, rows)
	})
}

func copyRows(
	ctx context.Context, c *pgx.Conn, attempt int64, table string, columns []string, rows [][]any,
) error {
	tx, err := c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // it does nothing after Commit
	var now int64
	if err := tx.QueryRow(ctx, readAttempt).Scan(&now); err != nil {
		return err
	}
	if now != attempt {
		return ErrOvertaken
	}
	n, err := tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
	switch {
	case err != nil:
		return err
	case n != int64(len(rows)):
		return fmt.Errorf("the server took %d of %d rows", n, len(rows))
	}
	return tx.Commit(ctx)
}

// Holder returns who serves the database; empty for no process. A lease that has expired is none.
func Holder(ctx context.Context, db *sql.DB) (holder string, err error) {
	err = db.QueryRowContext(ctx, `SELECT holder FROM serving WHERE one = 1 AND expires_at >= `+now).Scan(&holder)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return holder, err
}
