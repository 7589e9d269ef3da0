package store

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestLeases: one attempt at a time has the lease of some work, until it ends it or its time is over.
func TestLeases(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	a, b := openPostgres(t, url), openPostgres(t, url)
	take := func(s *Store, id, attempt string, want bool) {
		t.Helper()
		got, err := s.Leases.Take(t.Context(), "refresh", id, attempt, time.Minute)
		if err != nil || got != want {
			t.Errorf("%s has the lease: %v, want %v (%v)", attempt, got, want, err)
		}
	}
	has := func(id, attempt string, want bool) {
		t.Helper()
		update(t, a, func(tx *Tx) error {
			got, err := tx.HasLease(t.Context(), "refresh", id, attempt)
			if got != want {
				t.Errorf("%s still has the lease: %v, want %v", attempt, got, want)
			}
			return err
		})
	}
	take(a, "con_1", "att_1", true)
	take(b, "con_1", "att_2", false)
	take(b, "con_2", "att_3", true)
	execute(t, a, `UPDATE leases SET until = 0 WHERE id = 'con_1'`)
	has("con_1", "att_1", true) // nobody has taken it over
	take(b, "con_1", "att_2", true)
	has("con_1", "att_1", false)
	a.Leases.End(t.Context(), "refresh", "con_1", "att_1") // it is not its own any more
	take(a, "con_1", "att_4", false)
	b.Leases.End(t.Context(), "refresh", "con_1", "att_2")
	take(a, "con_1", "att_4", true)

	execute(t, a, `UPDATE leases SET until = 1000000 WHERE id = 'con_2'`)
	update(t, a, func(tx *Tx) error {
		n, err := tx.ForgetLeases(t.Context(), time.UnixMicro(2_000_000), 10)
		if n != 1 {
			t.Errorf("%d leases were forgotten", n)
		}
		return err
	})
}

