// Package postgres has what the store needs to work with PostgreSQL. It keeps no state in a session, so that it also
// works behind a pooler that gives every transaction another connection.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// Readers is how many connections read at once.
	Readers = 16

	connectTimeout = 5 * time.Second
	maxIdleTime    = 5 * time.Minute
	maxLifetime    = time.Hour
	// oldest is the oldest version that has everything the statements use, as server_version_num tells it.
	oldest = 140000
)

// errURL does not repeat the URL, nor the error of its parser: both may have the password.
var errURL = errors.New("the URL of the database is not valid; its form is " +
	"postgres://USER@HOST:PORT/NAME?sslmode=verify-full, with the password behind the user and a colon, or in the " +
	"environment variable PGPASSWORD, or in a file that PGPASSFILE names")

// Open returns a pool to read from and a pool to write to the database at a URL, and what errors may call it. It does
// not connect yet.
func Open(url string) (read, write *sql.DB, name string, err error) {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, nil, "", errURL
	}
	// A prepared statement belongs to a session. Exec sends each statement with its parameters, in one round trip.
	c.DefaultQueryExecMode = pgx.QueryExecModeExec
	c.StatementCacheCapacity, c.DescriptionCacheCapacity = 0, 0
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectTimeout
	}
	if _, set := c.RuntimeParams["application_name"]; !set {
		c.RuntimeParams["application_name"] = "quickconnectd"
	}
	read, write = stdlib.OpenDB(*c), stdlib.OpenDB(*c)
	read.SetMaxOpenConns(Readers)
	read.SetMaxIdleConns(Readers)
	write.SetMaxOpenConns(1)
	for _, db := range []*sql.DB{read, write} {
		db.SetConnMaxIdleTime(maxIdleTime)
		db.SetConnMaxLifetime(maxLifetime)
	}
	return read, write, fmt.Sprintf("%s at %s", c.Database, c.Host), nil
}

// Check refuses a server that cannot hold the data of a platform.
func Check(ctx context.Context, db *sql.DB) error {
	var version int
	var encoding string
	err := db.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::bigint,
		pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()`).Scan(&version, &encoding)
	switch {
	case err != nil:
		return fmt.Errorf("connecting: %w", err)
	case version < oldest:
		return fmt.Errorf("it is PostgreSQL %d, and quickconnectd needs %d or newer: upgrade the server",
			version/10000, oldest/10000)
	case encoding != "UTF8":
		return fmt.Errorf("its encoding is %s, and names may have any character: make it anew with "+
			"CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0", encoding)
	}
	return nil
}

// Server is what a server says of itself and of a database.
type Server struct {
	Version string // such as 15.18
	Role    string
	// Standby and ReadOnly say why nothing can be written.
	Standby, ReadOnly bool
	// MayCreate says that the role can make tables.
	MayCreate bool
	// HasTables and HasLease say that the tables of migrations, and of leases, are there.
	HasTables, HasLease bool
}

// Look asks a server about itself and about a database.
func Look(ctx context.Context, db *sql.DB) (s Server, err error) {
	err = db.QueryRowContext(ctx, `SELECT current_setting('server_version'), current_user, pg_is_in_recovery(),
		current_setting('transaction_read_only')::boolean,
		COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false),
		to_regclass('goose_db_version') IS NOT NULL, to_regclass('serving') IS NOT NULL`).
		Scan(&s.Version, &s.Role, &s.Standby, &s.ReadOnly, &s.MayCreate, &s.HasTables, &s.HasLease)
	return s, err
}

// Migration turns a portable migration into one for PostgreSQL: texts are compared byte by byte, as SQLite does,
// whatever the locale of the database is.
func Migration(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			lines[i] = textColumn.ReplaceAllString(line, `TEXT COLLATE "C"`)
		}
	}
	return strings.Join(lines, "")
}
