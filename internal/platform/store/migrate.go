package store

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. Another process may run the same migration: each one is a transaction, so the
// second process fails at its start, tries again, and finds the migration done. It goes on with the next one, where the
// same may happen; so only attempts that find nothing done since the one before count.
func migrate(ctx context.Context, db *sql.DB, d dialect) error {
	const most = 5
	reached := int64(-1)
	for attempt := 1; ; attempt++ {
		p, err := migrator(db, d)
		if err != nil {
			return fmt.Errorf("reading its migrations: %w", err)
		}
		if err = up(ctx, p); err == nil {
			return nil
		}
		if now, failed := p.GetDBVersion(ctx); failed == nil && now > reached {
			reached, attempt = now, 1
		}
		if attempt == most || ctx.Err() != nil || d.unavailable(err) != "" {
			return fmt.Errorf("bringing its tables up to date: %w", err)
		}
	}
}

// up writes nothing where there is nothing to do: a server of this database may be at work.
func up(ctx context.Context, p *goose.Provider) error {
	if pending, err := p.HasPending(ctx); err == nil && !pending {
		return nil
	}
	_, err := p.Up(ctx)
	return err
}

func migrator(db *sql.DB, d dialect) (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if d.migrating != nil {
		locker, err := d.migrating()
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithLocker(locker))
	}
	if d.migration != nil {
		dir = translated{dir, d.migration}
	}
	return goose.NewProvider(d.migrations, db, dir, options...)
}

// migrationLock is a row in a table with an expiry: a process that ends in the middle delays the next one by that time.
func migrationLock() (lock.Locker, error) {
	return lock.NewPostgresTableLocker(
		lock.WithTableLeaseDuration(20*time.Second), lock.WithTableHeartbeatInterval(5*time.Second),
		lock.WithTableLockTimeout(time.Second, 60), lock.WithTableLogger(slog.New(slog.DiscardHandler)),
	)
}

// translated is a directory of files whose texts are translated when they are read.
type translated struct {
	fs.FS
	translate func(string) string
}

// Open implements fs.FS.
func (t translated) Open(name string) (fs.File, error) {
	file, err := t.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil || info.IsDir() {
		return file, err
	}
	text, err := fs.ReadFile(t.FS, name)
	return translatedFile{file, bytes.NewReader([]byte(t.translate(string(text))))}, err
}

type translatedFile struct {
	fs.File
	text *bytes.Reader
}

// Read implements fs.File.
func (f translatedFile) Read(p []byte) (int, error) { return f.text.Read(p) }
