package move_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/move"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/postgres"
)

var epoch = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// older returns the path of a database with every kind of object, which an older build made.
func older(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../acctest/testdata/older_build/quickconnect.db")
	ok(t, err)
	path := filepath.Join(t.TempDir(), "quickconnect.db")
	ok(t, os.WriteFile(path, data, 0o600))
	return path
}

// current is the same with today's tables, and the id of a platform that was started since.
func current(t *testing.T) string {
	t.Helper()
	path := older(t)
	s, err := store.Open(t.Context(), path)
	ok(t, err)
	ok(t, s.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.InsertPlatform(t.Context(), &store.Platform{ID: "plt_1", Incarnation: 1, CreatedAt: epoch}); err != nil {
			return err
		}
		audited, err := tx.ChainEvents(t.Context(), 3) // the others stay in the chain
		for _, e := range audited {
			e.Salt = make([]byte, auditlog.SaltSize)
			err = errors.Join(err, tx.TakeFromChain(t.Context(), e))
		}
		return errors.Join(err, tx.BeginUses(t.Context(), epoch))
	}))
	ok(t, s.Close())
	exec(t, path, `INSERT INTO version_uses SELECT c.tenant, c.environment, v.credential_id, v.number, 1, 2, 3, '[]', '[]',
		'[]', 0, '{}', '{}' FROM versions v JOIN credentials c ON c.id = v.credential_id`)
	for _, statement := range people {
		exec(t, path, statement)
	}
	return path
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// exec runs a statement in a database of either engine.
func exec(t *testing.T, database, statement string) {
	t.Helper()
	db := opened(t, database)
	defer func() { _ = db.Close() }()
	_, err := db.ExecContext(t.Context(), statement)
	ok(t, err)
}

func query(t *testing.T, database, statement string, dest ...any) {
	t.Helper()
	db := opened(t, database)
	defer func() { _ = db.Close() }()
	ok(t, db.QueryRowContext(t.Context(), statement).Scan(dest...))
}

func opened(t *testing.T, database string) *sql.DB {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(database, "postgres:") {
		driver, database = "pgx", database+"&default_query_exec_mode=exec" // a pooler keeps no prepared statement
	}
	db, err := sql.Open(driver, database)
	ok(t, err)
	return db
}

func run(t *testing.T, from, to string) ([]move.Sum, error) {
	t.Helper()
	return move.Run(t.Context(), move.Config{From: from, To: to, Clock: clock.NewFake(epoch)})
}

// reported moves, and tells how far it is.
func reported(ctx context.Context, from, to string, report func(move.Progress)) ([]move.Sum, error) {
	return move.Run(ctx, move.Config{From: from, To: to, Clock: clock.NewFake(epoch), Report: report})
}

// interrupted moves until a table is reached.
func interrupted(t *testing.T, from, to, table string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := reported(ctx, from, to, func(p move.Progress) {
		if p.Table == table {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the move was not interrupted at %s: %v", table, err)
	}
	refused(t, err, "run the same command again")
}

// refused wants an error with these words.
func refused(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("got %v, want an error with %q", err, w)
		}
	}
}

