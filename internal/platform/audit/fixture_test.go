package audit_test

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/audit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

var (
	epoch      = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	staging    = store.Scope{Tenant: "acme", Environment: "staging"}
	production = store.Scope{Tenant: "acme", Environment: "production"}
)

// trail is a platform of which only the audit is used.
type trail struct {
	t      *testing.T
	path   string
	runner *txn.Runner
	clock  *clock.Fake
	key    note.Verifier
}

func newTrail(t *testing.T) *trail {
	t.Helper()
	dir := t.TempDir()
	w := &trail{t: t, path: filepath.Join(dir, "quickconnect.db"), clock: clock.NewFake(epoch)}
	s, err := store.Open(t.Context(), w.path)
	w.ok(err)
	t.Cleanup(func() { _ = s.Close() })
	ring, err := keyring.Create(dir)
	w.ok(err)
	w.runner, err = txn.Open(t.Context(), s, ring, w.clock, rand.Reader)
	w.ok(err)
	_, public, err := keys.CheckpointSigner(w.runner.Keys, w.runner.Platform.ID)
	w.ok(err)
	w.key, err = note.NewVerifier(public)
	w.ok(err)
	return w
}

func (w *trail) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// record adds n events to an environment, a second apart.
func (w *trail) record(scope store.Scope, n int) {
	w.t.Helper()
	for i := range n {
		w.clock.Advance(time.Second)
		by := txn.Caller{
			Scope: scope, Actor: "prn_1", Role: "deployer", Workload: "wid_1",
			Address: "192.0.2.1", UserAgent: "terraform", RequestID: fmt.Sprintf("req_%d", i),
		}
		w.ok(w.runner.Update(w.t.Context(), by, func(tx *txn.Tx) error {
			return tx.AuditEvent(w.t.Context(), store.AuditEvent{
				Action: txn.ActionCreate, Kind: "connectors", ObjectID: fmt.Sprintf("con_%d", i), Version: 1,
				Claims: map[string]string{"ref": "main"},
				Detail: map[string]string{"name": fmt.Sprintf("chat-%d", i)},
			})
		}))
	}
}

// keep stores a checkpoint, and returns it.
func (w *trail) keep(scope store.Scope) *auditlog.Checkpoint {
	w.t.Helper()
	var signed audit.Signed
	w.ok(w.runner.Update(w.t.Context(), txn.Caller{Scope: scope}, func(tx *txn.Tx) (err error) {
		signed, err = audit.Keep(w.t.Context(), tx, scope)
		return err
	}))
	return &signed.Checkpoint
}

func (w *trail) verify(scope store.Scope, older *auditlog.Checkpoint) (audit.Verified, error) {
	w.t.Helper()
	return audit.Verify(w.t.Context(), w.runner.Store, scope, w.key, older)
}

// beside opens the database as an attacker would. Nothing that it writes has to survive.
func (w *trail) beside() *sql.DB {
	w.t.Helper()
	db, err := sql.Open("sqlite", w.path)
	w.ok(err)
	db.SetMaxOpenConns(1)
	w.t.Cleanup(func() { _ = db.Close() })
	_, err = db.ExecContext(w.t.Context(), `PRAGMA synchronous = OFF`)
	w.ok(err)
	return db
}
