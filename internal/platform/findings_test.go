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
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

const (
	pathFindings = "/v1/findings"
	pathLeaks    = "/v1/leaks"
)

// newFinding stores a finding about a scoped token of the world's environment.
func (w *world) newFinding(tokenID string) string {
	w.t.Helper()
	token := w.token(tokenID)
	f := &store.Finding{
		Scope: store.Scope{Tenant: token.Tenant, Environment: token.Environment}, ID: api.FindingIDPrefix + tokenID[4:],
		Finding: api.FindingLeaked, Kind: api.KindScopedTokens, ObjectID: tokenID, Version: 1, State: api.FindingOpen,
		FirstSeen: epoch, LastSeen: epoch, Evidence: map[string]string{"url": "https://example.com"},
	}
	err := w.store.Update(w.t.Context(), func(tx *store.Tx) error { return tx.WriteFinding(w.t.Context(), f) })
	if err != nil {
		w.t.Fatal(err)
	}
	return f.ID
}

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

func (w *world) findings(query string) []api.Finding {
	w.t.Helper()
	return decoded[api.Page[api.Finding]](w.as(api.RoleAuditor, "GET", pathFindings+query, nil).want(200)).Items
}

// governed writes an environment policy.
func (w *world) governed(rules object) {
	w.t.Helper()
	w.as(api.RoleSecurity, "POST", "/v1/environment-policies", rules).want(201)
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

// TestFindingsOfUse: the sweep finds what the rules find, once, and closes it when it is gone or somebody closes it.
func TestFindingsOfUse(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("sender", w.newConnector("chat", nil).ID, nil)
	value := w.reveal(token.ID, 1)
	use := func(from string) {
		w.presents(api.RoleRuntime, value, "gateway", "remote_addr", from).want(200)
	}
	use("192.0.2.7")
	w.clock.Advance(20 * 24 * time.Hour) // a working day
	use("192.0.2.7")
	w.sweep()
	if got := w.findings("?state=open"); len(got) != 0 {
		t.Fatalf("%+v", got)
	}
	w.clock.Advance(24 * time.Hour)
	use("203.0.113.7")
	w.sweep()
	got := w.findings("?state=open&object_id=" + token.ID)
	if len(got) != 1 || got[0].Finding != api.FindingNewNetwork || got[0].Subject != "203.0.113.0/24" ||
		got[0].Version != 1 || got[0].Count != 1 {
		t.Fatalf("%+v", got)
	}
	w.clock.Advance(10 * time.Minute)
	w.sweep()
	if all := w.findings("?state=open"); len(all) != 1 || all[0].Count != 1 {
		t.Errorf("found again: %+v", all)
	}
	closing := pathFindings + "/" + got[0].ID + "/close"
	w.as(api.RoleAuditor, "POST", closing, because).problem(api.CodeForbidden, "")
	closed := decoded[api.Finding](w.as(api.RoleSecurity, "POST", closing, because).want(200))
	if closed.State != api.FindingClosed || closed.CloseReason != "test" || closed.ClosedBy == "" {
		t.Errorf("%+v", closed)
	}
	w.as(api.RoleSecurity, "POST", closing, because).problem(api.CodeConflict, "")
	w.clock.Advance(10 * time.Minute)
	use("203.0.113.7")
	w.sweep()
	if all := w.findings("?state=open"); len(all) != 0 {
		t.Errorf("what is acknowledged opens again: %+v", all)
	}
	w.as(api.RoleSecurity, "POST", pathFindings+"/fin_01K0V3Z4M5N6P7Q8R9S0T1V2W3/close", because).
		problem(api.CodeNotFound, "")
	if got := w.actions(closed.ID); !slices.Equal(got, []string{"open_finding", "close_finding"}) {
		t.Errorf("%v", got)
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

// TestNewNetworkEndsWhatItsPolicySays: and only of kinds that nobody else can cause.
func TestNewNetworkEndsWhatItsPolicySays(t *testing.T) {
	w := newWorld(t)
	for _, bad := range []object{
		{"on_finding": object{"failure_burst": "revoke"}},
		{"on_finding": object{"leaked": "hold"}},
		{"on_finding": object{"typo": "revoke"}},
	} {
		p := w.as(api.RoleSecurity, "POST", "/v1/environment-policies", bad).problem(api.CodeInvalid, "/on_finding")
		if !strings.Contains(p.Detail, "must not have") && !strings.Contains(p.Detail, "no kind") {
			t.Errorf("%s", p.Detail)
		}
	}
	w.governed(object{"on_finding": object{"new_network": "revoke"}, "finding_thresholds": object{"learning": "1d"}})
	token := w.newToken("sender", w.newConnector("chat", nil).ID, nil)
	value := w.reveal(token.ID, 1)
	w.presents(api.RoleRuntime, value, "gateway", "remote_addr", "192.0.2.7").want(200)
	w.clock.Advance(25 * time.Hour)
	w.presents(api.RoleRuntime, value, "gateway", "remote_addr", "203.0.113.7").want(200)
	w.sweep()
	if w.introspect(api.RoleRuntime, value).Active {
		t.Errorf("the token is accepted: %+v", w.findings(""))
	}
}

// TestBurstOfRefusedUses: refused uses count by the hour, and are no uses.
func TestBurstOfRefusedUses(t *testing.T) {
	w := newWorld(t)
	w.governed(object{"finding_thresholds": object{"failures_per_hour": 3}})
	cidrs := object{"allowed_cidrs": []string{"192.0.2.0/24"}}
	token := w.newToken("sender", w.newConnector("chat", nil).ID, cidrs)
	value := w.reveal(token.ID, 1)
	refuse := func() {
		t.Helper()
		if w.introspect(api.RoleRuntime, value, "remote_addr", "203.0.113.7").Active {
			t.Error("an address outside the networks is accepted")
		}
	}
	refuse()
	refuse()
	w.sweep()
	if got := w.findings(""); len(got) != 0 {
		t.Errorf("two refusals: %+v", got)
	}
	refuse()
	w.clock.Advance(6 * time.Minute)
	w.sweep()
	got := w.findings("")
	if len(got) != 1 || got[0].Finding != api.FindingFailureBurst || got[0].Evidence["refused"] != "3" {
		t.Errorf("%+v", got)
	}
	if u := w.uses(token.ID); u.Count != 0 || u.FirstAt != nil || u.LastAt != nil {
		t.Errorf("refused uses count as uses: %+v", u)
	}
}
