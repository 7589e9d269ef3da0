package platform_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const pathLeaks = "/v1/leaks"

// withLeakKey gives the platform a key that signs reports of leaks.
func (w *world) withLeakKey() *ecdsa.PrivateKey {
	w.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	w.leakKeys = map[string]*ecdsa.PublicKey{"key-1": &key.PublicKey}
	w.restart()
	return key
}

// report is a report about a value.
func report(value string) object {
	return object{
		"token": value, "type": "quickconnect_token", "source": "content",
		"url": "https://u:hunter2@github.com/o/r/blob/main/.env?token=hunter2#hunter2",
	}
}

// reports sends signed reports.
func (w *world) reports(key *ecdsa.PrivateKey, all ...object) []api.LeakAnswer {
	w.t.Helper()
	body, err := json.Marshal(all)
	if err != nil {
		w.t.Fatal(err)
	}
	return decoded[[]api.LeakAnswer](w.send("", "POST", pathLeaks, string(body), signedBy(w.t, key, "key-1", body)...).
		want(200))
}

func signedBy(tb testing.TB, key *ecdsa.PrivateKey, id string, body []byte) []header {
	tb.Helper()
	sum := sha256.Sum256(body)
	signature, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	if err != nil {
		tb.Fatal(err)
	}
	return []header{
		{"Github-Public-Key-Identifier", id}, {"Github-Public-Key-Signature", base64.StdEncoding.EncodeToString(signature)},
	}
}

// TestReportsOfLeaks: every kind of value is found, in every environment, and one that is not ours is none.
func TestReportsOfLeaks(t *testing.T) {
	w := newWorld(t)
	key := w.withLeakKey()
	connector := w.newConnector("chat", object{"credentials": object{"token": "not-a-short-secret-1"}})
	token := w.newToken("sender", connector.ID, nil)
	value := w.reveal(token.ID, 1)
	hook := w.newHook("hooks", nil)
	signing := w.reveal(hook.secret, 1)
	opened := w.opened(api.RoleDeployer, token.ID, nil).AccessToken
	auditor := w.tokens[api.RoleAuditor]
	unknown := strings.Replace(value, "qct_", "qct_x", 1)
	got := w.reports(key, report(value), report(unknown), report(signing), report("not-a-short-secret-1"), report(opened),
		report(auditor))
	labels := []string{}
	for _, a := range got {
		labels = append(labels, a.Label)
	}
	yes, no := api.LeakTruePositive, api.LeakFalsePositive
	if !slices.Equal(labels, []string{yes, no, yes, yes, yes, yes}) {
		t.Errorf("%v", labels)
	}
	if sum := sha256.Sum256([]byte(value)); got[0].TokenHash != base64.StdEncoding.EncodeToString(sum[:]) {
		t.Errorf("%+v", got[0])
	}
	kinds := map[string]string{}
	for _, f := range w.findings("?finding=leaked") {
		kinds[f.Kind] = f.ObjectID
		if f.Evidence["url"] != "https://github.com/o/r/blob/main/.env" || f.State != api.FindingOpen || f.Action != "" {
			t.Errorf("%+v", f)
		}
	}
	if len(kinds) != 5 || kinds[api.KindConnectors] != connector.ID || kinds["scoped-tokens"] != token.ID ||
		kinds["signing-secrets"] != hook.secret {
		t.Errorf("%v", kinds)
	}
	if !w.introspect(api.RoleRuntime, value).Active {
		t.Error("a report without on_finding ended the value")
	}
	again := len(w.findings(""))
	w.clock.Advance(time.Minute)
	w.reports(key, report(value))
	if all := w.findings("?object_id=" + token.ID); len(w.findings("")) != again || all[0].Count != 2 {
		t.Errorf("reported twice: %+v", all)
	}
	reported := 0
	for _, e := range w.audit() {
		if e.Action == "report_leak" {
			reported++
		}
		for _, text := range e.Detail {
			if strings.Contains(text, "hunter2") || strings.Contains(text, value) {
				t.Errorf("the trail has a secret: %v", e.Detail)
			}
		}
	}
	if reported != 6 {
		t.Errorf("%d reports are in the trail, want 6", reported)
	}
}

// TestLeakEndsWhatItsPolicySays: with on_finding, the leaked version is refused from the answer on. The other one goes
// on.
func TestLeakEndsWhatItsPolicySays(t *testing.T) {
	w := newWorld(t)
	key := w.withLeakKey()
	w.governed(object{"on_finding": object{"leaked": "revoke"}})
	token := w.newToken("sender", w.newConnector("chat", nil).ID, nil)
	first := w.reveal(token.ID, 1)
	w.begun(token.ID)
	second := w.reveal(token.ID, 2)
	w.reports(key, report(first))
	if w.introspect(api.RoleRuntime, first).Active || !w.introspect(api.RoleRuntime, second).Active {
		t.Error("the leaked version is accepted, or the other one is not")
	}
	if got := w.findings(""); len(got) != 1 || got[0].Action != "revoked" || got[0].Version != 1 {
		t.Errorf("%+v", got)
	}
	runtime := w.tokens[api.RoleRuntime]
	w.reports(key, report(runtime))
	w.send(runtime, "GET", "/v1/identity", nil).problem(api.CodeUnauthenticated, "")
	w.clock.Advance(10 * time.Minute)
	w.sweep()
	got := w.findings("?object_id=" + token.ID)
	if got[0].State != api.FindingClosed || got[0].CloseReason != api.FindingGone {
		t.Errorf("the version has ended: %+v", got)
	}
}

