package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/pressly/goose/v3"
	versions "github.com/pressly/goose/v3/database"

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
	table, err := versions.NewStore(sqliteDialect.migrations, goose.DefaultTablename)
	if err != nil {
		return 0, err
	}
	return table.GetLatestVersion(ctx, db)
}
