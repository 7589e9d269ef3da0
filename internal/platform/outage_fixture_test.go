package platform_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"modernc.org/sqlite"

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

// beside opens the database a second time, as another process does.
func (w *world) beside() *sql.DB {
	w.t.Helper()
	db, err := sql.Open("sqlite", "file://"+filepath.Join(w.dir, "platform.db"))
	if err != nil {
		w.t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	w.t.Cleanup(func() { _ = db.Close() })
	return db
}

// lock holds the lock of the database until the function that it returns is called.
func (w *world) lock() (release func()) {
	w.t.Helper()
	db := w.beside()
	if _, err := db.ExecContext(w.t.Context(), "BEGIN EXCLUSIVE"); err != nil {
		w.t.Fatal(err)
	}
	return func() {
		if _, err := db.ExecContext(w.t.Context(), "ROLLBACK"); err != nil {
			w.t.Error(err)
		}
	}
}

// outage is one way in which the database cannot be written. A full disk needs a process: internal/acctest has it.
type outage struct {
	reason, says string
	begin        func(w *world) (end func())
}

var outages = []outage{
	{"read_only", "read-only", func(w *world) func() {
		w.onWriter("PRAGMA query_only = 1")
		return func() { w.onWriter("PRAGMA query_only = 0") }
	}},
	{"locked", "holds its lock", func(w *world) func() { return w.lock() }},
}

// eachOutage runs a test in each kind of outage. The test begins and ends it.
func eachOutage(t *testing.T, test func(t *testing.T, w *world, o outage)) {
	t.Helper()
	catchWriters()
	for _, o := range outages {
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