// TestMove moves every table, directly and through a pooler that gives every transaction another connection.
func TestMove(t *testing.T) {
	t.Parallel()
	for name, to := range map[string]func(*testing.T) string{
		"directly": func(t *testing.T) string { t.Helper(); return pgtest.Shared(t).Empty(t) },
		"behind a pooler": func(t *testing.T) string {
			t.Helper()
			return pgtest.Shared(t).Pooled(t, pgtest.Shared(t).Empty(t))
		},
		"into a database with tables": func(t *testing.T) string {
			t.Helper()
			url := pgtest.Shared(t).Empty(t)
			s, err := store.OpenPostgres(t.Context(), url)
			ok(t, err)
			ok(t, s.Close())
			return url
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, url := current(t), to(t)
			sums, err := run(t, from, url)
			ok(t, err)
			rows := map[string]int64{}
			for _, s := range sums {
				rows[s.Table] = s.Rows
				if len(s.SHA256) != 64 {
					t.Errorf("%+v", s)
				}
			}
			for _, table := range []string{
				"platform", "keys", "principals", "connectors", "scoped_tokens", "signing_secrets", "webhook_endpoints",
				"rotation_policies", "deliveries", "secrets", "versions", "audit_events", "audit_logs",
				"audit_chain", "usage", "version_uses", "use_impairments", "access_changes", "clock", "issuers",
				"persons", "role_bindings", "sessions", "sign_ins",
			} {
				if rows[table] == 0 {
					t.Errorf("table %s has no rows, so the test shows nothing of it", table)
				}
			}
			for _, table := range []string{"serving", "moves", "goose_db_version"} {
				if _, found := rows[table]; found {
					t.Errorf("%s is of the database itself, and was moved", table)
				}
			}
			s, err := store.OpenPostgres(t.Context(), url)
			ok(t, err)
			ok(t, s.Close())
			var sequences string
			query(t, url, `SELECT COALESCE(string_agg(sequencename, ' '), '') FROM pg_sequences
				WHERE schemaname = current_schema() AND sequencename NOT LIKE 'goose%'`, &sequences)
			if sequences != "" {
				t.Errorf("%s would begin at 1 after a move: set what it gives next", sequences)
			}

			_, err = store.Open(t.Context(), from)
			var moved *store.MovedError
			if !errors.As(err, &moved) || !moved.At.Equal(epoch) {
				t.Errorf("the source opens, or says something else: %v", err)
			}
			refused(t, err, moved.Place, "--database", "migrate --undo")
			_, err = run(t, from, url)
			refused(t, err, "already", "nothing was done")
			_, err = run(t, from, pgtest.Shared(t).Empty(t))
			refused(t, err, "moved to another database already", "--undo")
		})
	}
}

// TestUndo: a source that was left can be used again, once its operator says so.
func TestUndo(t *testing.T) {
	t.Parallel()
	from, url := older(t), pgtest.Shared(t).Empty(t)
	_, err := move.Undo(t.Context(), from)
	refused(t, err, "nothing to undo")
	_, err = run(t, from, url)
	ok(t, err)
	place, err := move.Undo(t.Context(), from)
	ok(t, err)
	if !strings.HasPrefix(place, "test_") {
		t.Errorf("it moved to %q", place)
	}
	s, err := store.Open(t.Context(), from)
	ok(t, err)
	ok(t, s.Close())
	_, err = run(t, from, pgtest.Shared(t).Empty(t))
	ok(t, err)
}

// TestTargetIsRefused: a database with anything in it stays as it is.
func TestTargetIsRefused(t *testing.T) {
	t.Parallel()
	from := current(t)
	foreign := pgtest.Shared(t).Empty(t)
	exec(t, foreign, `CREATE TABLE invoices (id BIGINT)`)
	_, err := run(t, from, foreign)
	refused(t, err, `table "invoices"`, "not empty")
	var tables int
	query(t, foreign, `SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema()`, &tables)
	if tables != 1 {
		t.Errorf("%d tables in a database that was refused", tables)
	}

	used := pgtest.Shared(t).Empty(t)
	s, err := store.OpenPostgres(t.Context(), used)
	ok(t, err)
	ok(t, s.Serving.Join(t.Context(), "the test"))
	_, err = run(t, from, used)
	if refused(t, err, "the test"); !errors.Is(err, store.ErrServed) {
		t.Error(err)
	}
	ok(t, s.Update(t.Context(), func(tx *store.Tx) error {
		return tx.CreateEnvironment(t.Context(), store.Scope{Tenant: "acme", Environment: "staging"}, epoch)
	}))
	ok(t, s.Close())
	_, err = run(t, from, used)
	if refused(t, err, "has rows"); !errors.Is(err, move.ErrNotEmpty) {
		t.Error(err)
	}

	other := current(t)
	exec(t, other, `UPDATE platform SET id = 'plt_other'`)
	taken := pgtest.Shared(t).Empty(t)
	interrupted(t, other, taken, "versions")
	_, err = run(t, from, taken)
	refused(t, err, "another platform", other, "not empty")
	s, err = store.Open(t.Context(), from) // it was not marked
	ok(t, err)
	ok(t, s.Close())
}

