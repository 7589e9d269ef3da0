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

// Schema is what a database says of its tables.
type Schema struct {
	Version int64 // 0: there are none
	Oldest  int64 // the version that a build has to know; 0: any
}

// SchemaOf returns what the database at path, which exists, says of its tables. It changes nothing there.
func SchemaOf(ctx context.Context, path string) (s Schema, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return s, err
	}
	db, err := sqlite.OpenToRead(path)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return schemaIn(ctx, db, sqliteDialect)
}

// saysOldest is the first version of the tables that says which builds may use them.
const saysOldest = 115

func schemaIn(ctx context.Context, db *sql.DB, d dialect) (s Schema, err error) {
	table, err := versions.NewStore(d.migrations, goose.DefaultTablename)
	if err != nil {
		return s, err
	}
	if s.Version, err = table.GetLatestVersion(ctx, db); err == nil && s.Version >= saysOldest {
		err = db.QueryRowContext(ctx, selectOldest).Scan(&s.Oldest)
	}
	return s, err
}

// PostgresState is what a look at a PostgreSQL database tells that changes nothing there.
type PostgresState struct {
	postgres.Server

	Name   string // of the database, as messages have it
	Schema Schema // of its tables
	Holder string // who leads those that serve the database; empty: no process
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
	if s.Schema, err = schemaIn(ctx, read, postgresDialect); err != nil || !s.HasLease {
		return s, err
	}
	s.Holder, err = postgres.Holder(ctx, read)
	return s, err
}
