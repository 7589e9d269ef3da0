package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// The row of serving says which process leads, until when, and which number the writes of the leader compare. Times are
// those of the database: the clocks of two machines may differ. Each statement is a transaction of its own.
const (
	now = `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint`

	takeOver = `UPDATE serving SET fence = fence + 1, holder = $1::text,
		shared_fence = CASE WHEN $3::boolean THEN fence + 1 ELSE shared_fence END,
		expires_at = ` + now + ` + $2::bigint WHERE one = 1 AND expires_at < ` + now + ` RETURNING fence`
	observe = `SELECT holder, fence, shared_fence = fence, expires_at, expires_at >= ` + now + ` FROM serving
		WHERE one = 1`
	renew   = `UPDATE serving SET expires_at = ` + now + ` + $2::bigint WHERE one = 1 AND fence = $1::bigint`
	release = `UPDATE serving SET expires_at = 0 WHERE one = 1 AND fence = $1::bigint`
	// setLimits is for one transaction. One that stops in the middle loses its connection, and with it its locks.
	setLimits = `SET LOCAL lock_timeout = %d; SET LOCAL idle_in_transaction_session_timeout = %d`
	// takeTurn takes no snapshot, so what the transaction reads after it is what the write before it has left.
	takeTurn = `; LOCK TABLE turns IN SHARE ROW EXCLUSIVE MODE`
	// readFence locks the row, so that no other process takes over until this transaction has ended.
	readFence = `SELECT fence, shared_fence = fence FROM serving WHERE one = 1 FOR SHARE`

	// maxIdleInWrite is less than others wait for their turn, and than a lease lasts: a process that stops in the middle
	// of a write delays the others, and ends nothing of theirs.
	maxIdleInWrite = 8 * time.Second
)

// ErrTurn is the error of a write that has waited too long for those of other processes.
var ErrTurn = errors.New("other processes were writing")

// Lease is what the database says of the process that leads.
type Lease struct {
	Fence

	Holder    string
	ExpiresAt int64 // in microseconds since 1970
	Lives     bool  // it has not expired
}

// Fence is the number of a lease.
type Fence struct {
	Number int64
	Shared bool // its holder lets others serve beside it
}

// TakeOver makes a process the leader, or the only one where the lease is not shared, if no other one has a lease that
// has not expired. It returns the number of the new lease; 0 if there is another one.
func TakeOver(ctx context.Context, db *sql.DB, holder string, d time.Duration, shared bool) (fence int64, err error) {
	err = db.QueryRowContext(ctx, takeOver, holder, d.Microseconds(), shared).Scan(&fence)
	if errors.Is(err, sql.ErrNoRows) || Conflict(err) {
		return 0, nil
	}
	return fence, err
}

// Observe reads the lease.
func Observe(ctx context.Context, db *sql.DB) (l Lease, err error) {
	err = db.QueryRowContext(ctx, observe).Scan(&l.Holder, &l.Number, &l.Shared, &l.ExpiresAt, &l.Lives)
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

// BeginWrite sets how long the statements of a transaction that writes wait for a lock, waits for the writes of other
// processes, and returns the number of the lease, which no other process changes before the transaction has ended.
func BeginWrite(ctx context.Context, tx *sql.Tx, wait time.Duration) (f Fence, err error) {
	set := fmt.Sprintf(setLimits, wait.Milliseconds(), maxIdleInWrite.Milliseconds())
	if _, err := tx.ExecContext(ctx, set+takeTurn); code(err) == lockNotAvailable {
		return f, fmt.Errorf("%w: %w", ErrTurn, err)
	} else if err != nil {
		return f, err
	}
	err = tx.QueryRowContext(ctx, readFence).Scan(&f.Number, &f.Shared)
	return f, err
}
