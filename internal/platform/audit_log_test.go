package platform_test

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/audit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// verifyAudit verifies the log of acme/staging with its own public key, and with a checkpoint that was kept; nil for
// none.
func (w *world) verifyAudit(older *auditlog.Checkpoint) (audit.Verified, error) {
	w.t.Helper()
	runner, err := txn.Open(w.t.Context(), w.store, w.keyring, w.clock, rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	_, public, err := keys.CheckpointSigner(runner.Keys, runner.Platform.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	key, err := note.NewVerifier(public)
	if err != nil {
		w.t.Fatal(err)
	}
	return audit.Verify(w.t.Context(), w.store, staging, key, older)
}

// checkpoints returns those that the platform has kept of acme/staging.
func (w *world) checkpoints() (all []store.AuditCheckpoint) {
	w.t.Helper()
	err := w.store.View(w.t.Context(), func(tx *store.Tx) (err error) {
		all, err = tx.Checkpoints(w.t.Context(), staging, 0, 100)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// TestCheckpointsAreKept: once an hour, of a log that has grown.
func TestCheckpointsAreKept(t *testing.T) {
	w := newWorld(t)
	w.sweep()
	first := w.checkpoints()
	w.newConnector("chat", nil)
	w.sweep()
	if got := w.checkpoints(); len(first) != 1 || len(got) != 1 {
		t.Errorf("%d, and %d within an hour", len(first), len(got))
	}
	for range 2 {
		w.clock.Advance(time.Hour)
		w.sweep()
	}
	if got := w.checkpoints(); len(got) != 2 || got[1].Size != int64(len(w.audit())) {
		t.Errorf("%d checkpoints", len(got))
	}
	got, err := w.verifyAudit(nil)
	if err != nil || got.Checkpoints != 2 || got.Events != int64(len(w.audit())) {
		t.Errorf("%+v, %v", got, err)
	}
	w.tamper(`UPDATE audit_checkpoints SET note = REPLACE(note, 'time', 'Time')`)
	if _, err := w.verifyAudit(nil); err == nil {
		t.Error("a changed checkpoint is not noticed")
	}
}

// TestEventsOfAnOlderBuild become the first leaves, and the head of their chain goes into every checkpoint.
func TestEventsOfAnOlderBuild(t *testing.T) {
	w := newWorld(t)
	w.newConnector("chat", nil)
	before := w.audit()
	w.tamper(`DELETE FROM audit_logs WHERE environment = 'staging' AND tenant = 'acme'`)
	w.tamper(`DELETE FROM audit_events WHERE environment = 'staging' AND tenant = 'acme'`)
	var head []byte
	for _, e := range before {
		previous := head
		e.Role, e.Address, e.UserAgent, e.Outcome, e.Version = "", "", "", "", 0
		head = e.ChainHash(previous)
		var detail any
		if len(e.Detail) > 0 {
			detail = `{"name":"` + e.Detail["name"] + `"}`
			e.Detail = map[string]string{"name": e.Detail["name"]}
			head = e.ChainHash(previous)
		}
		w.tamper(`INSERT INTO audit_chain (tenant, environment, sequence, id, at, actor, action, kind, object_id, request_id,
			detail, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, e.Tenant, e.Environment, e.Index+1, e.ID,
			e.At.UnixMicro(), e.Actor, e.Action, e.Kind, e.ObjectID, e.RequestID, detail, previous, head)
	}
	w.restart()
	w.newConnector("mail", nil)
	after := w.audit()
	if len(after) != len(before)+1 {
		t.Fatalf("%d events, and %d after the upgrade", len(before), len(after))
	}
	for i, e := range before {
		if after[i].ID != e.ID || after[i].Index != int64(i) || !after[i].At.Equal(e.At) || after[i].Action != e.Action {
			t.Errorf("%+v became %+v", e, after[i])
		}
	}
	w.sweep()
	got, err := w.verifyAudit(nil)
	if err != nil || got.Chain != int64(len(before)) {
		t.Fatalf("%+v, %v", got, err)
	}
	w.restart()
	if again := w.audit(); len(again) != len(after) {
		t.Errorf("%d events after one more start", len(again))
	}
	// A chain that did not verify before the upgrade does not afterwards.
	w.tamper(`DELETE FROM audit_checkpoints`)
	w.tamper(`UPDATE audit_logs SET chain_head = edge`)
	var bad *auditlog.BadEventError
	if _, err := w.verifyAudit(nil); !errors.As(err, &bad) || bad.Index != int64(len(before)-1) {
		t.Errorf("%v", err)
	}
}
