package platform_test

import (
	"crypto/rand"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/audit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/backup"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/journal"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/restore"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// journaled begins a journal.
func (w *world) journaled() (path string) {
	w.t.Helper()
	path = filepath.Join(w.t.TempDir(), "journal")
	var err error
	if w.journal, err = journal.Open(path); err != nil {
		w.t.Fatal(err)
	}
	w.restart()
	return path
}

// backsUp makes a backup, and returns what puts it in the place of the database.
func (w *world) backsUp() (restores func()) {
	w.t.Helper()
	if w.url != "" {
		return w.snapshot()
	}
	file := filepath.Join(w.t.TempDir(), "backup")
	key := backup.KEK{Context: w.t.Context(), Keyring: w.keyring, Number: w.keyring.Newest()}
	_, err := backup.Write(w.t.Context(), backup.Config{
		Database: w.file(), Out: file, At: w.clock.Now(), Recipients: []age.Recipient{key},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return func() {
		w.t.Helper()
		w.close()
		for _, suffix := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(w.file() + suffix)
		}
		_, _, err := restore.FromFile(w.t.Context(), restore.File{
			Backup: file, Database: w.file(), Keyring: w.keyring, Identities: []age.Identity{key}, Clock: w.clock,
			Random: rand.Reader, Marking: restore.Marking{Source: store.RestoredBackup},
		})
		if err != nil {
			w.t.Fatal(err)
		}
		w.open()
	}
}

// snapshot is backsUp where the database has tools of its own.
func (w *world) snapshot() (restores func()) {
	w.t.Helper()
	w.close()
	copied := pgtest.Shared(w.t).Snapshot(w.t, w.url)
	w.open()
	return func() {
		w.t.Helper()
		w.close()
		w.url = copied
		s, err := store.OpenPostgres(w.t.Context(), w.url)
		if err != nil {
			w.t.Fatal(err)
		}
		r, err := txn.Open(w.t.Context(), s, w.keyring, w.clock, rand.Reader)
		if err == nil {
			_, err = restore.Mark(w.t.Context(), r, restore.Marking{Source: store.RestoredElsewhere})
		}
		if err := errors.Join(err, s.Close()); err != nil {
			w.t.Fatal(err)
		}
		w.open()
	}
}

// signedNow returns a checkpoint of acme/staging as it is.
func (w *world) signedNow() *auditlog.Checkpoint {
	w.t.Helper()
	var signed audit.Signed
	err := w.runner().View(w.t.Context(), txn.Caller{}, func(tx *txn.Tx) (err error) {
		signed, err = audit.Sign(w.t.Context(), tx, staging)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return &signed.Checkpoint
}

// lostIn returns what a journal has and the database lacks.
func (w *world) lostIn(path string) []journal.Entry {
	w.t.Helper()
	r := w.runner()
	state, err := restore.Look(w.t.Context(), r)
	if err != nil {
		w.t.Fatal(err)
	}
	kept, err := restore.ReadJournals([]string{path}, state)
	if err != nil || len(kept.Gaps) != 0 {
		w.t.Fatal(kept.Gaps, err)
	}
	lost, err := restore.Lost(w.t.Context(), r, state, kept.Entries)
	if err != nil {
		w.t.Fatal(err)
	}
	return lost
}

// Confirm ends again what the journal says had ended after the backup, and nothing else.
func TestConfirmAppliesTheJournal(t *testing.T) {
	w := newWorld(t)
	path := w.journaled()
	connector, leaky := w.newConnector("slack", nil).ID, w.newConnector("leaky", nil).ID
	policy := w.newPolicy("soon", object{"require_acknowledgement": false}).ID
	ids, values := map[string]string{}, map[string]string{}
	for name, of := range map[string]string{
		"kept": connector, "revoked": connector, "deleted": connector, "rotated": connector, "value": connector,
		"quarantined": leaky, "released": leaky,
	} {
		ids[name] = w.newToken(name, of, object{"rotation_policy_id": policy, "expires_at": nil}).ID
		values[name] = w.reveal(ids[name], 1)
	}
	restores := w.backsUp()
	w.step(ids["revoked"], "rotate", nil).want(200)
	w.clock.Advance(2 * time.Hour)
	w.sweep() // version 1 ends, and then the token is revoked
	w.lifecycle(ids["revoked"], "revoke", object{"all": true, "reason": "leaked"})
	w.step(ids["rotated"], "rotate", nil).want(200)
	w.do("DELETE", pathOf(ids["deleted"]), nil).want(204)
	w.as(api.RoleSecurity, "POST", "/v1/revoke", url.Values{"token": {values["value"]}}).want(200)
	w.as(api.RoleSecurity, "POST", pathOf(ids["quarantined"])+"/quarantine", because).want(200)
	w.as(api.RoleSecurity, "POST", pathOf(ids["released"])+"/quarantine", because).want(200)
	w.as(api.RoleSecurity, "POST", pathOf(ids["released"])+"/release-quarantine", because).want(200)
	w.newToken("made", connector, nil)
	planner := decoded[api.Identity](w.as(api.RolePlanner, "GET", "/v1/identity", nil)).PrincipalID
	w.as(api.RoleSecurity, "DELETE", "/v1/principals/"+planner, nil).want(204)

	restores()
	lost := w.lostIn(path)
	actions := map[string]int{}
	for _, e := range lost {
		actions[e.Action+" "+e.Kind]++
	}
	for what, n := range map[string]int{
		"create scoped-tokens": 1, "rotate scoped-tokens": 2, "revoke scoped-tokens": 2, "closed scoped-tokens": 1,
		"quarantine scoped-tokens": 2, "release_quarantine scoped-tokens": 1, "delete principals": 1, "create connectors": 0,
	} {
		if actions[what] != n {
			t.Errorf("%s: %d, want %d, of %v", what, actions[what], n, actions)
		}
	}
	again, byHand := restore.Contain(lost)
	done, err := w.p.ConfirmRestore(t.Context(), again)
	if err != nil || done != 5 || len(byHand) != 0 {
		t.Fatalf("%d were ended again, %d are left, %v", done, len(byHand), err)
	}
	for name, want := range map[string]bool{
		"kept": true, "rotated": true, "released": true, "revoked": false, "deleted": false, "value": false,
		"quarantined": false,
	} {
		if got := w.introspect(api.RoleAuditor, values[name]).Active; got != want {
			t.Errorf("%s: active %v", name, got)
		}
	}
	w.as(api.RolePlanner, "GET", "/v1/identity", nil).want(401)
	if _, err := w.p.ConfirmRestore(t.Context(), again); err == nil {
		t.Error("it was confirmed twice")
	}
}

// What was disabled, and what ended as a whole, is so again. What was enabled again at last stays enabled.
func TestConfirmDisablesAndDeletes(t *testing.T) {
	w := newWorld(t)
	path := w.journaled()
	off, on := w.newConnector("off", nil).ID, w.newConnector("on", nil).ID
	of := map[string]string{
		off: w.reveal(w.newToken("a", off, nil).ID, 1), on: w.reveal(w.newToken("b", on, nil).ID, 1),
	}
	endpoint := w.newEndpoint("hook", on, nil).ID
	identity := w.newIdentity("pipeline", nil).ID
	access := w.openedAlone(api.RolePlanner)
	restores := w.backsUp()
	for _, enabled := range []bool{false, true} {
		w.patchConnector(on, object{"enabled": enabled})
	}
	w.patchConnector(off, object{"enabled": false})
	w.patchEndpoint(endpoint, object{"enabled": false})
	w.do("DELETE", pathIdentities+"/"+identity, nil).want(204)
	w.do("POST", pathAccess+"/"+access.ID+"/revoke", object{}).want(200)

	restores()
	again, byHand := restore.Contain(w.lostIn(path))
	done, err := w.p.ConfirmRestore(t.Context(), again)
	if err != nil || done != 4 || len(byHand) != 0 {
		t.Fatalf("%d were done again, %d are left, %v", done, len(byHand), err)
	}
	for id, want := range map[string]bool{off: false, on: true} {
		if got := w.introspect(api.RoleAuditor, of[id]).Active; got != want {
			t.Errorf("connector %s is enabled: %v", id, got)
		}
	}
	if w.endpoint(endpoint).Enabled {
		t.Error("the endpoint is enabled")
	}
	w.do("GET", pathIdentities+"/"+identity, nil).want(404)
	if w.introspect(api.RoleAuditor, access.AccessToken).Active {
		t.Error("the access token is accepted")
	}
}

// The log of a restored platform verifies. With a checkpoint that has events which the restore has lost, the error says
// that it was a restore; after a change it does not.
func TestAuditAfterARestore(t *testing.T) {
	w := newWorld(t)
	w.journaled()
	connector := w.newConnector("slack", nil).ID
	restores := w.backsUp()
	before := w.signedNow()
	w.patchConnector(connector, object{"owner": "other"})
	w.patchConnector(connector, object{"owner": "another"})
	lost := w.signedNow()
	restores()
	w.confirm()
	w.patchConnector(connector, object{"owner": "new"})
	w.patchConnector(connector, object{"owner": "newer"})
	for _, older := range []*auditlog.Checkpoint{nil, before, w.signedNow()} {
		if _, err := w.verifyAudit(older); err != nil {
			t.Error(err)
		}
	}
	_, err := w.verifyAudit(lost)
	if err == nil || !strings.Contains(err.Error(), "was restored from a backup") ||
		!strings.Contains(err.Error(), "lost 2 of these events") {
		t.Errorf("%v", err)
	}
	w.tamper("UPDATE audit_events SET actor = 'nobody' WHERE leaf = 1 AND environment = 'staging'")
	if _, err := w.verifyAudit(lost); err == nil || strings.Contains(err.Error(), "restored") {
		t.Errorf("after a change: %v", err)
	}
}

// A journal that cannot be written refuses no revocation, and /readyz says so.
func TestRevocationWithoutRoomForTheJournal(t *testing.T) {
	w := newWorld(t)
	path := w.journaled()
	token := w.newToken("bot", w.newConnector("slack", nil).ID, nil).ID
	value := w.reveal(token, 1)
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	w.lifecycle(token, "revoke", object{"all": true, "reason": "leaked"})
	if w.introspect(api.RoleAuditor, value).Active {
		t.Error("it was not revoked")
	}
	if got := w.ready(200).check("journal"); got.State != "degraded" || !strings.Contains(got.Text, "make a backup") {
		t.Errorf("%+v", got)
	}
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	w.sweep()
	kept, err := restore.ReadJournals([]string{path}, restore.State{})
	if n := len(kept.Entries); err != nil || n == 0 || kept.Entries[n-1].Action != "revoke" || len(kept.Gaps) > 0 {
		t.Errorf("%+v, %v", kept, err)
	}
	if w.ready(200).check("journal").State != "ok" {
		t.Error("/readyz does not see that it is written again")
	}
}