// TestInterruptedMove: nothing uses a database that has a part of a platform, until the move goes on and ends.
func TestInterruptedMove(t *testing.T) {
	t.Parallel()
	from, url := older(t), pgtest.Shared(t).Empty(t)
	interrupted(t, from, url, "versions")
	_, err := store.OpenPostgres(t.Context(), url)
	var moved *store.MovedError
	if !errors.As(err, &moved) || !moved.At.IsZero() {
		t.Errorf("a part of a platform opens: %v", err)
	}
	refused(t, err, "migrate again", "drop the database", from)
	resumed, complete := false, false
	_, err = reported(t.Context(), from, url, func(p move.Progress) {
		resumed = resumed || p.Resumed
		complete = complete || p.Table == "environments" && p.Done == p.Rows && p.Rows > 0
	})
	ok(t, err)
	if !resumed || !complete {
		t.Error("it did not go on where it was")
	}
}

// TestChangedRowIsFound: what differs on the two sides is named, whichever side was changed, and the source stays.
func TestChangedRowIsFound(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, from, to string){
		"a row of the target": func(t *testing.T, _, to string) {
			t.Helper()
			exec(t, to, `UPDATE principals SET name = name || ' ' WHERE id = (SELECT MIN(id) FROM principals)`)
		},
		"a row less in the target": func(t *testing.T, _, to string) {
			t.Helper()
			exec(t, to, `DELETE FROM principals WHERE id = (SELECT MIN(id) FROM principals)`)
		},
		"a row of the source": func(t *testing.T, from, _ string) {
			t.Helper()
			exec(t, from, `UPDATE principals SET expires_at = expires_at + 1 WHERE id = (SELECT MIN(id) FROM principals)`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, url := older(t), pgtest.Shared(t).Empty(t)
			interrupted(t, from, url, "versions")
			change(t, from, url)
			sums, err := run(t, from, url)
			refused(t, err, "table principals is not the same on both sides", "drop the database")
			for _, s := range sums {
				if s.Table == "principals" {
					t.Error("the checksum of a table that differs is shown as if it did not")
				}
			}
			s, err := store.Open(t.Context(), from)
			ok(t, err)
			ok(t, s.Close())
			_, err = store.OpenPostgres(t.Context(), url)
			refused(t, err, "has not ended")
		})
	}
}

// TestEndIsInterrupted: between the mark in the source and that in the target, neither of them is used, and the next
// attempt ends the move.
func TestEndIsInterrupted(t *testing.T) {
	t.Parallel()
	from, url := older(t), pgtest.Shared(t).Empty(t)
	interrupted(t, from, url, "versions")
	exec(t, url, `ALTER TABLE moves ADD CONSTRAINT never_ends CHECK (ended_at = 0)`)
	_, err := run(t, from, url)
	refused(t, err, "never_ends")
	_, err = store.Open(t.Context(), from)
	refused(t, err, "moved to")
	_, err = store.OpenPostgres(t.Context(), url)
	refused(t, err, "has not ended")
	exec(t, url, `ALTER TABLE moves DROP CONSTRAINT never_ends`)
	const rename = `UPDATE principals SET name = name || $$!$$ WHERE id = (SELECT MIN(id) FROM principals)`
	var name string
	query(t, url, `SELECT name FROM principals WHERE id = (SELECT MIN(id) FROM principals)`, &name)
	exec(t, url, rename)
	_, err = run(t, from, url)
	refused(t, err, "table principals is not the same on both sides", "migrate --undo")
	exec(t, url, strings.Replace(rename, "name || $$!$$", "$$"+name+"$$", 1))
	_, err = run(t, from, url)
	ok(t, err)
	s, err := store.OpenPostgres(t.Context(), url)
	ok(t, err)
	ok(t, s.Close())
}

