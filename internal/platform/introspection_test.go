package platform_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestIntrospection(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", nil)
	w.govern(object{}) // introspection shows a wildcard as it is
	c := w.newConnector("chat", object{"allowed_scopes": []string{"messages:*", "users:read"}})
	token := w.newToken("notifier", c.ID, object{
		"scopes": []string{"users:read", "messages:*"}, "expires_at": nil,
		"rotation_policy_id": policy.ID,
	})
	value := w.reveal(token.ID, 1)
	want := api.Introspection{
		Active: true, Scope: "messages:* users:read", Tenant: "acme", Environment: "staging", ClientID: c.ID,
		Subject: token.ID, Version: 1,
	}
	for _, role := range []string{
		api.RoleAuditor, api.RolePlanner, api.RoleOperator, api.RoleDeployer, api.RoleSecurity,
		api.RoleRuntime,
	} {
		if diff := cmp.Diff(want, w.introspect(role, value)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", role, diff)
		}
	}
	inactive := func(why string, got api.Introspection) { t.Helper(); wantInactive(t, why, got) }
	inactive("nothing like a token", w.introspect(api.RoleRuntime, "x"))
	inactive("a principal's token", w.introspect(api.RoleRuntime, w.tokens[api.RoleRuntime]))
	inactive("a wrong checksum", w.introspect(api.RoleRuntime, value[:len(value)-1]+flip(value[len(value)-1])))

	// A change of the connector's scopes takes effect at once.
	w.patchConnector(c.ID, object{"allowed_scopes": []string{"messages:send"}})
	if got := w.introspect(api.RoleRuntime, value); !got.Active || got.Scope != "messages:send" {
		t.Errorf("narrowed: %+v", got)
	}
	if got := w.token(token.ID).Scopes; len(got) != 2 {
		t.Errorf("narrowing changed the token: %v", got)
	}
	w.patchToken(token.ID, object{
		"scopes":      []string{"users:read", "messages:*"},
		"description": "the same scopes are not written anew",
	})
	w.patchConnector(c.ID, object{"enabled": false})
	inactive("a disabled connector", w.introspect(api.RoleRuntime, value))
	w.patchConnector(c.ID, object{"enabled": true, "allowed_scopes": nil})
}

func wantInactive(t *testing.T, why string, got api.Introspection) {
	t.Helper()
	if got != (api.Introspection{}) {
		t.Errorf("%s: %+v", why, got)
	}
}

func TestIntrospectionFromAddress(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	value := w.reveal(token.ID, 1)
	inactive := func(why string, got api.Introspection) { t.Helper(); wantInactive(t, why, got) }
	w.patchToken(token.ID, object{"allowed_cidrs": []string{"192.0.2.0/24", "2001:db8::/32"}})
	inactive("no address", w.introspect(api.RoleRuntime, value))
	inactive("another address", w.introspect(api.RoleRuntime, value, "remote_addr", "198.51.100.1"))
	for _, from := range []string{"192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1", "2001:db8::1%eth0"} {
		if !w.introspect(api.RoleRuntime, value, "remote_addr", from).Active {
			t.Errorf("refused from %s", from)
		}
	}
	w.as(api.RoleRuntime, "POST", "/v1/introspect",
		url.Values{"token": {value}, "remote_addr": {"192.0.2.7:80"}}).problem(api.CodeInvalid, "/remote_addr")
	w.patchToken(token.ID, object{"allowed_cidrs": []string{}})
	inactive("no address is allowed", w.introspect(api.RoleRuntime, value, "remote_addr", "192.0.2.7"))
}

