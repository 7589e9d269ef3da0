package platform_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// behind returns the events of one action that a sweep has written, oldest first.
func (w *world) behind(action string) (found []*store.AuditEvent) {
	w.t.Helper()
	w.sweep()
	for _, e := range w.audit() {
		if e.Action == action {
			found = append(found, e)
		}
	}
	return found
}

// detailOf returns what the newest of some events says, and how many there are.
func detailOf(events []*store.AuditEvent) (int, string, map[string]string) {
	if len(events) == 0 {
		return 0, "", nil
	}
	last := events[len(events)-1]
	return len(events), last.Outcome, last.Detail
}

func (w *world) wantBehind(action string, count int, outcome string, detail map[string]string) {
	w.t.Helper()
	n, got, said := detailOf(w.behind(action))
	if diff := cmp.Diff(detail, said); n != count || got != outcome || diff != "" {
		w.t.Errorf("%s: %d events, the last a %s, want %d and %s (-want +got):\n%s", action, n, got, count, outcome, diff)
	}
}

func TestIntrospectionsAreAudited(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	value := w.reveal(token.ID, 1)
	look := func(from string) { w.presents(api.RoleRuntime, value, "", "remote_addr", from).want(200) }
	const action = "introspect"

	look("192.0.2.7")
	w.wantBehind(action, 1, api.OutcomeSuccess, map[string]string{
		"count": "1", "first_at": stamp(w.clock.Now()), "network": "192.0.2.0/24",
	})
	e := w.behind(action)[0]
	if e.Kind != "scoped-tokens" || e.ObjectID != token.ID || e.Version != 1 || e.Actor != w.idOf(api.RoleRuntime) ||
		e.Role != api.RoleRuntime || e.UserAgent != "gateway/1" || e.Address != "127.0.0.1" {
		t.Errorf("%+v", e)
	}

	// The same network is counted for an hour, and another one is an event of its own.
	began := w.clock.Now()
	for range 3 {
		w.clock.Advance(time.Minute)
		look("192.0.2.8")
	}
	w.wantBehind(action, 1, api.OutcomeSuccess, e.Detail)
	look("2001:db8:1::1")
	w.wantBehind(action, 2, api.OutcomeSuccess, map[string]string{
		"count": "1", "first_at": stamp(w.clock.Now()), "network": "2001:db8:1::/48",
	})
	w.clock.Advance(57 * time.Minute)
	w.wantBehind(action, 3, api.OutcomeSuccess, map[string]string{
		"count": "3", "first_at": stamp(began.Add(time.Minute)), "network": "192.0.2.0/24",
	})

	// What is refused waits for a minute only.
	w.lifecycle(token.ID, "revoke", object{"all": true, "reason": "leaked"}).want(200)
	look("192.0.2.8")
	first := w.clock.Now()
	w.clock.Advance(time.Minute)
	look("192.0.2.9")
	w.wantBehind(action, 4, api.OutcomeFailure, map[string]string{
		"count": "2", "first_at": stamp(first), "network": "192.0.2.0/24", "refused_ended": "2",
	})
	w.introspect(api.RoleRuntime, "qct_unknown")
	w.wantBehind(action, 4, api.OutcomeFailure, map[string]string{
		"count": "2", "first_at": stamp(first), "network": "192.0.2.0/24", "refused_ended": "2",
	})
	if _, err := w.verifyAudit(nil); err != nil {
		t.Error(err)
	}
}

