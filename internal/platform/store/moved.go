package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// MovedError is the error of a database that must not be used because of a move: the platform has left it, or has not
// come to it completely.
type MovedError struct {
	// Place is the other database, as messages name it.
	Place string
	// At is when the platform left; zero: the move into this database has not ended.
	At time.Time
}

// Error says what happened and what to do.
func (e *MovedError) Error() string {
	if e.At.IsZero() {
		return fmt.Sprintf("a move of a platform into it has not ended, so it has only a part of the platform: run "+
			"quickconnectd migrate again with the same --from and --to, which goes on where it stopped (it came from %s); "+
			"or drop the database and use the platform where it was", e.Place)
	}
	return fmt.Sprintf("its platform moved to %s at %s, and this copy has none of the changes since then: name that "+
		"database with --database; to use this copy again and lose those changes, stop every server of that database, "+
		"and run quickconnectd migrate --undo with this directory as --from", e.Place, e.At.Format(time.RFC3339))
}

var selectMove = statement(`SELECT place, away, ended_at FROM moves WHERE one = 1`)

// checkMoved returns a MovedError if the platform has left this database, or has not come to it completely.
func (s *Store) checkMoved(ctx context.Context) error {
	var e MovedError
	var away bool
	err := s.View(ctx, func(tx *Tx) error {
		return tx.one(ctx, selectMove, nil, &e.Place, &away, column.Time(&e.At))
	})
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return failed("reading", "move", "", err)
	case away || e.At.IsZero():
		return &e
	}
	return nil
}

// UpdateSQLite brings the schema of an SQLite database up to date that is not opened as a Store.
func UpdateSQLite(ctx context.Context, write *sql.DB) error {
	return migrate(ctx, write, sqliteDialect)
}

// UpdatePostgres brings the schema of a PostgreSQL database up to date that is not opened as a Store. It needs two
// connections.
func UpdatePostgres(ctx context.Context, db *sql.DB) error { return migrate(ctx, db, postgresDialect) }
