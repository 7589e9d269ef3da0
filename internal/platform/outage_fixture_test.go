package platform_test

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"modernc.org/sqlite"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
)

// writers has the connection that writes to each database, by the directory of the database.
var (
	writers  sync.Map
	hookOnce sync.Once
)

// catchWriters remembers every connection that writes, from now on. A setting of the connection is the way to make it
// fail that works for every user, root too.
func catchWriters() {
	hookOnce.Do(func() {
		sqlite.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, dsn string) error {
			file, settings, _ := strings.Cut(strings.TrimPrefix(dsn, "file://"), "?")
			if strings.Contains(settings, "immediate") {
				writers.Store(filepath.Dir(file), conn)
			}
			return nil
		})
	})
}

// onWriter changes a setting of the connection that writes. No request may be running.
func (w *world) onWriter(pragma string) {
	w.t.Helper()
	found, _ := writers.Load(w.dir)
	conn, ok := found.(sqlite.ExecQuerierContext)
	if !ok {
		w.t.Fatal("no connection writes to the database")
	}
	if _, err := conn.ExecContext(w.t.Context(), pragma, nil); err != nil {
		w.t.Fatal(err)
	}
}

// setReadOnly makes the database refuse writes, or accept them again. No request may be running.
func (w *world) setReadOnly(on bool) {
	w.t.Helper()
	if onPostgres {
		w.setPostgresReadOnly(on)
		return
	}
	pragma := "PRAGMA query_only = 0"
	if on {
		pragma = "PRAGMA query_only = 1"
	}
	w.onWriter(pragma)
}

// setPostgresReadOnly changes what a session begins with, and ends all sessions, as a failover does.
func (w *world) setPostgresReadOnly(on bool) {
	w.t.Helper()
	u, err := url.Parse(w.url)
	if err != nil {
		w.t.Fatal(err)
	}
	name := u.Path[1:]
	cluster := pgtest.Shared(w.t)
	cluster.Exec(w.t, fmt.Sprintf("ALTER DATABASE %s SET default_transaction_read_only = %v", name, on))
	cluster.Exec(w.t, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '"+name+"'")
}

// lock holds the lock of the database until the function that it returns is called.
func (w *world) lock() (release func()) {
	w.t.Helper()
	db := w.beside()
	begin := "BEGIN EXCLUSIVE"
	if onPostgres { // reads go on
		begin = "BEGIN; LOCK TABLE serving IN EXCLUSIVE MODE"
	}
	if _, err := db.ExecContext(w.t.Context(), begin); err != nil {
		w.t.Fatal(err)
	}
	return func() {
		if _, err := db.ExecContext(w.t.Context(), "ROLLBACK"); err != nil {
			w.t.Error(err)
		}
	}
}

// setDiskFull makes every row that is written fail with the error of PostgreSQL for a full disk, until the function
// that it returns is called.
func (w *world) setDiskFull() (end func()) {
	w.t.Helper()
	db := w.beside()
	run := func(statement string) {
		w.t.Helper()
		if _, err := db.ExecContext(w.t.Context(), statement); err != nil {
			w.t.Fatal(err)
		}
	}
	run(`CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$`)
	run(`DO $$ DECLARE name text; BEGIN
		FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'serving' LOOP
			EXECUTE format('CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON %I
				FOR EACH ROW EXECUTE FUNCTION disk_full()', name);
		END LOOP; END $$`)
	return func() { run(`DROP FUNCTION disk_full CASCADE`) }
}

// outage is one way in which the database cannot be written. A full disk of SQLite needs a process: internal/acctest
// has it.
type outage struct {
	reason, says string
	begin        func(w *world) (end func())
}

var outages = []outage{
	{"read_only", "read-only", func(w *world) func() {
		w.setReadOnly(true)
		return func() { w.setReadOnly(false) }
	}},
	{"locked", "holds its lock", func(w *world) func() { return w.lock() }},
}

// eachOutage runs a test in each kind of outage. The test begins and ends it.
func eachOutage(t *testing.T, test func(t *testing.T, w *world, o outage)) {
	t.Helper()
	catchWriters()
	all := outages
	if onPostgres {
		all = append(slices.Clone(all), outage{"full", "disk is full", func(w *world) func() { return w.setDiskFull() }})
	}
	for _, o := range all {
		t.Run(o.reason, func(t *testing.T) { test(t, newWorld(t), o) })
	}
}

// notice has the platform try a write of its own.
func (w *world) notice() {
	w.t.Helper()
	if err := w.p.Sweep(w.t.Context()); err == nil {
		w.t.Fatal("the sweep did not notice that the database cannot be written")
	}
	if got := w.ready(503).check("database"); got.State != httpapi.StateFailed {
		w.t.Fatalf("%+v", got)
	}
}

// metric reads the value of one time series.
func (w *world) metric(series string) string {
	w.t.Helper()
	for line := range strings.Lines(string(w.send("", "GET", "/metrics", nil).want(200).body)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), series+" "); ok {
			return value
		}
	}
	w.t.Fatalf("there is no metric %s", series)
	return ""
}
