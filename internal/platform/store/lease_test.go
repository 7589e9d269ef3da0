package store

import (
	"context"
	"errors"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/postgres"
)

// joined opens a database as a process that serves it.
func joined(t *testing.T, url, holder string) *Store {
	t.Helper()
	s := openPostgres(t, url)
	if err := s.Serving.Join(t.Context(), holder); err != nil {
		t.Fatal(err)
	}
	return s
}

func leads(s *Store) bool { return s.Serving.Leads() }

func execute(t *testing.T, s *Store, text string) {
	t.Helper()
	if _, err := s.read.db.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}

const expire = `UPDATE serving SET expires_at = 0`

// TestSeveralServe: every process that serves a database writes, the first one leads, and another one after it.
func TestSeveralServe(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	first, err := OpenPostgres(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Serving.Join(t.Context(), "first"); err != nil {
		t.Fatal(err)
	}
	second, third := joined(t, url, "second"), openPostgres(t, url)
	if !leads(first) || leads(second) || leads(third) {
		t.Error("the first one does not lead alone")
	}
	if holder, err := second.Serving.Leader(t.Context()); holder != "first" || err != nil {
		t.Errorf("%q leads: %v", holder, err)
	}
	for i, s := range []*Store{first, second, third} {
		scope := Scope{"acme", string(rune('a' + i))}
		update(t, s, func(tx *Tx) error { return tx.CreateEnvironment(t.Context(), scope, start) })
	}
	second.lease.tend(t.Context(), second.read.db)
	if leads(second) {
		t.Error("the second one leads beside the first one")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second.lease.tend(t.Context(), second.read.db)
	if !leads(second) || second.Serving.TakeOvers() != 1 {
		t.Error("the second one does not lead after the first one has ended")
	}
}

// TestFencing: a leader that stood still while another one took over writes nothing as the leader, even where it has
// not learnt of it. What it writes for callers is written.
func TestFencing(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	first, second := joined(t, url, "first"), joined(t, url, "second")
	asLeader, yes := first.Serving.Lead(t.Context())
	if !yes {
		t.Fatal("the first one does not lead")
	}
	add := func(ctx context.Context, environment string) (called bool, err error) {
		err = first.Update(ctx, func(tx *Tx) error {
			called = true
			return tx.CreateEnvironment(ctx, Scope{"acme", environment}, start)
		})
		return called, err
	}
	if _, err := add(asLeader, "a"); err != nil {
		t.Fatal(err)
	}
	execute(t, first, `UPDATE serving SET expires_at = 0, fence = fence + 1, shared_fence = shared_fence + 1`)
	second.lease.tend(t.Context(), second.read.db)
	if !leads(second) {
		t.Fatal("the second one has not taken over")
	}
	if called, err := add(asLeader, "b"); !errors.Is(err, ErrNotLeader) || called || first.Outage() != nil {
		t.Errorf("a write as the leader: %v, called %v, outage %v", err, called, first.Outage())
	}
	if _, err := add(t.Context(), "c"); err != nil {
		t.Errorf("a write for a caller: %v", err)
	}
	if leads(first) {
		t.Error("the first one has not learnt of it")
	}
	if ours, err := postgres.Renew(t.Context(), first.read.db, 1, leaseFor); ours || err != nil {
		t.Errorf("the first one renews its lease: %v %v", ours, err)
	}
}

// serveAlone takes a database over as a build did that served alone.
func serveAlone(t *testing.T, s *Store, until string) {
	t.Helper()
	execute(t, s, `UPDATE serving SET fence = fence + 1, holder = 'machine-1 process 7', expires_at = `+until)
}

const inAnHour = `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint + 3600000000`

// TestOlderBuildServes: a process of a build that serves alone keeps others out while it runs, and ends those that it
// takes a database from.
func TestOlderBuildServes(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	first, second := joined(t, url, "first"), openPostgres(t, url)
	serveAlone(t, first, inAnHour)
	renewing, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		for renewing.Err() == nil {
			_, _ = second.read.db.ExecContext(renewing, `UPDATE serving SET expires_at = expires_at + 1`)
		}
	}()
	err := second.Serving.Join(t.Context(), "second")
	stop()
	if !errors.Is(err, ErrServed) || err.Error() != "another quickconnectd serves this database: machine-1 process 7, "+
		"which serves alone, as older versions do; stop that one first, or use another --database" {
		t.Errorf("a process beside one that serves alone: %v", err)
	}
	called := false
	err = first.Update(t.Context(), func(*Tx) error { called = true; return nil })
	var u *UnavailableError
	if !errors.As(err, &u) || u.Reason != outage.TakenOver || called {
		t.Errorf("a write of the first one: %v, called %v", err, called)
	}
	select {
	case <-first.Serving.Lost():
	case <-t.Context().Done():
		t.Error("the first one does not learn of it")
	}
	// A command beside the server writes.
	update(t, second, func(tx *Tx) error { return tx.CreateEnvironment(t.Context(), staging, start) })
	execute(t, second, expire)
	if err := second.Serving.Join(t.Context(), "second"); err != nil || !leads(second) {
		t.Errorf("after the older one was killed: %v", err)
	}
}

// TestHold: a process that must be alone is refused beside a leader, and ends what others do that do not lead.
func TestHold(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	leader, err := OpenPostgres(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if err := leader.Serving.Join(t.Context(), "leader"); err != nil {
		t.Fatal(err)
	}
	follower, alone := joined(t, url, "follower"), openPostgres(t, url)
	if err := alone.Serving.Hold(t.Context(), "alone"); !errors.Is(err, ErrServed) {
		t.Errorf("beside a leader: %v", err)
	}
	if err := leader.Close(); err != nil {
		t.Fatal(err)
	}
	for {
		execute(t, alone, expire) // the other one may have taken over
		if err := alone.Serving.Hold(t.Context(), "alone"); err == nil {
			break
		} else if !errors.Is(err, ErrServed) {
			t.Fatal(err)
		}
	}
	update(t, alone, func(tx *Tx) error { return tx.CreateEnvironment(t.Context(), staging, start) })
	if err := follower.Update(t.Context(), func(*Tx) error { return nil }); !errors.Is(err, ErrUnavailable) {
		t.Errorf("a write of another process: %v", err)
	}
	if err := openPostgres(t, url).Serving.Join(t.Context(), "later"); !errors.Is(err, ErrServed) {
		t.Errorf("a process that comes later: %v", err)
	}
}

// TestTakeOverWaitsForAWrite: what was begun by a leader is done before the next one begins.
func TestTakeOverWaitsForAWrite(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	first, second := joined(t, url, "first"), joined(t, url, "second")
	execute(t, first, expire)
	tended := make(chan struct{})
	update(t, first, func(tx *Tx) error {
		go func() {
			defer close(tended)
			second.lease.tend(t.Context(), second.read.db)
		}()
		if err := waits(t, first); err != nil {
			return err
		}
		return tx.CreateEnvironment(t.Context(), staging, start)
	})
	<-tended
	view(t, second, func(tx *Tx) error {
		exists, err := tx.EnvironmentExists(t.Context(), staging)
		if !exists {
			t.Error("the write that was begun is not there")
		}
		return err
	})
}

// waits returns when a transaction of the database waits for a lock.
func waits(t *testing.T, s *Store) error {
	t.Helper()
	for waiting := 0; waiting == 0; {
		err := s.read.db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			return err
		}
	}
	return nil
}

// TestProcessesTakeTurns: the write of a process reads what the one before it has left, whichever process that was, and
// none fails because of another one. One that waits too long is no outage.
func TestProcessesTakeTurns(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	stores := []*Store{joined(t, url, "first"), joined(t, url, "second"), joined(t, url, "third")}
	const each = 20
	failed, calls := make(chan error, len(stores)), make(chan struct{}, 2*each*len(stores))
	for _, s := range stores {
		go func() {
			var err error
			for range each {
				if err == nil {
					err = s.Update(t.Context(), func(tx *Tx) error {
						calls <- struct{}{}
						return tx.countAllChange(t.Context())
					})
				}
			}
			failed <- err
		}()
	}
	for range stores {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	// A renewal of the lease may have one write begun again.
	if n := len(calls); n > each*len(stores)+2 {
		t.Errorf("%d transactions were begun for %d writes", n, each*len(stores))
	}
	update(t, stores[0], func(*Tx) error {
		err := stores[1].TryUpdate(t.Context(), staging, func(*Tx) error { return nil })
		var u *UnavailableError
		if !errors.As(err, &u) || u.Reason != outage.Busy || stores[1].Outage() != nil {
			t.Errorf("a write that waits too long: %v, outage %v", err, stores[1].Outage())
		}
		return nil
	})
}

// countAllChange reads and writes the row that most writes have in common.
func (tx *Tx) countAllChange(ctx context.Context) error {
	var n int64
	if err := tx.one(ctx, accessChanges, nil, &n); err != nil {
		return err
	}
	return tx.execOne(ctx, `UPDATE access_changes SET number = $1 WHERE one = 1`, n+1)
}

// TestStoppedWriterLosesItsTurn: a process that stands still in the middle of a write delays the others, and no more.
func TestStoppedWriterLosesItsTurn(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	stopped, other := joined(t, url, "first"), joined(t, url, "second")
	inside, proceed, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- stopped.Update(t.Context(), func(tx *Tx) error {
			close(inside)
			<-proceed
			return tx.CreateEnvironment(t.Context(), staging, start)
		})
	}()
	<-inside
	update(t, other, func(tx *Tx) error { return tx.CreateEnvironment(t.Context(), production, start) })
	close(proceed)
	if err := <-ended; !errors.Is(err, ErrUnavailable) {
		t.Errorf("the write of the stopped process: %v", err)
	}
}
