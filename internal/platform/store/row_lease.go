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

// TakeLease takes the lease of some work for a time of the database, unless another attempt has it. In a database of one
// process there are no leases: that process knows what it does.
func (s *Store) TakeLease(ctx context.Context, kind, id, attempt string, d time.Duration) (taken bool, err error) {
	if !s.Shared() {
		return true, nil
	}
	limited, cancel := context.WithTimeout(ctx, s.dialect.limit)
	defer cancel()
	err = s.dialect.onOpenConnection(func() error {
		taken, err = postgres.TakeLease(limited, s.read.db, kind, id, attempt, d)
		return err
	})
	if err != nil {
		return false, s.dialect.classified(ctx, failed("taking the lease of", kind, id, err))
	}
	return taken, nil
}

// EndLease ends the lease of an attempt, if it still has it. One that cannot be ended now expires.
func (s *Store) EndLease(ctx context.Context, kind, id, attempt string) {
	if !s.Shared() {
		return
	}
	limited, cancel := context.WithTimeout(ctx, tryWait)
	defer cancel()
	_ = postgres.EndLease(limited, s.read.db, kind, id, attempt)
}

// HasLease reports whether an attempt still has the lease of its work. Until this transaction ends, no other attempt gets
// one and stores anything.
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

// LeaseRows runs a transaction that takes leases of rows. It waits for no other process, and sees what others commit
// meanwhile. It must write nothing that decides anything, and nothing that the audit has.
func (s *Store) LeaseRows(ctx context.Context, do func(*Tx) error) error {
	if !s.Shared() {
		return errors.New("a database of one process has no leases")
	}
	err := s.transaction(ctx, s.read, s.read.db, &sql.TxOptions{Isolation: sql.LevelReadCommitted}, do)
	return s.failing(s.dialect.classified(ctx, err))
}
