package move

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/sqlite"
)

// source is the SQLite database that a platform leaves. Its transaction keeps the lock of the database, so that nothing
// changes between the copy and the mark.
type source struct {
	path        string
	read, write *sql.DB
	tx          *sql.Tx
	tables      []table
	platform    string // the id of the platform; empty before its first start
	gone        bool   // the mark is there: an earlier attempt set it
}

// openSource brings the schema up to date, and takes the lock.
func openSource(ctx context.Context, path string) (_ *source, err error) {
	s := &source{path: path}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("database %s: %w", path, sqliteError(err)), s.close())
		}
	}()
	if s.path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if s.read, s.write, err = sqlite.Open(s.path); err != nil {
		return nil, err
	}
	if err := store.UpdateSQLite(ctx, s.write); err != nil {
		return nil, err
	}
	if s.tx, err = s.write.BeginTx(ctx, nil); err != nil {
		return nil, err
	}
	if s.tables, err = catalogue(ctx, s.tx); err != nil {
		return nil, err
	}
	err = s.tx.QueryRowContext(ctx, `SELECT COALESCE((SELECT id FROM platform WHERE one = 1), ''),
		EXISTS (SELECT 1 FROM moves WHERE one = 1 AND away = 1)`).Scan(&s.platform, &s.gone)
	return s, err
}

// mark says in the database that the platform has left it, and gives the lock back. From here on, no command uses the
// database.
func (s *source) mark(ctx context.Context, place string, began, at time.Time) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO moves (one, platform, place, away, attempt, begun_at, ended_at)
		VALUES (1, $1, $2, 1, 0, $3, $4) ON CONFLICT (one) DO UPDATE SET platform = excluded.platform,
		place = excluded.place, away = 1, begun_at = excluded.begun_at, ended_at = excluded.ended_at`,
		s.platform, place, began.UnixMicro(), at.UnixMicro())
	if err == nil {
		err = s.tx.Commit()
		s.tx = nil
	}
	if err != nil {
		return fmt.Errorf("database %s: marking it as moved: %w", s.path, sqliteError(err))
	}
	return nil
}

func (s *source) close() error {
	var errs []error
	if s.tx != nil {
		if err := s.tx.Rollback(); !errors.Is(err, sql.ErrTxDone) { // the end of the context ends it too
			errs = append(errs, err)
		}
	}
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Undo makes a database usable again that its platform has left. It returns where the platform went.
func Undo(ctx context.Context, path string) (place string, err error) {
	s, err := openSource(ctx, path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	err = s.tx.QueryRowContext(ctx, `DELETE FROM moves WHERE one = 1 AND away = 1 RETURNING place`).Scan(&place)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("the platform of %s did not move away, so there is nothing to undo: use it as it is", path)
	}
	if err == nil {
		err = s.tx.Commit()
		s.tx = nil
	}
	return place, sqliteError(err)
}

func sqliteError(err error) error { return classified(err, sqlite.Unavailable) }

// classified makes an outage.Error of an error of the driver that is about the database as a whole.
func classified(err error, reason func(error) outage.Reason) error {
	if err == nil || errors.Is(err, outage.ErrUnavailable) {
		return err
	}
	if r := reason(err); r != "" {
		return &outage.Error{Reason: r, Err: err}
	}
	return err
}