// An event says of one actor that it was accepted or refused, and why. A value in quarantine, and one whose token was
// deleted, are refused for another reason than one that has ended.
func TestIntrospectionsAreToldApart(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	value := w.reveal(token.ID, 1)
	opened := w.opened(api.RoleDeployer, token.ID, nil).AccessToken
	look := func(role, value string) { w.presents(role, value, "", "remote_addr", "192.0.2.7").want(200) }
	var events []*store.AuditEvent
	next := func(role, outcome, refused string) {
		t.Helper()
		n := len(events)
		events = w.behind("introspect")
		w.clock.Advance(time.Minute)
		if len(events) != n+1 {
			t.Fatalf("%d events, want one more than %d", len(events), n)
		}
		want := map[string]string{"count": "1", "network": "192.0.2.0/24"}
		if refused != "" {
			want["refused_"+refused] = "1"
		}
		got := events[n]
		delete(got.Detail, "first_at")
		if diff := cmp.Diff(want, got.Detail); got.Actor != w.idOf(role) || got.Outcome != outcome || diff != "" {
			t.Errorf("by %s a %s (-want +got):\n%s", got.Actor, got.Outcome, diff)
		}
	}
	look(api.RoleRuntime, value)
	w.clock.Advance(time.Second)
	look(api.RoleAuditor, value)
	next(api.RoleRuntime, api.OutcomeSuccess, "")
	w.quarantined(api.RoleSecurity, token.ID, object{})
	look(api.RoleAuditor, value)
	next(api.RoleAuditor, api.OutcomeSuccess, "")
	next(api.RoleAuditor, api.OutcomeFailure, "quarantined")
	look(api.RoleAuditor, opened)
	next(api.RoleAuditor, api.OutcomeFailure, "quarantined")
	w.do("DELETE", pathTokens+"/"+token.ID, nil).want(204)
	for _, former := range []string{value, opened} {
		look(api.RoleAuditor, former)
		next(api.RoleAuditor, api.OutcomeFailure, "closed")
	}
	if got := events[len(events)-1]; got.ObjectID != token.ID || got.Version != 1 {
		t.Errorf("%+v", got)
	}
}

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func TestFailedAuthenticationsAreAudited(t *testing.T) {
	w := newWorld(t)
	const action = "authenticate"
	value, id := w.newPrincipal(api.RoleAuditor, "ended", time.Hour)
	revoked, revokedID := w.newPrincipal(api.RoleAuditor, "revoked", 0)
	w.as(api.RoleSecurity, "DELETE", "/v1/principals/"+revokedID, nil).want(204)
	call := func(token string) { w.send(token, "GET", "/v1/connectors", nil).want(401) }

	call(revoked)
	w.wantBehind(action, 1, api.OutcomeFailure, map[string]string{
		"count": "1", "first_at": stamp(w.clock.Now()), "network": "127.0.0.0/24", "refused_revoked": "1",
	})
	w.clock.Advance(time.Hour)
	call(value)
	call(value)
	call("qcp_nobody")
	w.wantBehind(action, 2, api.OutcomeFailure, map[string]string{
		"count": "2", "first_at": stamp(w.clock.Now()), "network": "127.0.0.0/24", "refused_expired": "2",
	})
	e := w.behind(action)[1]
	if e.Kind != api.KindPrincipals || e.ObjectID != id || e.Actor != id || e.Address != "127.0.0.1" {
		t.Errorf("%+v", e)
	}
	for reason, want := range map[string]string{"revoked": "1", "expired": "2", "unknown": "1"} {
		if got := w.metric(`quickconnect_failed_authentications_total{reason="` + reason + `"}`); got != want {
			t.Errorf("%s: %s, want %s", reason, got, want)
		}
	}

	// A scoped token that fetches credentials, and was revoked.
	c := w.newConnector("chat", object{"credentials": object{"token": "secret-1"}})
	token := w.newToken("notifier", c.ID, object{"scopes": []string{api.ScopeReadCredentials}})
	scoped := w.reveal(token.ID, 1)
	w.lifecycle(token.ID, "revoke", object{"all": true, "reason": "leaked"}).want(200)
	w.send(scoped, "GET", credentialsOf(c.ID), nil).want(401)
	w.wantBehind(action, 3, api.OutcomeFailure, map[string]string{
		"count": "1", "first_at": stamp(w.clock.Now()), "network": "127.0.0.0/24", "refused_ended": "1",
	})
	if e := w.behind(action)[2]; e.Kind != api.KindScopedTokens || e.ObjectID != token.ID {
		t.Errorf("%+v", e)
	}
}

// An event that cannot be written waits, and says so.
func TestEventsBehindWait(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	value := w.reveal(token.ID, 1)
	w.tamper(`CREATE TRIGGER no_audit BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'no audit'); END`)
	w.introspect(api.RoleAuditor, value)
	if err := w.p.Sweep(t.Context()); err == nil {
		t.Error("the sweep says nothing of an event that it could not write")
	}
	if got := w.metric("quickconnect_audit_events_waiting"); got != "1" {
		t.Errorf("%s events wait", got)
	}
	if got := w.metric("quickconnect_audit_writes_failed_total"); got != "1" {
		t.Errorf("%s writes failed", got)
	}
	w.tamper(`DROP TRIGGER no_audit`)
	w.introspect(api.RoleAuditor, value)
	w.wantBehind("introspect", 1, api.OutcomeSuccess, map[string]string{
		"count": "2", "first_at": stamp(w.clock.Now()), "network": "127.0.0.0/24",
	})
	if got := w.metric("quickconnect_audit_events_waiting"); got != "0" {
		t.Errorf("%s events wait", got)
	}
}

// The first use of a credential from a network is an event, whichever version it is of.
func TestNetworksAreAudited(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	value := w.reveal(token.ID, 1)
	use := func(value, from string) { w.presents(api.RoleRuntime, value, "", "remote_addr", from).want(200) }
	const action = "first_use_from_network"
	use(value, "192.0.2.7")
	use(value, "192.0.2.8")
	w.wantBehind(action, 1, api.OutcomeSuccess, map[string]string{"network": "192.0.2.0/24"})
	use(value, "192.0.2.9")
	w.wantBehind(action, 1, api.OutcomeSuccess, map[string]string{"network": "192.0.2.0/24"})
	w.patchToken(token.ID, object{"minimum_version": 2})
	second := w.reveal(token.ID, 2)
	use(second, "192.0.2.10")
	w.wantBehind(action, 1, api.OutcomeSuccess, map[string]string{"network": "192.0.2.0/24"})
	use(second, "198.51.100.1")
	w.wantBehind(action, 2, api.OutcomeSuccess, map[string]string{"network": "198.51.100.0/24"})
	if e := w.behind(action)[1]; e.Version != 2 || e.ObjectID != token.ID || e.Actor != "platform" {
		t.Errorf("%+v", e)
	}
}
