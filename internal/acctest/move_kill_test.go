package acctest_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// pageOfMove is how many rows a move copies in one transaction.
const pageOfMove = 1000

// killedMove is quickconnectd migrate, which the test kills where it wants to.
type killedMove struct {
	t             *testing.T
	program, data string
	url           string
	target        *sql.DB
}

// TestMoveSurvivesKills kills quickconnectd migrate in the middle of a page again and again, and at last between its
// two marks. Each time it goes on where it was. The database is used by nothing until it has ended.
func TestMoveSurvivesKills(t *testing.T) {
	t.Parallel()
	kills := sized(4, 20)
	rows := pageOfMove * (kills + 1)
	m := newKilledMove(t, rows)
	var first string
	for kill := range kills {
		m.killAt(kill*pageOfMove + pageOfMove/2)
		if got, want := m.count(), kill*pageOfMove; got != want {
			t.Fatalf("after kill %d, %d rows are there, want %d", kill+1, got, want)
		}
		m.refused()
		if kill > 0 { // a row that is copied again has another transaction
			var at string
			ok(t, m.target.QueryRowContext(t.Context(), `SELECT xmin FROM names WHERE name = 'n000000'`).Scan(&at))
			if first == "" {
				first = at
			}
			if at != first {
				t.Fatal("it began again")
			}
		}
	}

	m.killBetweenMarks(rows - 1)
	m.refused()
	if _, err := store.Open(t.Context(), filepath.Join(m.data, "quickconnect.db")); err == nil ||
		!strings.Contains(err.Error(), "its platform moved to") {
		t.Errorf("the source after its mark: %v", err)
	}

	cmd, out := m.command()
	counted := regexp.MustCompile(fmt.Sprintf(`names +%d rows +sha256`, rows))
	if err := cmd.Run(); err != nil || !counted.MatchString(out.String()) ||
		!strings.Contains(out.String(), "going on with the move") {
		t.Errorf("%v: %s", err, out)
	}
	s, err := store.OpenPostgres(t.Context(), m.url)
	ok(t, err)
	ok(t, s.Close())
	t.Logf("%d kills in the middle of pages and one between the marks, %d rows", kills, rows)
}

// newKilledMove makes a platform with so many rows in one table, and an empty database with tables.
func newKilledMove(t *testing.T, rows int) *killedMove {
	t.Helper()
	p := acctest.StartProcess(t)
	p.Bootstrap("acme", "staging")
	p.Stop()
	source, err := sql.Open("sqlite", filepath.Join(p.DataDir, "quickconnect.db"))
	ok(t, err)
	_, err = source.ExecContext(t.Context(), `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
		INSERT INTO names (tenant, environment, kind, name, highest)
		SELECT 'acme', 'staging', 'scoped-tokens', printf('n%06d', i), i FROM n`, rows-1)
	ok(t, err)
	ok(t, source.Close())
	m := &killedMove{t: t, program: p.Program(), data: p.DataDir, url: pgtest.Shared(t).Empty(t)}
	s, err := store.OpenPostgres(t.Context(), m.url)
	ok(t, err)
	ok(t, s.Close())
	m.target, err = sql.Open("pgx", m.url)
	ok(t, err)
	t.Cleanup(func() { _ = m.target.Close() })
	return m
}

func (m *killedMove) command() (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.CommandContext(m.t.Context(), m.program, "migrate", "--from", m.data, "--to", m.url)
	out := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, out
	return cmd, out
}

// holdRow inserts a row of the source into the target, and does not commit: the move waits at that row.
func (m *killedMove) holdRow(row int) (release func()) {
	m.t.Helper()
	tx, err := m.target.BeginTx(m.t.Context(), nil)
	ok(m.t, err)
	_, err = tx.ExecContext(m.t.Context(), `INSERT INTO names (tenant, environment, kind, name, highest)
		VALUES ('acme', 'staging', 'scoped-tokens', $1, 0)`, fmt.Sprintf("n%06d", row))
	ok(m.t, err)
	return func() { ok(m.t, tx.Rollback()) }
}

// waits returns when a transaction waits for a lock.
func (m *killedMove) waits() {
	m.t.Helper()
	acctest.WaitFor(m.t, "the move waits", func() bool {
		var waiting int
		ok(m.t, m.target.QueryRowContext(m.t.Context(), `SELECT COUNT(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting))
		return waiting > 0
	})
}

// startUntil starts a move, and returns when it waits at a row. kill kills it, and release lets that row go.
func (m *killedMove) startUntil(row int) (kill, release func()) {
	m.t.Helper()
	release = m.holdRow(row)
	cmd, out := m.command()
	ok(m.t, cmd.Start())
	m.waits()
	return func() {
		m.t.Helper()
		ok(m.t, cmd.Process.Kill())
		if err := cmd.Wait(); err == nil {
			m.t.Fatalf("it ended before it was killed: %s", out)
		}
	}, release
}

// killAt kills a move while it copies a row.
func (m *killedMove) killAt(row int) {
	m.t.Helper()
	kill, release := m.startUntil(row)
	kill()
	release()
}

// killBetweenMarks kills a move that has marked the source, and waits to mark the target.
func (m *killedMove) killBetweenMarks(row int) {
	m.t.Helper()
	kill, release := m.startUntil(row)
	tx, err := m.target.BeginTx(m.t.Context(), nil)
	ok(m.t, err)
	_, err = tx.ExecContext(m.t.Context(), `SELECT 1 FROM moves FOR SHARE`)
	ok(m.t, err)
	release()
	acctest.WaitFor(m.t, "every row is there", func() bool { return m.count() == row+1 })
	m.waits()
	kill()
	// The server has the statement already, and would carry it out.
	_, err = m.target.ExecContext(m.t.Context(), `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	ok(m.t, err)
	ok(m.t, tx.Rollback())
}

func (m *killedMove) count() (rows int) {
	m.t.Helper()
	ok(m.t, m.target.QueryRowContext(m.t.Context(), `SELECT COUNT(*) FROM names`).Scan(&rows))
	return rows
}

// refused wants that nothing uses the database.
func (m *killedMove) refused() {
	m.t.Helper()
	out, err := exec.CommandContext(m.t.Context(), m.program, "token", "list", "--data-dir", m.data, "--database", m.url,
		"--tenant", "acme", "--environment", "staging").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "has not ended") {
		m.t.Fatalf("token list on a part of a platform: %v %s", err, out)
	}
}
