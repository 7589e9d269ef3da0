package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// The lease is one row: who serves the database, until when, and which number the writes of that process compare. Times
// are those of the database: the clocks of two machines may differ. Each statement is a transaction of its own.
const (
	now      = `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint`
	takeOver = `UPDATE serving SET fence = fence + 1, holder = $1::text, expires_at = ` + now + ` + $2::bigint
		WHERE one = 1 AND expires_at < ` + now + ` RETURNING fence`
	observe = `SELECT holder, fence, expires_at FROM serving WHERE one = 1`
	renew   = `UPDATE serving SET expires_at = ` + now + ` + $2::bigint WHERE one = 1 AND fence = $1::bigint`
	release = `UPDATE serving SET expires_at = 0 WHERE one = 1 AND fence = $1::bigint`
	// setLimits is for one transaction. One that stops in the middle loses its connection, and with it its locks.
	setLimits = `SET LOCAL lock_timeout = %d; SET LOCAL idle_in_transaction_session_timeout = %d`
	// readFence locks the row, so that no other process takes over until this transaction has ended.
	readFence = `SELECT fence FROM serving WHERE one = 1 FOR SHARE`

	maxIdleInWrite = 30 * time.Second
)

// Lease is what the database says of the process that serves it.
type Lease struct {
	Holder    string
	Fence     int64
	ExpiresAt int64 // in microseconds since 1970
}

// TakeOver makes a process the one that serves the database, if no other one has a lease that has not expired. It
// returns the number of the new lease; 0 if there is another one.
func TakeOver(ctx context.Context, db *sql.DB, holder string, d time.Duration) (fence int64, err error) {
	err = db.QueryRowContext(ctx, takeOver, holder, d.Microseconds()).Scan(&fence)
	if errors.Is(err, sql.ErrNoRows) || Conflict(err) {
		return 0, nil
	}
	return fence, err
}

// Observe reads the lease.
func Observe(ctx context.Context, db *sql.DB) (l Lease, err error) {
	err = db.QueryRowContext(ctx, observe).Scan(&l.Holder, &l.Fence, &l.ExpiresAt)
	return l, err
}

// Renew makes a lease longer, even if it has expired. It returns false if another process has taken over.
func Renew(ctx context.Context, db *sql.DB, fence int64, d time.Duration) (bool, error) {
	result, err := db.ExecContext(ctx, renew, fence, d.Microseconds())
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Release ends a lease.
func Release(ctx context.Context, db *sql.DB, fence int64) error {
	_, err := db.ExecContext(ctx, release, fence)
	return err
}

// BeginWrite sets how long the statements of a transaction that writes wait for a lock, and returns the number of the
// lease, which no other process changes before the transaction has ended.
func BeginWrite(ctx context.Context, tx *sql.Tx, wait time.Duration) (fence int64, err error) {
	set := fmt.Sprintf(setLimits, wait.Milliseconds(), maxIdleInWrite.Milliseconds())
	if _, err := tx.ExecContext(ctx, set); err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, readFence).Scan(&fence)
	return fence, err
}
