package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/stdlib"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
)

// migrated is a template with all tables.
func migrated(tb testing.TB) string {
	tb.Helper()
	return pgtest.Shared(tb).Copy(tb, "migrated", func(url string) error {
		s, err := OpenPostgres(context.WithoutCancel(tb.Context()), url)
		if err != nil {
			return err
		}
		return s.Close()
	})
}

func openPostgres(tb testing.TB, url string) *Store {
	tb.Helper()
	s, err := OpenPostgres(tb.Context(), url)
	return closedAtTheEnd(tb, s, err)
}

func postgresAt(url string) database {
	return database{open: func(t *testing.T) *Store {
		t.Helper()
		return openPostgres(t, url)
	}}
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	suite(t, func(t *testing.T) database {
		t.Helper()
		return postgresAt(migrated(t))
	})
}

// TestPostgresBehindAPooler: nothing depends on the session of a connection.
func TestPostgresBehindAPooler(t *testing.T) {
	t.Parallel()
	suite(t, func(t *testing.T) database {
		t.Helper()
		return postgresAt(pgtest.Shared(t).Pooled(t, migrated(t)))
	})
}

// preparing returns what has PostgreSQL read a statement.
func preparing(t *testing.T, s *Store) func(text string) error {
	t.Helper()
	conn, err := s.read.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return func(text string) error {
		return conn.Raw(func(driverConn any) error {
			c, ok := driverConn.(*stdlib.Conn)
			if !ok {
				return driver.ErrBadConn
			}
			_, err := c.Conn().Prepare(t.Context(), "", text)
			return err
		})
	}
}

// TestStatementsArePortable: PostgreSQL understands every statement, those too that no test of the suite runs.
func TestStatementsArePortable(t *testing.T) {
	t.Parallel()
	s := openPostgres(t, migrated(t))
	prepare := preparing(t, s)
	for _, text := range statements {
		if err := prepare(text); err != nil {
			t.Errorf("%v\n\t%s", err, text)
		}
	}
	if err := prepare(`SELECT IFNULL(name, '') FROM connectors`); err == nil {
		t.Error("a statement that only SQLite understands was prepared")
	}
}

// TestTextsAreComparedByteByByte: a page goes on where the last one ended on both engines, whatever the locale is.
func TestTextsAreComparedByteByByte(t *testing.T) {
	t.Parallel()
	s := openPostgres(t, migrated(t))
	var columns string
	err := s.read.db.QueryRowContext(t.Context(), `SELECT COALESCE(string_agg(c.relname || '.' || a.attname, ' '), '')
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_collation l ON l.oid = a.attcollation
		WHERE c.relkind = 'r' AND a.attnum > 0 AND a.atttypid = 'text'::regtype AND l.collname <> 'C'
		AND c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'goose%'`).Scan(&columns)
	if err != nil || columns != "" {
		t.Errorf("these columns follow the locale: %s %v", columns, err)
	}
	var languageFirst bool
	if err := s.read.db.QueryRowContext(t.Context(), `SELECT 'a'::text < 'B'::text`).Scan(&languageFirst); err != nil ||
		!languageFirst {
		t.Errorf("the database of the test has no locale that orders otherwise: %v", err)
	}
}

func TestOpenPostgresFails(t *testing.T) {
	t.Parallel()
	for url, says := range map[string]string{
		"postgres://u:hidden@%zz/x":                            "not valid",
		"postgres://u:hidden@127.0.0.1:1/gone?sslmode=disable": "gone at 127.0.0.1",
		pgtest.Shared(t).URL("nobody_like_that", "postgres"):   "nobody_like_that",
	} {
		s, err := OpenPostgres(t.Context(), url)
		if err == nil {
			t.Errorf("%s opened", url)
			_ = s.Close()
			continue
		}
		if !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", url, err)
		}
	}
	url := pgtest.Shared(t).Empty(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := OpenPostgres(ctx, url); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}
