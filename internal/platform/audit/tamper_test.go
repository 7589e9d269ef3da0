package audit_test

import (
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// tamperings is small enough for every run of the tests. `make campaign` raises it.
var tamperings = flag.Int("tamperings", 2000, "how many random changes of the audit trail to make")

const tampered = 37 // events

// attack is one way to change what the database has of the audit trail of acme/staging.
type attack struct {
	t      *testing.T
	db     *sql.DB
	random *rand.Rand
	events []*store.AuditEvent // as they were recorded
}

// exec runs a statement of the attack on one row.
func (a *attack) exec(statement string, args ...any) {
	a.t.Helper()
	if _, err := a.db.ExecContext(a.t.Context(), statement, args...); err != nil {
		a.t.Fatalf("%s %v: %v", statement, args, err)
	}
}

func (a *attack) any() int64 { return a.random.Int64N(tampered) }

const (
	ofEvent = ` WHERE tenant = 'acme' AND environment = 'staging' AND leaf = ?`
	ofLog   = ` WHERE tenant = 'acme' AND environment = 'staging'`
)

// attacks return the index that must be named, or -1 where the log is bad as a whole.
var attacks = map[string]func(a *attack) int64{
	"change": func(a *attack) int64 {
		columns := []string{
			"id = id || 'x'", "at = at + 1", "actor = 'prn_2'", "role = ''", "workload = 'wid_2'", "claims = NULL",
			`claims = '{"ref":"x"}'`, "action = 'delete'", "kind = 'x'", "object_id = 'x'", "version = version + 1",
			"outcome = 'failure'", "address = '192.0.2.2'", "user_agent = ''", "request_id = 'x'", "detail = NULL",
			`detail = '{"name":"x"}'`, "salt = NULL", "salt = randomblob(32)", "commitment = randomblob(32)", "erased = 1",
			"actor = actor || role, role = ''", "environment = 'production', leaf = leaf + 1000", "tenant = 'x'",
		}
		i := a.any()
		a.exec(`UPDATE audit_events SET `+columns[a.random.IntN(len(columns))]+ofEvent, i)
		return i
	},
	"delete": func(a *attack) int64 {
		i := a.any()
		a.exec(`DELETE FROM audit_events`+ofEvent, i)
		return i
	},
	"erase": func(a *attack) int64 { // as quickconnectd does, but for the commitment
		i := a.any()
		a.exec(`UPDATE audit_events SET at = 0, actor = '', role = '', workload = '', claims = NULL, action = '', kind = '',
			object_id = '', version = 0, outcome = '', address = '', user_agent = '', request_id = '', detail = NULL,
			salt = NULL, erased = 1, commitment = randomblob(32)`+ofEvent, i)
		return i
	},
	"swap": func(a *attack) int64 {
		i, j := a.any(), a.any()
		for i == j {
			j = a.any()
		}
		a.exec(`UPDATE audit_events SET leaf = -1`+ofEvent, i)
		a.exec(`UPDATE audit_events SET leaf = ?`+ofEvent, i, j)
		a.exec(`UPDATE audit_events SET leaf = ?`+ofEvent, j, -1)
		return min(i, j)
	},
	"move": func(a *attack) int64 {
		i := a.any()
		to := []int64{-1, tampered, tampered + 5}[a.random.IntN(3)]
		a.exec(`UPDATE audit_events SET leaf = ?`+ofEvent, to, i)
		if to < 0 {
			return to
		}
		return i
	},
	"insert": func(a *attack) int64 {
		to := []int64{-1, tampered, tampered + 1 + a.any()}[a.random.IntN(3)]
		a.exec(`CREATE TEMP TABLE one AS SELECT * FROM audit_events`+ofEvent, a.any())
		a.exec(`UPDATE one SET leaf = ?, id = 'evt_inserted'`, to)
		a.exec(`INSERT INTO audit_events SELECT * FROM one`)
		a.exec(`DROP TABLE one`)
		return to
	},
	"stored hash": func(a *attack) int64 {
		i := a.any()
		place := a.random.IntN(4)
		a.exec(fmt.Sprintf(`UPDATE audit_events SET hashes = CASE WHEN length(hashes) > 32 * %[1]d
			THEN CAST(substr(hashes, 1, 32 * %[1]d) || randomblob(32) || substr(hashes, 32 * %[1]d + 33) AS BLOB)
			ELSE CAST(hashes || randomblob(32) AS BLOB) END`, place)+ofEvent, i)
		return i
	},
	"row of the log": func(a *attack) int64 {
		changes := []string{
			"root = randomblob(32)", "edge = CAST(randomblob(32) || substr(edge, 33) AS BLOB)", "size = size - 1",
			"size = size + 1", "size = 0", "chain_size = 3, chain_head = randomblob(32)",
		}
		a.exec(`UPDATE audit_logs SET ` + changes[a.random.IntN(len(changes))] + ofLog)
		return -1
	},
	"no row of the log": func(a *attack) int64 {
		a.exec(`DELETE FROM audit_logs` + ofLog)
		return -1
	},
	// Events are missing at the end, and everything that is stored fits what is left.
	"truncate": func(a *attack) int64 {
		left := a.any()
		a.exec(`DELETE FROM audit_events`+ofLog+` AND leaf >= ?`, left)
		a.exec(`DELETE FROM audit_checkpoints`+ofLog+` AND size > ?`, left)
		a.rewrite(a.events[:left])
		return left
	},
	// The whole log is written anew, with one other event, and all checkpoints of the database are deleted.
	"rewrite": func(a *attack) int64 {
		i := a.any()
		events := append([]*store.AuditEvent{}, a.events...)
		other := *events[i]
		other.Actor = "prn_2"
		other.Commitment = other.Commit()
		events[i] = &other
		a.exec(`UPDATE audit_events SET actor = ?, commitment = ?`+ofEvent, other.Actor, other.Commitment, i)
		a.exec(`DELETE FROM audit_checkpoints` + ofLog)
		a.rewrite(events)
		return -1
	},
}

// rewrite stores all hashes of a log as they follow from its events.
func (a *attack) rewrite(events []*store.AuditEvent) {
	a.t.Helper()
	var log auditlog.Log
	for i, e := range events {
		hashes, err := log.Append(auditlog.Leaf(e.Commitment))
		if err != nil {
			a.t.Fatal(err)
		}
		a.exec(`UPDATE audit_events SET hashes = ?`+ofEvent, auditlog.Bytes(hashes), i)
	}
	root, err := log.Root()
	if err != nil {
		a.t.Fatal(err)
	}
	a.exec(`UPDATE audit_logs SET size = ?, root = ?, edge = ?`+ofLog, log.Size, root[:], auditlog.Bytes(log.Edge))
}

// undo puts the tables back.
func (a *attack) undo() {
	for _, table := range []string{"audit_events", "audit_logs", "audit_checkpoints"} {
		a.exec(`DELETE FROM ` + table)
		a.exec(`INSERT INTO ` + table + ` SELECT * FROM kept_` + table)
	}
}

// TestTampering makes random changes, deletions, swaps, insertions and truncations of single rows and stored hashes,
// and verifies with a checkpoint that was kept. Every one is found, and the first bad event is named.
func TestTampering(t *testing.T) {
	t.Parallel()
	w := newTrail(t)
	w.record(production, 3)
	w.record(staging, tampered/2)
	w.keep(staging)
	w.record(staging, tampered-tampered/2)
	kept := w.keep(staging)
	a := &attack{t: t, db: w.beside(), random: rand.New(rand.NewPCG(13, 4))}
	w.ok(w.runner.Store.View(t.Context(), func(tx *store.Tx) (err error) {
		a.events, err = tx.AuditEvents(t.Context(), staging, store.AuditFilter{Limit: 1000})
		return err
	}))
	for _, table := range []string{"audit_events", "audit_logs", "audit_checkpoints"} {
		a.exec(`CREATE TEMP TABLE kept_` + table + ` AS SELECT * FROM ` + table)
	}
	names := slices.Sorted(maps.Keys(attacks))
	for n := range *tamperings {
		name := names[n%len(names)]
		a.exec(`BEGIN`)
		want := attacks[name](a)
		a.exec(`COMMIT`)
		_, err := w.verify(staging, kept)
		var bad *auditlog.BadEventError
		switch {
		case err == nil:
			t.Errorf("%d: nothing was found of: %s %d", n, name, want)
		case want >= 0 && (!errors.As(err, &bad) || bad.Index != want):
			t.Errorf("%d: after %s %d: %v", n, name, want, err)
		}
		a.exec(`BEGIN`)
		a.undo()
		a.exec(`COMMIT`)
		if n%500 == 0 {
			got, err := w.verify(staging, kept)
			if err != nil || got.Events != tampered || got.Checkpoints != 3 {
				t.Fatalf("without a change: %+v, %v", got, err)
			}
		}
	}
	t.Logf("%d changes were found", *tamperings)
}

// TestRootAloneProvesNothing shows why every hash is computed from the leaves: with a leaf overwritten, the tree has
// the same root.
func TestRootAloneProvesNothing(t *testing.T) {
	t.Parallel()
	w := newTrail(t)
	w.record(staging, 8)
	kept := w.keep(staging)
	if _, err := w.beside().ExecContext(t.Context(),
		`UPDATE audit_events SET hashes = CAST(randomblob(32) || substr(hashes, 33) AS BLOB)`+ofEvent, 3); err != nil {
		t.Fatal(err)
	}
	w.ok(w.runner.Store.View(t.Context(), func(tx *store.Tx) error {
		root, err := tlog.TreeHash(8, tx.AuditHashes(t.Context(), staging))
		if root != kept.Root {
			t.Errorf("the root is another one: %v", root)
		}
		return err
	}))
	var bad *auditlog.BadEventError
	if _, err := w.verify(staging, kept); !errors.As(err, &bad) || bad.Index != 3 {
		t.Errorf("got %v", err)
	}
}