// leased leases deliveries to wep_1, and returns their ids and how many were taken over.
func (q queues) leased(t *testing.T, s *Store, l DeliveryLease) (ids []string, lost int) {
	t.Helper()
	l.EndpointID = "wep_1"
	err := s.Leases.Rows(t.Context(), func(tx *Tx) error {
		found, n, err := tx.LeaseDeliveries(t.Context(), staging, minute(9), l)
		for _, d := range found {
			ids = append(ids, d.ID)
		}
		lost = n
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids, lost
}

// TestDeliveryLeases: two processes share a queue, a lost lease is taken over, and a process takes its own again.
func TestDeliveryLeases(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	q := newQueues(t, func(*testing.T) database { return postgresAt(url) })
	other := openPostgres(t, url)
	want := func(what string, s *Store, l DeliveryLease, lost int, ids ...string) {
		t.Helper()
		l.For = time.Minute
		if got, n := q.leased(t, s, l); !slices.Equal(got, ids) || n != lost {
			t.Errorf("%s: %v, %d taken over; want %v, %d", what, got, n, ids, lost)
		}
	}
	a := func(number int64, most int) DeliveryLease {
		return DeliveryLease{Process: "a", Number: number, Most: most}
	}
	b := DeliveryLease{Process: "b", Number: 1, Most: 10}
	want("the first process", q.Store, a(1, 2), 0, "msg_1", "msg_2")
	want("the second one", other, b, 0, "msg_0", "msg_3")
	want("nothing is left", other, DeliveryLease{Process: "c", Most: 10}, 0)
	want("its own", q.Store, a(2, 10), 0, "msg_1", "msg_2")
	execute(t, other, `UPDATE deliveries SET leased_until = 0 WHERE id = 'msg_1'`)
	want("a lost lease", other, b, 1, "msg_1", "msg_0", "msg_3")

	// A transaction that has not ended holds up nobody.
	if err := q.Leases.Rows(t.Context(), func(tx *Tx) error {
		execute(t, other, `UPDATE deliveries SET leased_until = 0, attempt_id = ''`)
		l := a(3, 1)
		l.EndpointID, l.For = "wep_1", time.Minute
		if _, _, err := tx.LeaseDeliveries(t.Context(), staging, minute(9), l); err != nil {
			return err
		}
		want("beside another transaction", other, b, 0, "msg_2", "msg_0", "msg_3")
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	view(t, other, func(tx *Tx) error {
		d, err := tx.Delivery(t.Context(), "msg_1")
		if err == nil && d.AttemptID != "a.3" {
			t.Errorf("the attempt is %q", d.AttemptID)
		}
		return errors.Join(err, other.Leases.Rows(t.Context(), func(tx *Tx) error {
			return tx.LetGoDelivery(t.Context(), d)
		}))
	})
	want("one that was let go", other, b, 0, "msg_1", "msg_2", "msg_0", "msg_3")
}

// TestRateLimitOfAllProcesses: a rate limit of an endpoint holds for all processes together.
func TestRateLimitOfAllProcesses(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	q := newQueues(t, func(*testing.T) database { return postgresAt(url) })
	other := openPostgres(t, url)
	limit := int64(3)
	take := func(s *Store, process string, want int) {
		t.Helper()
		l := DeliveryLease{Process: process, Most: 2, PerSecond: &limit, For: time.Minute}
		if got, _ := q.leased(t, s, l); len(got) != want {
			t.Errorf("%s makes %d attempts, want %d", process, len(got), want)
		}
		execute(t, s, `UPDATE endpoint_attempts SET at = at + 3600000000 WHERE at < `+inAnHour) // within this second
	}
	take(q.Store, "a", 2)
	take(other, "b", 1)
	take(q.Store, "a", 0)
	execute(t, other, `UPDATE endpoint_attempts SET at = at - 86400000000`)
	execute(t, other, `UPDATE deliveries SET leased_until = 0`)
	take(other, "b", 2)
	var rows int
	err := other.read.db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM endpoint_attempts`).Scan(&rows)
	if err != nil || rows != 1 {
		t.Errorf("%d rows are kept: %v", rows, err)
	}
}

// TestBuildOfAnotherVersion: a build works on tables that a newer one has added to, and refuses those that it does not
// get along with.
func TestBuildOfAnotherVersion(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.db")
	for name, open := range map[string]func() (*Store, error){
		"sqlite": func() (*Store, error) { return Open(t.Context(), file) },
		"postgres": func() func() (*Store, error) {
			url := migrated(t)
			return func() (*Store, error) { return OpenPostgres(t.Context(), url) }
		}(),
	} {
		change := func(s *Store, text string) {
			t.Helper()
			if _, err := s.write.db.ExecContext(t.Context(), text); err != nil {
				t.Fatal(name, err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(name, err)
			}
		}
		s, err := open()
		if err != nil {
			t.Fatal(name, err)
		}
		change(s, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, `+truth(s)+`)`)
		if s, err = open(); err != nil {
			t.Fatalf("%s: newer tables: %v", name, err)
		}
		change(s, `UPDATE compatible SET oldest = 99999`)
		var newer *NewerError
		if s, err = open(); !errors.As(err, &newer) || newer.Oldest != 99999 {
			t.Errorf("%s: tables of a build that this one does not get along with: %v", name, err)
			if err == nil {
				_ = s.Close()
			}
		}
	}
}

func truth(s *Store) string {
	if s.Shared() {
		return "true"
	}
	return "1"
}

// TestMigrationUnderWrites: processes go on while a newer build adds to the tables.
func TestMigrationUnderWrites(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	stores := []*Store{joined(t, url, "first"), joined(t, url, "second")}
	ctx, stop := context.WithCancel(t.Context())
	whole := context.WithoutCancel(ctx) // the last write of each one ends too
	failed := make(chan error, len(stores))
	for _, s := range stores {
		go func() {
			var err error
			for ctx.Err() == nil && err == nil {
				err = s.Update(whole, func(tx *Tx) error { return tx.countAllChange(whole) })
				if err == nil {
					err = s.View(whole, func(tx *Tx) error {
						_, err := tx.UnusedDeletingAnywhere(whole, 10)
						return err
					})
				}
			}
			failed <- err
		}()
	}
	newer, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = newer.Close() }()
	for _, text := range []string{
		`ALTER TABLE connectors ADD COLUMN newer BIGINT NOT NULL DEFAULT 0`,
		`ALTER TABLE access_changes ADD COLUMN newer TEXT NOT NULL DEFAULT ''`,
		`CREATE TABLE newer (one BIGINT NOT NULL PRIMARY KEY)`,
		`ALTER TABLE audit_events ADD COLUMN newer TEXT`,
		`CREATE INDEX connectors_newer ON connectors (newer)`,
	} {
		if _, err := newer.ExecContext(t.Context(), text); err != nil {
			t.Error(err)
		}
	}
	stop()
	for range stores {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
}
