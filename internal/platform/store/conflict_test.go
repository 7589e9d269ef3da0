package store

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
)

// TestWriteSkew: two processes that read the same and write different rows, each because of what it read, do so one
// after the other. Weaker isolation lets both count two principals, and end both.
func TestWriteSkew(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	stores := []*Store{postgresAt(url).opened(t), openPostgres(t, url)}
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
