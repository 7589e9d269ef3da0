package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// Empty returns the URL of a new database without tables. It is dropped when the test ends.
func (c *Cluster) Empty(tb testing.TB) string {
	tb.Helper()
	return c.copyOf(tb, "template0")
}

// Copy returns the URL of a new database that is a copy of a template. fill makes the template, once for each name. The
// copy is dropped when the test ends.
func (c *Cluster) Copy(tb testing.TB, template string, fill func(url string) error) string {
	tb.Helper()
	if err := c.template(template, fill); err != nil {
		tb.Fatal(err)
	}
	return c.copyOf(tb, template)
}

// Snapshot returns the URL of a copy of the database at a URL, as it is. Nobody may be connected to that. The copy is
// dropped when the test ends.
func (c *Cluster) Snapshot(tb testing.TB, database string) string {
	tb.Helper()
	u, err := url.Parse(database)
	if err != nil {
		tb.Fatal(err)
	}
	return c.copyOf(tb, u.Path[1:])
}

func (c *Cluster) template(name string, fill func(url string) error) error {
	c.mu.Lock()
	defer c.mu.Unlock() // fill may end the test
	err, done := c.templates[name]
	if !done {
		if err = c.create(name, "template0"); err == nil {
			err = fill(c.URL(Owner, name))
		}
		c.templates[name] = err
	}
	return err
}

func (c *Cluster) copyOf(tb testing.TB, template string) string {
	tb.Helper()
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), c.made.Add(1))
	if err := c.create(name, template); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		// A test that stopped the server, or left a connection open, is no failure of this.
		_ = c.exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
	})
	return c.URL(Owner, name)
}

// create copies files. The usual strategy writes each page to the log too, which nobody needs here.
func (c *Cluster) create(name, template string) error {
	return c.exec(context.Background(),
		"CREATE DATABASE "+name+" OWNER "+Owner+" TEMPLATE "+template+" STRATEGY file_copy")
}

// Name returns the name of the database at a URL.
func Name(database string) string {
	u, err := url.Parse(database)
	if err != nil {
		panic(err)
	}
	return u.Path[1:]
}

// Exec runs a statement as the superuser, in the database that every cluster has.
func (c *Cluster) Exec(tb testing.TB, statement string) {
	tb.Helper()
	if err := c.exec(tb.Context(), statement); err != nil {
		tb.Fatal(err)
	}
}

// Statement runs a statement in the database at a URL.
func Statement(tb testing.TB, url, statement string) {
	tb.Helper()
	db, err := sql.Open("pgx", url)
	if err == nil {
		_, err = db.ExecContext(tb.Context(), statement)
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		tb.Fatal(err)
	}
}

func (c *Cluster) exec(ctx context.Context, statement string) error {
	db, err := sql.Open("pgx", c.URL(account, "postgres"))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}