// TestLeaksNeedASignature: who has no key learns nothing, whatever it sends.
func TestLeaksNeedASignature(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("sender", w.newConnector("chat", nil).ID, nil)
	value := w.reveal(token.ID, 1)
	body, _ := json.Marshal([]object{report(value)})
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	without := w.send("", "POST", pathLeaks, string(body), signedBy(t, key, "key-1", body)...).
		problem(api.CodeUnauthenticated, "")
	mine := w.withLeakKey()
	for name, headers := range map[string][]header{
		"nothing":          nil,
		"another key":      signedBy(t, key, "key-1", body),
		"an unknown key":   signedBy(t, mine, "key-2", body),
		"another body":     signedBy(t, mine, "key-1", []byte("[]")),
		"no base64":        {{"Github-Public-Key-Identifier", "key-1"}, {"Github-Public-Key-Signature", "?"}},
		"a bearer's token": {{"Authorization", "Bearer " + w.tokens[api.RoleSecurity]}},
	} {
		got := w.send("", "POST", pathLeaks, string(body), headers...).problem(api.CodeUnauthenticated, "")
		if got.Detail != without.Detail {
			t.Errorf("%s: %s", name, got.Detail)
		}
	}
	if len(w.findings("")) != 0 {
		t.Error("a report without a signature opened a finding")
	}
	for _, bad := range []string{"{}", `[{"token": 1}]`, "["} {
		w.send("", "POST", pathLeaks, bad, signedBy(t, mine, "key-1", []byte(bad))...).problem(api.CodeInvalid, "")
	}
}

// TestLeakIsQuarantined: with on_finding = quarantine, no version is accepted until somebody releases it.
func TestLeakIsQuarantined(t *testing.T) {
	w := newWorld(t)
	key := w.withLeakKey()
	w.governed(object{"on_finding": object{"leaked": "quarantine"}})
	token := w.newToken("sender", w.newConnector("chat", nil).ID, nil)
	value := w.reveal(token.ID, 1)
	w.reports(key, report(value))
	if got := w.findings(""); w.introspect(api.RoleRuntime, value).Active || got[0].Action != "quarantined" {
		t.Errorf("%+v", got)
	}
	w.do("POST", pathOf(token.ID)+"/release-quarantine", because).want(403)
	w.as(api.RoleSecurity, "POST", pathOf(token.ID)+"/release-quarantine", because).want(200)
	if !w.introspect(api.RoleRuntime, value).Active {
		t.Error("a released token is not accepted")
	}
}

// TestLeaksAreNotified: endpoints that name the types of the platform are told of the report and of the finding, once,
// and no other endpoint is.
func TestLeaksAreNotified(t *testing.T) {
	w := newWorld(t)
	key := w.withLeakKey()
	w.governed(object{"on_finding": object{"leaked": "revoke"}})
	all, others := w.newNotified("all"), w.newNotified("others", "message.*")
	hooks := w.newNotified("hooks", "quickconnect.finding.*", "quickconnect.leak.*")
	leaks := w.newNotified("leaks", api.NotifyLeakReported)
	token := w.newToken("sender", hooks.connector, nil)
	value := w.reveal(token.ID, 1)
	hooks.notified(0)
	w.reports(key, report(value), report("of nobody"))
	types := []string{}
	for _, n := range hooks.notified(2) {
		types = append(types, n.Type)
		if n.Object.ID != token.ID || *n.Version != 1 || n.Details["finding"] != api.FindingLeaked ||
			n.Details["action"] != api.FindingRevoked || n.Details["url"] != "https://github.com/o/r/blob/main/.env" ||
			!strings.HasPrefix(n.Details["finding_id"], api.FindingIDPrefix) {
			t.Errorf("%+v", n)
		}
	}
	slices.Sort(types)
	if !slices.Equal(types, []string{api.NotifyFindingOpened, api.NotifyLeakReported}) {
		t.Errorf("notified of %v", types)
	}
	leaks.took(1)
	w.clock.Advance(time.Minute)
	w.reports(key, report(value))
	if got := hooks.notified(1); got[0].Type != api.NotifyLeakReported {
		t.Errorf("reported again: %+v", got)
	}
	all.notified(0)
	others.notified(0)
}

// TestLeakWithoutAudit: a report that cannot be recorded is refused, and has no effect.
func TestLeakWithoutAudit(t *testing.T) {
	if onPostgres {
		t.Skip("the suite of the store shows on both engines that an event that is not written ends the transaction")
	}
	w := newWorld(t)
	key := w.withLeakKey()
	w.governed(object{"on_finding": object{"leaked": "revoke"}})
	token := w.newToken("sender", w.newConnector("chat", nil).ID, nil)
	body, err := json.Marshal([]object{report(w.reveal(token.ID, 1))})
	if err != nil {
		t.Fatal(err)
	}
	send := func() *reply { return w.send("", "POST", pathLeaks, string(body), signedBy(t, key, "key-1", body)...) }
	before := w.everyRow()
	w.tamper(`CREATE TRIGGER no_audit BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'no audit'); END`)
	refused := send()
	w.tamper(`DROP TRIGGER no_audit`)
	if refused.status < 500 || w.everyRow() != before {
		t.Errorf("%d, changed %t: %s", refused.status, w.everyRow() != before, refused.body)
	}
	send().want(200)
	if got := w.token(token.ID); got.Rotation.Phase != api.PhaseRevoked || len(got.Findings) != 1 {
		t.Errorf("%+v", got)
	}
}
