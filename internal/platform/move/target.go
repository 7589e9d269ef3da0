package move

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/postgres"
)

// ErrNotEmpty is the error of a move into a database that has something.
var ErrNotEmpty = errors.New("it is not empty, and a move needs an empty database: create a new one, and name it " +
	"with --to")

// target is the PostgreSQL database that a platform comes to.
type target struct {
	name        string // without the password
	read, write *sql.DB
	attempt     int64 // of this process
	began       time.Time
	resumed     bool
}

// openTarget refuses a database that is served, or that has anything but a part of this platform. It does not change a
// database that it refuses.
func openTarget(ctx context.Context, url string, s *source, at time.Time) (_ *target, err error) {
	read, write, name, err := postgres.Open(url)
	if err != nil {
		return nil, err
	}
	t := &target{name: name, read: read, write: write}
	defer func() {
		if err != nil {
			err = errors.Join(t.failed(err), t.close())
		}
	}()
	if err := postgres.Check(ctx, read); err != nil {
		return nil, err
	}
	existing, err := tablesOf(ctx, read)
	if err != nil {
		return nil, err
	}
	if err := t.refuse(ctx, s, existing); err != nil {
		return nil, err
	}
	if err := store.UpdatePostgres(ctx, read); err != nil {
		return nil, err
	}
	if err := t.goOn(ctx, s.platform); err == nil || !errors.Is(err, sql.ErrNoRows) {
		return t, err
	}
	if s.gone {
		return nil, fmt.Errorf("the platform of %s moved to another database already: undo that with quickconnectd "+
			"migrate --undo before you move it to this one", s.path)
	}
	return t, t.begin(ctx, s, at)
}

// refuse decides whether the database may be written, before anything in it is changed.
func (t *target) refuse(ctx context.Context, s *source, existing []string) error {
	if slices.Contains(existing, "serving") {
		holder, err := postgres.Holder(ctx, t.read)
		if err != nil {
			return err
		}
		if holder != "" {
			return fmt.Errorf("%w: %s; a move needs an empty database that nothing serves", store.ErrServed, holder)
		}
	}
	if slices.Contains(existing, "moves") {
		known, err := t.known(ctx, s)
		if known || err != nil {
			return err
		}
	}
	return t.empty(ctx, t.read, s, existing)
}

// known reports whether a part of this platform is there. A part of another one is an error, and so is all of this one.
func (t *target) known(ctx context.Context, s *source) (bool, error) {
	var platform, place string
	var ended int64
	err := t.read.QueryRowContext(ctx, `SELECT platform, place, ended_at FROM moves WHERE one = 1`).
		Scan(&platform, &place, &ended)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	case platform == s.platform && ended > 0:
		return false, fmt.Errorf("the platform of %s moved to it at %s already, and nothing was done: use it with --database",
			s.path, time.UnixMicro(ended).UTC().Format(time.RFC3339))
	case platform != s.platform:
		return false, fmt.Errorf("it has another platform, from %s: %w", place, ErrNotEmpty)
	}
	return true, nil
}

// empty refuses a database that has rows besides those of the migrations, or tables of something else.
func (t *target) empty(ctx context.Context, q querier, s *source, existing []string) error {
	for _, name := range existing {
		switch {
		case slices.Contains(notMoved, name) || slices.Contains(seeded, name):
			continue
		case !slices.ContainsFunc(s.tables, func(t table) bool { return t.name == name }):
			return fmt.Errorf("it has a table %q of something else: %w", name, ErrNotEmpty)
		}
		var found bool
		err := each(ctx, q, `SELECT EXISTS (SELECT 1 FROM "`+name+`")`, nil,
			func(rows *sql.Rows) error { return rows.Scan(&found) })
		if err != nil {
			return err
		}
		if found {
			return fmt.Errorf("table %s has rows: %w", name, ErrNotEmpty)
		}
	}
	return nil
}

// goOn takes a move over that an earlier process began. It returns sql.ErrNoRows if there is none.
func (t *target) goOn(ctx context.Context, platform string) error {
	var began int64
	err := t.write.QueryRowContext(ctx, `UPDATE moves SET attempt = attempt + 1 WHERE one = 1 AND platform = $1
		RETURNING attempt, begun_at`, platform).Scan(&t.attempt, &began)
	t.began, t.resumed = time.UnixMicro(began).UTC(), err == nil
	return err
}

// begin notes the move, so that no other command uses the database, and removes the rows of the migrations.
func (t *target) begin(ctx context.Context, s *source, at time.Time) (err error) {
	tx, err := t.write.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it does nothing after Commit
	existing, err := tablesOf(ctx, tx)
	if err != nil {
		return err
	}
	if err := t.empty(ctx, tx, s, existing); err != nil {
		return err
	}
	t.attempt, t.began = 1, at
	_, err = tx.ExecContext(ctx, `INSERT INTO moves (one, platform, place, away, attempt, begun_at, ended_at)
		VALUES (1, $1, $2, 0, 1, $3, 0)`, s.platform, s.path, at.UnixMicro())
	for _, name := range seeded {
		if err == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM `+name) //nolint:gosec // one of two names
		}
	}
	if err != nil {
		return err
	}
	return tx.Commit()
}

// end says that the platform is there.
func (t *target) end(ctx context.Context, at time.Time) error {
	result, err := t.write.ExecContext(ctx, `UPDATE moves SET ended_at = $2 WHERE one = 1 AND attempt = $1`,
		t.attempt, at.UnixMicro())
	if err != nil {
		return t.failed(err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(t.failed(postgres.ErrOvertaken), err)
	}
	return nil
}

// failed names the database in an error.
func (t *target) failed(err error) error {
	return fmt.Errorf("database %s: %w", t.name, classified(err, postgres.Unavailable))
}

func (t *target) close() error { return errors.Join(t.read.Close(), t.write.Close()) }

func tablesOf(ctx context.Context, q querier) (names []string, err error) {
	err = each(ctx, q, `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename`, nil,
		func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			names = append(names, name)
			return err
		})
	return names, err
}