func TestIntrospectionRefused(t *testing.T) {
	w := newWorld(t)
	value := w.reveal(w.newToken("notifier", w.newConnector("chat", nil).ID, nil).ID, 1)
	w.as(api.RoleRuntime, "POST", "/v1/introspect", url.Values{}).problem(api.CodeInvalid, "")
	w.as(api.RoleRuntime, "POST", "/v1/introspect", url.Values{"x": {"y"}}).problem(api.CodeInvalid, "/token")
	w.as(api.RoleRuntime, "POST", "/v1/introspect", "token=a&token=b",
		header{"Content-Type", "application/x-www-form-urlencoded"}).problem(api.CodeInvalid, "/token")
	w.as(api.RoleRuntime, "POST", "/v1/introspect", object{"token": value}).problem(api.CodeUnsupportedMedia, "")
	w.as(api.RoleRuntime, "POST", "/v1/introspect?token="+value, url.Values{"token": {value}}).problem(api.CodeInvalid, "")
}

// TestUseIsRecorded: it shows at once and is written soon. The first evidence is written at once.
func TestUseIsRecorded(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	value := w.reveal(token.ID, 1)
	used := func() *time.Time { return w.versions(token.ID)[0].LastUsedAt }

	w.introspect(api.RoleAuditor, value)
	if used() != nil {
		t.Error("an introspection by an auditor was recorded as a use")
	}
	w.introspect(api.RoleRuntime, value)
	if at := used(); at == nil || !at.Equal(epoch) {
		t.Errorf("first use: %v", at)
	}
	w.clock.Advance(time.Second)
	w.introspect(api.RoleRuntime, value)
	if at := used(); !at.Equal(epoch.Add(time.Second)) {
		t.Errorf("the use is not shown before it is written: %v", at)
	}
	w.sweep()
	if at := used(); !at.Equal(epoch.Add(time.Second)) {
		t.Errorf("the use was not written: %v", at)
	}
	w.begun(token.ID)
	w.introspect(api.RoleRuntime, value) // the current version proves nothing
	if w.token(token.ID).Rotation.Acknowledged {
		t.Error("a use of the current version counted for the pending one")
	}
	etag := w.token(token.ID).Etag
	w.introspect(api.RoleRuntime, w.reveal(token.ID, 2))
	v := w.versions(token.ID)[1]
	if v.Evidence == nil || v.Evidence.Kind != "introspection" || !strings.HasPrefix(v.Evidence.Actor, "prn_") {
		t.Errorf("evidence: %+v", v.Evidence)
	}
	first := *v.Evidence
	w.clock.Advance(time.Minute)
	w.introspect(api.RoleRuntime, w.reveal(token.ID, 2))
	if diff := cmp.Diff(first, *w.versions(token.ID)[1].Evidence); diff != "" {
		t.Errorf("the first evidence was replaced:\n%s", diff)
	}
	if got := w.token(token.ID).Etag; got != etag {
		t.Errorf("etag %s, want %s: evidence and use are no changes", got, etag)
	}
}

// TestLastUseOfOldVersionIsKept after so many rotations that version 1 is no longer read.
func TestLastUseOfOldVersionIsKept(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", object{"require_acknowledgement": false, "overlap": "0s"})
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID})
	if at := w.token(token.ID).LastUsedAt; at != nil {
		t.Errorf("a new token was used at %s", at)
	}
	w.introspect(api.RoleRuntime, w.reveal(token.ID, 1))
	for range 12 {
		w.clock.Advance(time.Minute)
		w.step(token.ID, api.StepRotate, nil).want(200)
	}
	for name, got := range map[string]api.ScopedToken{"read": w.token(token.ID), "list": w.list()[0]} {
		if got.LastUsedAt == nil || !got.LastUsedAt.Equal(epoch) {
			t.Errorf("%s: last used %v, want %s", name, got.LastUsedAt, epoch)
		}
	}
}

