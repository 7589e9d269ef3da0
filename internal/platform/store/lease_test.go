package store

import (
	"context"
	"errors"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/postgres"
)

// TestSecondServerIsRefused: one process serves a database, and the next one may after it.
func TestSecondServerIsRefused(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	first, err := OpenPostgres(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Hold(t.Context(), "machine-1 process 7"); err != nil {
		t.Fatal(err)
	}
	second := openPostgres(t, url)
	if err := second.Hold(t.Context(), "machine-2"); !errors.Is(err, ErrServed) {
		t.Errorf("a second process: %v", err)
	} else if text := err.Error(); text != "another quickconnectd serves this database: machine-1 process 7; "+
		"stop that one first, or use another --database" {
		t.Error(text)
	}
	update(t, first, func(tx *Tx) error { return tx.CreateEnvironment(t.Context(), staging, start) })
	// A command beside the server has no lease, and writes.
	update(t, second, func(tx *Tx) error { return tx.CreateEnvironment(t.Context(), production, start) })
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), leaseFor/2)
	defer cancel()
	if err := second.Hold(ctx, "machine-2"); err != nil {
		t.Errorf("after the first one has ended: %v", err)
	}
}

// TestFencing: a process that was taken for dead writes nothing any more, and learns of it.
func TestFencing(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	first, second := openPostgres(t, url), openPostgres(t, url)
	if err := first.Hold(t.Context(), "first"); err != nil {
		t.Fatal(err)
	}
	expire := func(s *Store) {
		t.Helper()
		if _, err := s.read.db.ExecContext(t.Context(), `UPDATE serving SET expires_at = 0`); err != nil {
			t.Fatal(err)
		}
	}
	expire(first)
	update(t, first, func(tx *Tx) error { return tx.CreateEnvironment(t.Context(), staging, start) })
	expire(first)
	if err := second.Hold(t.Context(), "second"); err != nil {
		t.Fatal(err)
	}
	called := false
	err := first.Update(t.Context(), func(tx *Tx) error {
		called = true
		return tx.CreateEnvironment(t.Context(), production, start)
	})
	var u *UnavailableError
	if !errors.As(err, &u) || u.Reason != outage.TakenOver || called {
		t.Errorf("a write of the first one: %v, called %v", err, called)
	}
	select {
	case <-first.Lost():
	case <-t.Context().Done():
		t.Error("the first one does not learn of it")
	}
	update(t, second, func(tx *Tx) error { return tx.CreateEnvironment(t.Context(), production, start) })
	if ours, err := postgres.Renew(t.Context(), first.read.db, first.lease.fence, leaseFor); ours || err != nil {
		t.Errorf("the first one renews its lease: %v %v", ours, err)
	}
}

// TestTakeOverWaitsForAWrite: what was begun under a lease is done before the next one begins.
func TestTakeOverWaitsForAWrite(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	first, second := openPostgres(t, url), openPostgres(t, url)
	if err := first.Hold(t.Context(), "first"); err != nil {
		t.Fatal(err)
	}
	if _, err := first.read.db.ExecContext(t.Context(), `UPDATE serving SET expires_at = 0`); err != nil {
		t.Fatal(err)
	}
	held := make(chan error, 1)
	update(t, first, func(tx *Tx) error {
		go func() { held <- second.Hold(t.Context(), "second") }()
		// The other one waits for the lock of the row.
		for waiting := 0; waiting == 0; {
			err := first.read.db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_stat_activity
				WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
			if err != nil {
				return err
			}
		}
		return tx.CreateEnvironment(t.Context(), staging, start)
	})
	if err := <-held; err != nil {
		t.Fatal(err)
	}
	view(t, second, func(tx *Tx) error {
		exists, err := tx.EnvironmentExists(t.Context(), staging)
		if !exists {
			t.Error("the write that was begun is not there")
		}
		return err
	})
}
