// Package sqlite opens the file of an SQLite database for the store.
package sqlite

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
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
)

// Open returns a pool to read from and a pool to write to the database file at an absolute path. It creates the file if
// it is missing.
func Open(path string) (read, write *sql.DB, err error) {
	if err := makePrivate(path); err != nil {
		return nil, nil, err
	}
	// One connection writes, with BEGIN IMMEDIATE: writers wait for each other before they begin, and do not fail in the
	// middle of a transaction.
	write, err = sql.Open("sqlite", fileURL(path, url.Values{
		"_txlock":       {"immediate"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		// SQLite overwrites erased data, and keeps the journal small, so that it soon drops its copy.
		"_pragma": {"secure_delete(1)", "journal_size_limit(67108864)"},
	}))
	if err != nil {
		return nil, nil, err
	}
	write.SetMaxOpenConns(1)
	readers := max(4, 2*runtime.GOMAXPROCS(0))
	read, err = OpenToRead(path)
	if err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(readers + 1) // WatchCommits keeps one
	read.SetMaxIdleConns(readers + 1)
	return read, write, nil
}

// OpenToRead returns a pool to read from the database file at an absolute path, which exists.
func OpenToRead(path string) (*sql.DB, error) {
	return sql.Open("sqlite", fileURL(path, url.Values{"_query_only": {"1"}}))
}

// OpenToCopy returns a pool of one connection that copies the database file at a path with VACUUM INTO, and changes
// nothing in it.
func OpenToCopy(path string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", fileURL(path, url.Values{"mode": {"rw"}}))
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
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

// fileURL returns the URL of the database file, with the settings of every connection. It escapes the path.
func fileURL(path string, q url.Values) string {
	q.Set("_busy_timeout", "15000")
	q.Set("_foreign_keys", "1")
	q.Set("_dqs", "0")
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // it begins with a drive letter
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

// ViolatesUnique reports whether a statement failed because a value must be unique. It ignores primary keys: users do
// not choose ids.
func ViolatesUnique(err error) bool { return code(err) == sqlite3.SQLITE_CONSTRAINT_UNIQUE }

// ViolatesReference reports whether a statement or a commit failed because a foreign key would break.
func ViolatesReference(err error) bool { return code(err) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY }

// Unavailable returns the reason of an error that is about the database as a whole, and that ends without a change of
// the data; empty for another error. A file size limit or a quota is a disk error: SQLite tells them apart from a
// failing disk no better.
func Unavailable(err error) outage.Reason {
	switch { // a file could not be created
	case errors.Is(err, syscall.ENOSPC):
		return outage.Full
	case errors.Is(err, syscall.EROFS):
		return outage.ReadOnly
	}
	switch code(err) & 0xff { // the primary code
	case sqlite3.SQLITE_FULL:
		return outage.Full
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return outage.ReadOnly
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return outage.Locked
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		return outage.DiskError
	}
	return ""
}

// WaitForLock sets how long the statements of a connection wait for a lock that another connection holds.
func WaitForLock(ctx context.Context, conn *sql.Conn, wait time.Duration) error {
	_, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", wait.Milliseconds()))
	return err
}

func code(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return sqlite3.SQLITE_OK
	}
	return e.Code()
}
