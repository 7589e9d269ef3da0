package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/pressly/goose/v3"
	versions "github.com/pressly/goose/v3/database"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/postgres"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/sqlite"
)

// SchemaVersion returns the version of the tables that this build works with: the number of the last migration.
func SchemaVersion() (last int64, err error) {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		n, err := goose.NumericComponent(f.Name())
		if err != nil {
			return 0, fmt.Errorf("migration %s: %w", f.Name(), err)
		}
		last = max(last, n)
	}
	return last, nil
}

// SchemaVersionOf returns the version of the tables of the database at path, which exists. It changes nothing there.
func SchemaVersionOf(ctx context.Context, path string) (version int64, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return 0, err
	}
	db, err := sqlite.OpenToRead(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return schemaVersionIn(ctx, db, sqliteDialect)
}

func schemaVersionIn(ctx context.Context, db *sql.DB, d dialect) (int64, error) {
	table, err := versions.NewStore(d.migrations, goose.DefaultTablename)
	if err != nil {
		return 0, err
	}
	return table.GetLatestVersion(ctx, db)
}

// PostgresState is what a look at a PostgreSQL database tells that changes nothing there.
type PostgresState struct {
	postgres.Server

	Name   string // of the database, as messages have it
	Schema int64  // the version of the tables; 0: there are none
	Holder string // who serves the database; empty: no process
}

// LookAtPostgres looks at a PostgreSQL database, and changes nothing there. It fails where OpenPostgres would because
// of the server. No error has the URL.
func LookAtPostgres(ctx context.Context, url string) (s PostgresState, err error) {
	read, write, name, err := postgres.Open(url)
	if err != nil {
		return s, err
	}
	s.Name = name
	defer func() {
		if err != nil {
			err = fmt.Errorf("database %s: %w", name, postgresDialect.classified(ctx, err))
		}
		err = errors.Join(err, read.Close(), write.Close())
	}()
	if err = postgres.Check(ctx, read); err != nil {
		return s, err
	}
	if s.Server, err = postgres.Look(ctx, read); err != nil || !s.HasTables {
		return s, err
	}
	if s.Schema, err = schemaVersionIn(ctx, read, postgresDialect); err != nil || !s.HasLease {
		return s, err
	}
	s.Holder, err = postgres.Holder(ctx, read)
	return s, err
}
