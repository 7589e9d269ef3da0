package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/postgres"
)

var (
	hasLease     = statement(`SELECT COUNT(*) FROM leases WHERE kind = $1 AND id = $2 AND attempt = $3`)
	forgetLeases = statement(`DELETE FROM leases WHERE (kind, id) IN
		(SELECT kind, id FROM leases WHERE until < $1 ORDER BY until LIMIT $2)`)
)

// Leases are the leases of work that several processes could do.
type Leases struct{ store *Store }

// Take takes the lease of some work for a time of the database, unless another attempt has it. In a database of one
// process there are no leases: that process knows what it does.
func (l *Leases) Take(ctx context.Context, kind, id, attempt string, d time.Duration) (taken bool, err error) {
	if !l.store.Shared() {
		return true, nil
	}
	limited, cancel := context.WithTimeout(ctx, l.store.dialect.limit)
	defer cancel()
	err = l.store.dialect.onOpenConnection(func() error {
		taken, err = postgres.TakeLease(limited, l.store.read.db, kind, id, attempt, d)
		return err
	})
	if err != nil {
		return false, l.store.dialect.classified(ctx, failed("taking the lease of", kind, id, err))
	}
	return taken, nil
}

// End ends the lease of an attempt, if it still has it. One that cannot be ended now expires.
func (l *Leases) End(ctx context.Context, kind, id, attempt string) {
	if !l.store.Shared() {
		return
	}
	limited, cancel := context.WithTimeout(ctx, tryWait)
	defer cancel()
	_ = postgres.EndLease(limited, l.store.read.db, kind, id, attempt)
}

// HasLease reports whether an attempt still has the lease of its work. Until this transaction ends, no other attempt
// gets one and stores anything.
func (tx *Tx) HasLease(ctx context.Context, kind, id, attempt string) (bool, error) {
	if tx.dialect.beginWrite == nil {
		return true, nil
	}
	var n int
	err := tx.one(ctx, hasLease, []any{kind, id, attempt}, &n)
	return n > 0, failed("reading the lease of", kind, id, err)
}

// ForgetLeases deletes at most limit leases that ended long before a time, and returns their number.
func (tx *Tx) ForgetLeases(ctx context.Context, before time.Time, limit int) (int64, error) {
	n, err := tx.exec(ctx, forgetLeases, before.UnixMicro(), limit)
	return n, failed("forgetting", "leases", "", err)
}

// Rows runs a transaction that takes leases of rows. It waits for no other process, and sees what others commit
// meanwhile. It must write nothing that decides anything, and nothing that the audit has.
func (l *Leases) Rows(ctx context.Context, do func(*Tx) error) error {
	if !l.store.Shared() {
		return errors.New("a database of one process has no leases")
	}
	err := l.store.transaction(ctx, l.store.read, l.store.read.db, &sql.TxOptions{Isolation: sql.LevelReadCommitted}, do)
	return l.store.failing(l.store.dialect.classified(ctx, err))
}
