package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/sqlite"
)

// dialect is what differs between databases. The statements are the same for all of them, with $1, $2 … as parameters.
type dialect struct {
	migrations goose.Dialect
	// lockRows is the end of a SELECT that locks the rows it reads, in a write transaction. It is empty for SQLite,
	// which has one writer at a time.
	lockRows string
	// violatesUnique and violatesReference say which constraint an error of the driver is about.
	violatesUnique, violatesReference func(error) bool
	// unavailable returns the reason of an error that is about the database as a whole; empty for another error.
	unavailable func(error) outage.Reason
	// waitForLock sets how long the next transaction of a connection waits for the lock of the database.
	waitForLock func(context.Context, *sql.Conn, time.Duration) error
}

var sqliteDialect = dialect{
	migrations:        goose.DialectSQLite3,
	violatesUnique:    sqlite.ViolatesUnique,
	violatesReference: sqlite.ViolatesReference,
	unavailable:       sqlite.Unavailable,
	waitForLock:       sqlite.WaitForLock,
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
		return nil, fmt.Errorf("database %s: %w", path, sqliteDialect.classified(err))
	}
	s, err := open(ctx, read, write, sqliteDialect)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, sqliteDialect.classified(err))
	}
	return s, nil
}
