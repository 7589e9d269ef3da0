package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
)

// onWriter changes a setting of the connection that writes.
func onWriter(t *testing.T, s *Store, pragma string) {
	t.Helper()
	if _, err := s.write.db.ExecContext(t.Context(), pragma); err != nil {
		t.Fatal(err)
	}
}

// fillPages uses up the free pages of the database, and lets it grow no more.
func fillPages(t *testing.T, s *Store) (end func()) {
	t.Helper()
	onWriter(t, s, "PRAGMA wal_checkpoint(TRUNCATE)")
	onWriter(t, s, "VACUUM")
	var pages int
	if err := s.read.db.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	onWriter(t, s, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
	return func() { onWriter(t, s, "PRAGMA max_page_count = 1000000") }
}

func holdLock(t *testing.T, s *Store) (end func()) {
	t.Helper()
	var seq, name, file string
	if err := s.read.db.QueryRowContext(t.Context(), "PRAGMA database_list").Scan(&seq, &name, &file); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file://"+file)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), "BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	return func() { _ = db.Close() }
}

var beginnings = map[outage.Reason]func(t *testing.T, s *Store) (end func()){
	outage.Full: fillPages,
	outage.ReadOnly: func(t *testing.T, s *Store) func() {
		t.Helper()
		onWriter(t, s, "PRAGMA query_only = 1")
		return func() { onWriter(t, s, "PRAGMA query_only = 0") }
	},
	outage.Locked: holdLock,
}

func TestOutage(t *testing.T) {
	for reason, begin := range beginnings {
		t.Run(string(reason), func(t *testing.T) {
			ctx := t.Context()
			s, err := Open(ctx, filepath.Join(t.TempDir(), "platform.db"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			if err := s.Probe(ctx); err != nil || s.Outage() != nil {
				t.Fatalf("before: %v", err)
			}
			end := begin(t, s)
			var got *UnavailableError
			if err := s.Probe(ctx); !errors.Is(err, ErrUnavailable) || !errors.As(err, &got) || got.Reason != reason ||
				got.What() == "" || got.Remedy() == "" || got.Err == nil {
				t.Fatalf("in the outage: %v", err)
			}
			if s.Outage() != got {
				t.Errorf("the outage is %v", s.Outage())
			}
			called := false
			err = s.TryUpdate(ctx, staging, func(*Tx) error { called = true; return nil })
			if !errors.Is(err, ErrUnavailable) || called {
				t.Errorf("what can wait: %v, called %v", err, called)
			}
			if err := s.Ping(ctx); err != nil {
				t.Errorf("a read: %v", err)
			}
			end()
			if err := s.Probe(ctx); err != nil || s.Outage() == nil {
				t.Errorf("after: %v, outage %v", err, s.Outage())
			}
			s.EndOutage()
			if err := s.TryUpdate(ctx, staging, func(*Tx) error { return nil }); err != nil {
				t.Errorf("after: %v", err)
			}
			if _, err := firstProbe(ctx, s); !errors.Is(err, ErrNotFound) {
				t.Errorf("a probe left its row: %v", err)
			}
		})
	}
}

func firstProbe(ctx context.Context, s *Store) (found *Idempotent, err error) {
	err = s.View(ctx, func(tx *Tx) error {
		found, err = tx.Idempotent(ctx, "", "PROBE", "", "")
		return err
	})
	return found, err
}

// TestSmallChangeEndsNoOutage: a change may fit where the next one does not.
func TestSmallChangeEndsNoOutage(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "platform.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	fillPages(t, s)
	if err := s.Probe(t.Context()); !errors.Is(err, ErrUnavailable) {
		t.Fatal(err)
	}
	err = s.Update(t.Context(), func(tx *Tx) error { return tx.RaiseClock(t.Context(), time.Unix(1, 0)) })
	if err != nil || s.Outage() == nil {
		t.Errorf("%v, outage %v", err, s.Outage())
	}
}

// TestRefusedChangeIsNoOutage: an error of one change says nothing about the database.
func TestRefusedChangeIsNoOutage(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "platform.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	refused := errors.New("refused")
	if err := s.Update(t.Context(), func(*Tx) error { return refused }); !errors.Is(err, refused) || s.Outage() != nil {
		t.Errorf("%v, outage %v", err, s.Outage())
	}
}

// TestWriteThatGetsNoTurn gives up after a while, and does not blame the database.
func TestWriteThatGetsNoTurn(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "platform.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	err = s.Update(t.Context(), func(*Tx) error {
		err := s.TryUpdate(t.Context(), staging, func(*Tx) error { return nil })
		var u *UnavailableError
		if !errors.As(err, &u) || u.Reason != outage.Busy {
			t.Errorf("%v", err)
		}
		return nil
	})
	if err != nil || s.Outage() != nil {
		t.Errorf("%v, outage %v", err, s.Outage())
	}
}

func TestOpenWithoutPlace(t *testing.T) {
	_, err := Open(t.Context(), filepath.Join(t.TempDir(), "missing", "platform.db"))
	if err == nil || errors.Is(err, ErrUnavailable) {
		t.Errorf("a path that does not exist is a mistake, and no outage: %v", err)
	}
}