// TestRevokeToken covers the cases of DESIGN section 6 for each caller.
func TestRevokeToken(t *testing.T) {
	cases := map[string]struct {
		prepare func(w *world, id string)
		revoke  int64
		valid   []int64
		phase   string
		version int64
		hold    bool
	}{
		"the only one":           {func(*world, string) {}, 1, nil, api.PhaseRevoked, 1, false},
		"pending":                {(*world).begun, 2, []int64{1}, api.PhaseStable, 1, true},
		"current while staged":   {(*world).begun, 1, []int64{2}, api.PhaseStable, 2, false},
		"previous":               {(*world).drained, 1, []int64{2}, api.PhaseStable, 2, false},
		"current while draining": {(*world).drained, 2, []int64{1}, api.PhaseStable, 1, false},
	}
	w := newWorld(t)
	connector := w.newConnector("chat", nil).ID
	for name, c := range cases {
		for _, who := range []string{"itself", api.RoleOperator, api.RoleSecurity} {
			t.Run(name+" by "+who, func(t *testing.T) {
				w := w.in(t)
				token := w.newToken(slug(name+" "+who), connector, nil)
				c.prepare(w, token.ID)
				values := map[int64]string{}
				for _, v := range w.versions(token.ID) {
					values[v.Version] = w.reveal(token.ID, v.Version)
				}
				etag := w.token(token.ID).Etag
				form := url.Values{"token": {values[c.revoke]}, "token_type_hint": {"access_token"}}
				by := w.tokens[who]
				if who == "itself" {
					by = values[c.revoke]
				}
				want := api.Revocation{Revoked: true, Kind: api.KindScopedTokens, ID: token.ID, Version: c.revoke}
				if got := decoded[api.Revocation](w.send(by, "POST", "/v1/revoke", form).want(200)); got != want {
					t.Errorf("%+v", got)
				}
				w.accepted(values, c.valid...)
				got := w.token(token.ID)
				if got.Rotation.Phase != c.phase || got.Version != c.version || (got.Hold != nil) != c.hold || got.Etag == etag {
					t.Errorf("%+v", got)
				}
				ended := w.versions(token.ID)[c.revoke-1]
				if ended.EndReason != "token_revoked" || who == "itself" && ended.EndedBy != token.ID || who != "itself" &&
					!strings.HasPrefix(ended.EndedBy, "prn_") {
					t.Errorf("ended by %s (%s)", ended.EndedBy, ended.EndReason)
				}
				// Whoever holds a version that goes on keeps it, but for the one that was to end with its overlap.
				ends := got.Rotation.CurrentExpiresAt
				if overlap := name == "current while draining"; overlap != (ends != nil) || overlap &&
					!ends.Equal(w.clock.Now().Add(24*time.Hour)) {
					t.Errorf("the current version ends at %v", ends)
				}
				valid := c.valid
				if ends != nil {
					valid = nil
				}
				w.clock.Advance(60 * 24 * time.Hour)
				w.accepted(values, valid...)

				if who == "itself" {
					w.send(by, "POST", "/v1/revoke", form).problem(api.CodeUnauthenticated, "")
				} else {
					w.send(by, "POST", "/v1/revoke", form).want(200) // RFC 7009: not an error
				}
			})
		}
	}
}

func TestRevokeTokenRefused(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	w.begun(token.ID)
	values := map[int64]string{1: w.reveal(token.ID, 1), 2: w.reveal(token.ID, 2)}
	form := url.Values{"token": {values[2]}}
	w.send(values[1], "POST", "/v1/revoke", form).problem(api.CodeForbidden, "")
	w.as(api.RoleRuntime, "POST", "/v1/revoke", form).problem(api.CodeForbidden, "")
	w.as(api.RoleAuditor, "POST", "/v1/revoke", form).problem(api.CodeForbidden, "")
	w.send("", "POST", "/v1/revoke", form).problem(api.CodeUnauthenticated, "")
	w.as(api.RoleSecurity, "POST", "/v1/revoke", url.Values{"token": {"x"}}).want(200)
	w.as(api.RoleSecurity, "POST", "/v1/revoke", url.Values{"nothing": {"x"}}).problem(api.CodeInvalid, "/token")
	w.as(api.RoleSecurity, "POST", "/v1/revoke", object{}).problem(api.CodeUnsupportedMedia, "")
	w.accepted(values, 1, 2)
}
