package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var sqliteDialect = dialect{migrations: goose.DialectSQLite3, violated: sqliteViolated}

// Open opens the SQLite database at path. It creates the file if needed and brings the schema up to date. Several
// processes may have the database open at once.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	if err := makePrivate(path); err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	// One connection writes, with BEGIN IMMEDIATE: writers wait for each other before they begin, and do not fail in the
	// middle of a transaction.
	write, err := sql.Open("sqlite", sqliteURL(path, url.Values{
		"_txlock":       {"immediate"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		// SQLite overwrites erased data, and the small journal soon drops its copy.
		"_pragma": {"secure_delete(1)", "journal_size_limit(67108864)"},
	}))
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	write.SetMaxOpenConns(1)
	readers := max(4, 2*runtime.GOMAXPROCS(0))
	read, err := sql.Open("sqlite", sqliteURL(path, url.Values{"_query_only": {"1"}}))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, err), write.Close())
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	s, err := open(ctx, read, write, sqliteDialect)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	return s, nil
}

// makePrivate creates the file with mode 0600 if it is missing, and sets that mode if others can read the file. SQLite
// gives the journal the same mode. makePrivate does not open an existing file: closing a descriptor of it would release
// the locks that SQLite holds on the file elsewhere in this process.
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	switch {
	case err == nil:
		return f.Close()
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return os.Chmod(path, 0o600)
	}
	return nil
}

// sqliteURL returns the URL of the database file, with the settings of every connection. It escapes the path.
func sqliteURL(path string, q url.Values) string {
	q.Set("_busy_timeout", "15000")
	q.Set("_foreign_keys", "1")
	q.Set("_dqs", "0")
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // it begins with a drive letter
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

func sqliteViolated(err error) violation {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return violatesNothing
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE:
		return violatesUnique
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return violatesReference
	}
	return violatesNothing
}