// TestServerGoesAway: a move that its server has ended says that it goes on, and does.
func TestServerGoesAway(t *testing.T) {
	t.Parallel()
	server := pgtest.Own(t)
	from, url := older(t), server.Empty(t)
	stopped := false
	_, err := reported(t.Context(), from, url, func(p move.Progress) {
		if p.Table == "versions" && !stopped {
			stopped = true
			server.Stop(t)
		}
	})
	if refused(t, err, "run the same command again"); !errors.Is(err, store.ErrUnavailable) {
		t.Error(err)
	}
	server.Start(t)
	_, err = run(t, from, url)
	ok(t, err)
}

// TestOvertaken: of two processes that go on with a move, the later one has it.
func TestOvertaken(t *testing.T) {
	t.Parallel()
	from, url := older(t), pgtest.Shared(t).Empty(t)
	_, err := reported(t.Context(), from, url, func(p move.Progress) {
		if p.Table == "versions" {
			exec(t, url, `UPDATE moves SET attempt = attempt + 1`)
		}
	})
	if !errors.Is(err, postgres.ErrOvertaken) {
		t.Error(err)
	}
}

// TestSourceIsLocked: no command changes the source during the move.
func TestSourceIsLocked(t *testing.T) {
	t.Parallel()
	from, url := older(t), pgtest.Shared(t).Empty(t)
	locked := false
	_, err := reported(t.Context(), from, url, func(p move.Progress) {
		if p.Table != "versions" || locked {
			return
		}
		db := opened(t, from)
		_, err := db.ExecContext(t.Context(), `UPDATE clock SET written_at = written_at + 1`)
		locked = err != nil && strings.Contains(err.Error(), "locked")
		ok(t, db.Close())
	})
	ok(t, err)
	if !locked {
		t.Error("another process wrote to the source")
	}
}

// TestEveryValueIsMoved: texts of any characters, empty bytes and NULL stay what they are. Rows that are larger than a
// page are pages of their own.
func TestEveryValueIsMoved(t *testing.T) {
	t.Parallel()
	from, url := current(t), pgtest.Shared(t).Empty(t)
	const insert = `INSERT INTO idempotency (principal, method, path, idempotency_key, body_hash, status, etag, location,
		body, at) VALUES ($1, 'POST', '/', $2, $3, 9223372036854775807, '', '', $4, -9223372036854775808)`
	db := opened(t, from)
	tx, err := db.BeginTx(t.Context(), nil)
	ok(t, err)
	for i, principal := range []string{"Zürich", "zürich", "𝄞", "\uffff", "a\nb", `\.`, `\N`, "", " "} {
		_, err := tx.ExecContext(t.Context(), insert, principal, "k", []byte{}, nil)
		ok(t, err)
		_, err = tx.ExecContext(t.Context(), insert, principal, "l", []byte{0, 255, '\\'}, make([]byte, i<<19))
		ok(t, err)
	}
	ok(t, tx.Commit())
	ok(t, db.Close())
	sums, err := run(t, from, url)
	ok(t, err)
	var nulls, empties int
	query(t, url, `SELECT COUNT(*) FILTER (WHERE body IS NULL), COUNT(*) FILTER (WHERE length(body_hash) = 0)
		FROM idempotency WHERE idempotency_key = 'k'`, &nulls, &empties)
	if nulls != 9 || empties != 9 {
		t.Errorf("%d are NULL and %d empty, want 9 of each: %+v", nulls, empties, sums)
	}
}

// TestUnusableTarget: the error says what the matter is, and has no password.
func TestUnusableTarget(t *testing.T) {
	t.Parallel()
	from := older(t)
	for url, says := range map[string]string{
		"postgres://u:hidden@127.0.0.1:1/gone?sslmode=disable": "does not answer",
		"postgres://u:hidden@%zz/x":                            "not valid",
	} {
		_, err := run(t, from, url)
		if refused(t, err, says); strings.Contains(err.Error(), "hidden") {
			t.Error(err)
		}
	}
}
