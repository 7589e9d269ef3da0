package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/postgres"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/sqlite"
)

// dialect is what differs between databases. The statements are the same for all of them, with $1, $2 … as parameters.
type dialect struct {
	migrations goose.Dialect
	// migration turns a portable migration into one of the dialect; nil: it is one.
	migration func(string) string
	// migrating makes the lock that one process at a time holds to migrate; nil: each migration has the lock of the
	// database.
	migrating func() (lock.Locker, error)
	// bind returns a statement and its arguments as the driver takes them. It is nil where statements are prepared as
	// they are.
	bind func(text string, args []any) (string, []any, error)
	// reading and writing begin the two sorts of transactions.
	reading, writing *sql.TxOptions
	// violatesUnique and violatesReference say which constraint an error of the driver is about.
	violatesUnique, violatesReference func(error) bool
	// unavailable returns the reason of an error that is about the database as a whole; empty for another error.
	unavailable func(error) outage.Reason
	// stale reports whether a transaction did not begin because its connection was closed before; nil: none ever is.
	stale func(error) bool
	// terminated reports whether somebody has terminated the session of a transaction.
	terminated func(error) bool
	// conflict reports whether a transaction that failed may succeed if it is begun again.
	conflict func(error) bool
	// waitForLock sets how long the next transaction of a connection waits for the lock of the database.
	waitForLock func(context.Context, *sql.Conn, time.Duration) error
	// beginWrite does the same in the transaction itself, and returns the number of the leader; nil: no other process
	// serves the database.
	beginWrite func(context.Context, *sql.Tx, time.Duration) (postgres.Fence, error)
	// limit is how long a transaction may take; 0: a database on the same machine needs no limit.
	limit time.Duration
}

// onOpenConnection calls begin again where its connection was closed before anything was done with it. A server that
// was restarted has closed every connection of the pool: each one fails once.
func (d dialect) onOpenConnection(begin func() error) error {
	for n := 0; ; n++ {
		err := begin()
		if err == nil || d.stale == nil || !d.stale(err) || n == postgres.Readers {
			return err
		}
	}
}

var sqliteDialect = dialect{
	migrations:        goose.DialectSQLite3,
	reading:           &sql.TxOptions{ReadOnly: true},
	violatesUnique:    sqlite.ViolatesUnique,
	violatesReference: sqlite.ViolatesReference,
	unavailable:       sqlite.Unavailable,
	terminated:        func(error) bool { return false },
	conflict:          func(error) bool { return false },
	waitForLock:       sqlite.WaitForLock,
}

// Writes are serializable and take turns over all processes, so that they have the guarantees of SQLite's single
// writer. Reads are of one snapshot. docs/architecture.md has the reasons.
var postgresDialect = dialect{
	migrations:        goose.DialectPostgres,
	migration:         postgres.Migration,
	migrating:         migrationLock,
	bind:              postgres.Bind,
	reading:           &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
	writing:           &sql.TxOptions{Isolation: sql.LevelSerializable},
	violatesUnique:    postgres.ViolatesUnique,
	violatesReference: postgres.ViolatesReference,
	unavailable:       postgres.Unavailable,
	stale:             postgres.Stale,
	terminated:        postgres.Terminated,
	conflict:          postgres.Conflict,
	beginWrite:        postgres.BeginWrite,
	limit:             30 * time.Second,
}

// Open opens the SQLite database at path. It creates the file if needed and brings the schema up to date. Several
// processes may have the database open at once.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	read, write, err := sqlite.Open(path)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, sqliteDialect.classified(ctx, err))
	}
	s, err := open(ctx, read, write, sqliteDialect)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, sqliteDialect.classified(ctx, err))
	}
	if s.Access.commits, err = sqlite.WatchCommits(ctx, read, path); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, sqliteDialect.classified(ctx, err)), s.Close())
	}
	return s.ifUsable(ctx, path)
}

// OpenPostgres opens the PostgreSQL database at a URL, which must exist, and brings the schema up to date. Several
// processes may have the database open at once, and those that Join serve it together. No error has the URL.
func OpenPostgres(ctx context.Context, url string) (*Store, error) {
	read, write, name, err := postgres.Open(url)
	if err != nil {
		return nil, err
	}
	if err = postgres.Check(ctx, read); err != nil {
		_, _ = read.Close(), write.Close()
		return nil, fmt.Errorf("database %s: %w", name, postgresDialect.classified(ctx, err))
	}
	s, err := open(ctx, read, write, postgresDialect)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", name, postgresDialect.classified(ctx, err))
	}
	return s.ifUsable(ctx, name)
}

// ifUsable returns the store, or closes it and returns a MovedError or a NewerError.
func (s *Store) ifUsable(ctx context.Context, name string) (*Store, error) {
	err := s.checkMoved(ctx)
	if err == nil {
		err = s.checkCompatible(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", name, err), s.Close())
	}
	return s, nil
}
