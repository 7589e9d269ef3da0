package postgres

import (
	"context"
	"database/sql"
	"time"
)

// Now is the time of the database in a statement, in microseconds since 1970.
const Now = now

// A row of leases says which attempt at some work is made now, and until when no other process makes one. Each
// statement is a transaction of its own.
const (
	takeLease = `INSERT INTO leases (kind, id, attempt, until)
		VALUES ($1::text, $2::text, $3::text, ` + now + ` + $4::bigint)
		ON CONFLICT (kind, id) DO UPDATE SET attempt = excluded.attempt, until = excluded.until
		WHERE leases.until < ` + now
	endLease = `DELETE FROM leases WHERE kind = $1::text AND id = $2::text AND attempt = $3::text`
)

// TakeLease takes the lease of some work, unless that of another attempt has not expired.
func TakeLease(ctx context.Context, db *sql.DB, kind, id, attempt string, d time.Duration) (bool, error) {
	result, err := db.ExecContext(ctx, takeLease, kind, id, attempt, d.Microseconds())
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// EndLease ends the lease of an attempt, if it still has it.
func EndLease(ctx context.Context, db *sql.DB, kind, id, attempt string) error {
	_, err := db.ExecContext(ctx, endLease, kind, id, attempt)
	return err
}
