package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. Another process may run the same migration: each one is a transaction, so the
// second process fails at its start, tries again, and finds the migration done.
func migrate(ctx context.Context, db *sql.DB, d dialect) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	const attempts = 5
	for attempt := 1; ; attempt++ {
		p, err := goose.NewProvider(d.migrations, db, dir, goose.WithDisableGlobalRegistry(true))
		if err != nil {
			return fmt.Errorf("reading its migrations: %w", err)
		}
		if _, err = p.Up(ctx); err == nil {
			return nil
		}
		if attempt == attempts || ctx.Err() != nil {
			return fmt.Errorf("bringing its tables up to date: %w", err)
		}
	}
}
