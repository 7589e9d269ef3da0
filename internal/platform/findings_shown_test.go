package platform_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestOpenFindingsAreShown: with the object, in lists and in the inventory, one entry for each rule, until they are
// closed. They do not change the etag.
func TestOpenFindingsAreShown(t *testing.T) {
	w := newWorld(t)
	key := w.withLeakKey()
	connector := w.newConnector("chat", object{"credentials": object{"token": "not-a-short-secret-1"}})
	token := w.newToken("sender", connector.ID, nil)
	quiet := w.newToken("quiet", connector.ID, nil)
	secret := w.newHook("hooks", nil).secret
	first, signing := w.reveal(token.ID, 1), w.reveal(secret, 1)
	w.begun(token.ID)
	second, etag := w.reveal(token.ID, 2), w.token(token.ID).Etag
	w.reports(key, report(first))
	w.clock.Advance(time.Minute)
	w.reports(key, report(second), report(signing), report("not-a-short-secret-1"), report(w.tokens[api.RoleAuditor]))

	look := func(what string, got []api.OpenFinding, open, version int64) {
		t.Helper()
		if len(got) != 1 || got[0].Finding != api.FindingLeaked || got[0].Open != open || got[0].Version != version ||
			!strings.HasPrefix(got[0].ID, api.FindingIDPrefix) || !got[0].LastSeenAt.Equal(epoch.Add(time.Minute)) ||
			!strings.Contains(got[0].Summary, "https://github.com/o/r/blob/main/.env") {
			t.Errorf("%s: %+v", what, got)
		}
	}
	look("the token", w.token(token.ID).Findings, 2, 2)
	if got := w.token(token.ID).Etag; got != etag {
		t.Errorf("the etag is %s, was %s", got, etag)
	}
	for _, of := range decoded[api.Page[api.ScopedToken]](w.do("GET", api.ScopedTokens.Route(), nil).want(200)).Items {
		switch of.ID {
		case token.ID:
			look("the token in a list", of.Findings, 2, 2)
		case quiet.ID:
			if of.Findings == nil || len(of.Findings) != 0 {
				t.Errorf("the other token: %v", of.Findings)
			}
		}
	}
	look("the secret", w.secret(secret).Findings, 1, 1)
	look("the connector", w.connector(connector.ID).Findings, 1, 1)
	for _, size := range []string{"1", "1000"} {
		_, all := w.inventory("", size)
		look("the token in the inventory", all[token.ID].Findings, 2, 2)
		look("the auditor in the inventory", all[w.idOf(api.RoleAuditor)].Findings, 1, 0)
		ids, _ := w.inventory("finding=leaked", size)
		want := []string{connector.ID, token.ID, secret, w.idOf(api.RoleAuditor)}
		slices.Sort(want)
		if !slices.Equal(ids, want) {
			t.Errorf("selected %v, want %v", ids, want)
		}
		if ids, _ := w.inventory("finding=unused", size); len(ids) != 0 {
			t.Errorf("selected %v", ids)
		}
	}
	w.as(api.RoleAuditor, "GET", pathInventory+"?finding=leak", nil).problem(api.CodeInvalid, "")

	for _, f := range w.findings("?object_id=" + token.ID) {
		w.as(api.RoleSecurity, "POST", pathFindings+"/"+f.ID+"/close", because).want(200)
	}
	if got := w.token(token.ID).Findings; len(got) != 0 {
		t.Errorf("closed, and shown: %+v", got)
	}
	if ids, _ := w.inventory("finding=leaked", "1000"); slices.Contains(ids, token.ID) {
		t.Error("closed, and selected")
	}
}

// TestReusedValueOfAFormerVersion: a value counts as reused as long as a valid version of both objects has it.
func TestReusedValueOfAFormerVersion(t *testing.T) {
	w := newWorld(t)
	credentials := func(value string) object { return object{"credentials": object{"token": value}} }
	one := w.newConnector("one", credentials("not-a-short-secret-1"))
	two := w.newConnector("two", credentials("not-a-short-secret-1"))
	reused := func(want bool) {
		t.Helper()
		w.clock.Advance(6 * time.Minute)
		w.sweep()
		for _, id := range []string{one.ID, two.ID} {
			open := w.findings("?state=open&finding=reused_value&object_id=" + id)
			_, all := w.inventory("", "1000")
			if len(open) > 0 != want || (all[id].Reuse != nil) != want {
				t.Errorf("reused: %v and %v, want %t", open, all[id].Reuse, want)
			}
		}
	}
	reused(true)
	w.patchConnector(two.ID, credentials("not-a-short-secret-2"))
	reused(false)
	w.patchConnector(two.ID, credentials("not-a-short-secret-1"))
	reused(true)
}

// TestScopeGrantedLater: a scope that nobody asks for is a finding once it was granted for long enough.
func TestScopeGrantedLater(t *testing.T) {
	const day = 24 * time.Hour
	w := newWorld(t)
	token := w.newToken("sender", w.newConnector("chat", nil).ID, object{"scopes": []string{"messages:send"}})
	value := w.reveal(token.ID, 1)
	look := func(want int) {
		t.Helper()
		w.presents(api.RoleRuntime, value, "gateway", "required_scope", "messages:send").want(200)
		w.sweep()
		if got := w.findings("?finding=unused_scope"); len(got) != want {
			t.Errorf("found %+v, want %d", got, want)
		}
	}
	look(0)
	w.clock.Advance(91 * day)
	w.patchToken(token.ID, object{"scopes": []string{"messages:send", "orders:read"}})
	look(0)
	w.clock.Advance(89 * day)
	w.patchToken(token.ID, object{"scopes": []string{"messages:read", "messages:send", "orders:read"}})
	look(0)
	w.clock.Advance(2 * day)
	look(1)
}

// TestBurstOfEndedValues: the uses of a value that was erased count as refused ones too.
func TestBurstOfEndedValues(t *testing.T) {
	w := newWorld(t)
	w.governed(object{"finding_thresholds": object{"failures_per_hour": 3}})
	token := w.newToken("sender", w.newConnector("chat", nil).ID, nil)
	value := w.reveal(token.ID, 1)
	w.lifecycle(token.ID, "revoke", object{"all": true, "reason": "test"})
	for range 3 {
		if w.introspect(api.RoleRuntime, value).Active {
			t.Fatal("a revoked version is accepted")
		}
		w.introspect(api.RoleAuditor, value) // is no use
	}
	w.sweep()
	w.clock.Advance(6 * time.Minute)
	w.sweep()
	got := w.findings("?finding=failure_burst")
	if len(got) != 1 || got[0].Evidence["refused"] != "3" {
		t.Errorf("%+v", got)
	}
}
