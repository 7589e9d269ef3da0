package store

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/postgres"
)

// TestWriteSkew: two processes that read the same and write different rows, each because of what it read, do so one
// after the other. Weaker isolation lets both count two principals, and end both.
func TestWriteSkew(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	stores := []*Store{postgresAt(url).opened(t), openPostgres(t, url)}
	for _, s := range stores { // as processes of older builds, which take no turns
		s.dialect.beginWrite = func(context.Context, *sql.Tx, time.Duration) (f postgres.Fence, err error) { return f, nil }
	}
	update(t, stores[0], func(tx *Tx) error {
		var errs []error
		for _, id := range []string{"prn_1", "prn_2"} {
			errs = append(errs, tx.InsertPrincipal(t.Context(), &Principal{
				ID: id, Scope: staging, Name: id, Role: "deployer", CreatedAt: start, TokenHash: []byte(id),
			}))
		}
		return errors.Join(errs...)
	})
	read := make(chan struct{}, 2)
	proceed := make(chan struct{})
	ended := make(chan error, 2)
	last := errors.New("the last one is not ended")
	for i, id := range []string{"prn_1", "prn_2"} {
		go func() {
			calls := 0
			ended <- stores[i].Update(t.Context(), func(tx *Tx) error {
				calls++
				p, err := tx.Principal(t.Context(), id)
				if err != nil {
					return err
				}
				alone, err := tx.IsLastOfRole(t.Context(), p, start)
				if err != nil {
					return err
				}
				if calls == 1 {
					read <- struct{}{}
					<-proceed
				}
				if alone {
					return last
				}
				return tx.EndPrincipal(t.Context(), id, start, "prn_0", "")
			})
		}()
	}
	<-read
	<-read
	close(proceed)
	a, b := <-ended, <-ended
	if (a == nil) == (b == nil) || !errors.Is(errors.Join(a, b), last) {
		t.Errorf("got %v and %v, want one success", a, b)
	}
}

// TestConflictsAreRetried: a transaction is begun again, a bounded number of times, whatever its function makes of the
// error.
func TestConflictsAreRetried(t *testing.T) {
	t.Parallel()
	s := postgresAt(migrated(t)).opened(t)
	for _, code := range []string{"40001", "40P01"} {
		fail := func(tx *Tx) error {
			_, err := tx.exec(t.Context(), `DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '`+code+`'; END $$`)
			return err
		}
		calls := 0
		update(t, s, func(tx *Tx) error {
			if calls++; calls < 3 {
				_ = fail(tx)
				return nil
			}
			return nil
		})
		if calls != 3 {
			t.Errorf("%s: called %d times, want 3", code, calls)
		}
		calls = 0
		err := s.Update(t.Context(), func(tx *Tx) error { calls++; return fail(tx) })
		var u *UnavailableError
		var cause *pgconn.PgError
		if !errors.As(err, &u) || u.Reason != outage.Busy || !errors.As(err, &cause) || calls != attempts ||
			s.Outage() != nil {
			t.Errorf("%s: %v after %d calls, outage %v", code, err, calls, s.Outage())
		}
	}
}

// TestTransactionHasALimit: a database that does not answer does not hold up what waits behind it.
func TestTransactionHasALimit(t *testing.T) {
	t.Parallel()
	s := postgresAt(migrated(t)).opened(t)
	s.dialect.limit = 100 * time.Millisecond
	sleep := func(tx *Tx) error {
		var slept string
		return tx.one(t.Context(), `SELECT pg_sleep(60)::text`, nil, &slept)
	}
	for what, err := range map[string]error{
		"a read": s.View(t.Context(), sleep), "a write": s.Update(t.Context(), sleep),
	} {
		var u *UnavailableError
		if !errors.As(err, &u) || u.Reason != outage.Unreachable {
			t.Errorf("%s: %v", what, err)
		}
	}
	locker, err := s.read.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = locker.Rollback() }()
	if _, err := locker.ExecContext(t.Context(), `LOCK TABLE access_changes IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	_, err = s.Access.Changes(t.Context())
	var u *UnavailableError
	if !errors.As(err, &u) || u.Reason != outage.Unreachable {
		t.Errorf("the changes of access: %v", err)
	}
}

// TestClosedConnections: a pool whose connections the server has closed is no outage.
func TestClosedConnections(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	s, killer := postgresAt(url).opened(t), openPostgres(t, url)
	for range 3 {
		if _, err := killer.read.db.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
			t.Fatal(err)
		}
		view(t, s, func(tx *Tx) error { _, err := tx.EnvironmentExists(t.Context(), staging); return err })
		update(t, s, func(tx *Tx) error { return tx.RaiseClock(t.Context(), start) })
	}
	if u := s.Outage(); u != nil {
		t.Error(u)
	}
}

// TestSessionIsTerminated: a write whose session is terminated goes on in another one, and tells of no outage. Of a
// commit that is cut off nobody knows what became of it, so it is not begun again.
func TestSessionIsTerminated(t *testing.T) {
	t.Parallel()
	s := postgresAt(migrated(t)).opened(t)
	const terminate = `SELECT pg_terminate_backend(pg_backend_pid())`
	add := func(tx *Tx, id string) error {
		return tx.InsertPrincipal(t.Context(), &Principal{
			ID: id, Scope: staging, Name: id, Role: "deployer", CreatedAt: start, TokenHash: []byte(id),
		})
	}
	calls := 0
	update(t, s, func(tx *Tx) error {
		if err := add(tx, "prn_1"); err != nil {
			return err
		}
		if calls++; calls == 1 {
			_, err := tx.exec(t.Context(), terminate)
			return err
		}
		return nil
	})
	if calls != 2 || s.Outage() != nil {
		t.Errorf("%d calls, outage %v", calls, s.Outage())
	}

	for what, end := range map[string]struct {
		do    string
		calls int
	}{
		"each time": {terminate, 2},
		"in the commit": {`CREATE FUNCTION pg_temp.ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
			CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON principals DEFERRABLE INITIALLY DEFERRED
			FOR EACH ROW EXECUTE FUNCTION pg_temp.ends()`, 1},
	} {
		calls = 0
		err := s.Update(t.Context(), func(tx *Tx) error {
			calls++
			if _, err := tx.sql.ExecContext(t.Context(), end.do); err != nil {
				return tx.noted(err)
			}
			return add(tx, "prn_2")
		})
		var u *UnavailableError
		if !errors.As(err, &u) || u.Reason != outage.Ended || calls != end.calls || s.Outage() != nil {
			t.Errorf("%s: %v after %d calls, outage %v", what, err, calls, s.Outage())
		}
	}
}
