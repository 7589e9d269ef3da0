package platform_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

const pathFindings = "/v1/findings"

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

func (w *world) findings(query string) []api.Finding {
	w.t.Helper()
	return decoded[api.Page[api.Finding]](w.as(api.RoleAuditor, "GET", pathFindings+query, nil).want(200)).Items
}

// governed writes an environment policy.
func (w *world) governed(rules object) {
	w.t.Helper()
	w.as(api.RoleSecurity, "POST", "/v1/environment-policies", rules).want(201)
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

// TestSupersededUseEndsWhatItsPolicySays: a consumer that has moved on uses the previous version again. That version
// ends, and the current one goes on. The endpoints that want to know are told.
func TestSupersededUseEndsWhatItsPolicySays(t *testing.T) {
	w := newWorld(t)
	w.governed(object{"on_finding": object{"superseded_use": "revoke"}})
	hooks, all := w.newNotified("hooks", api.NotifyFindingOpened), w.newNotified("all")
	policy := w.newPolicy("slow", object{"interval": "90d", "overlap": "7d"}).ID
	token := w.newToken("sender", hooks.connector, object{"rotation_policy_id": policy})
	first := w.reveal(token.ID, 1)
	w.presents(api.RoleRuntime, first, "gateway").want(200)
	w.begun(token.ID)
	second := w.reveal(token.ID, 2)
	w.presents(api.RoleRuntime, second, "gateway").want(200)
	w.step(token.ID, "promote", nil).want(200)
	w.presents(api.RoleRuntime, first, "gateway").want(200) // its deployment is still under way
	w.clock.Advance(6 * time.Minute)
	hooks.notified(0)
	w.clock.Advance(2 * time.Hour)
	w.presents(api.RoleRuntime, first, "gateway").want(200)
	told := hooks.notified(1)
	if told[0].Details["finding"] != api.FindingSupersededUse || told[0].Details["action"] != api.FindingRevoked ||
		told[0].Object.ID != token.ID || *told[0].Version != 1 {
		t.Errorf("told %+v", told)
	}
	if w.introspect(api.RoleRuntime, first).Active || !w.introspect(api.RoleRuntime, second).Active {
		t.Error("the previous version is accepted, or the current one is not")
	}
	all.notified(0)
}
