package platform_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

// opens sends the request that opens an access token.
func (w *world) opens(role, tokenID string, body object) *reply {
	w.t.Helper()
	if body == nil {
		body = object{}
	}
	return w.as(role, "POST", pathTokens+"/"+tokenID+"/access-tokens", body)
}

// opened opens an access token as a role.
func (w *world) opened(role, tokenID string, body object) keys.OpenedAccessToken {
	w.t.Helper()
	return decoded[keys.OpenedAccessToken](w.opens(role, tokenID, body).want(200))
}

// openedAlone opens an access token of a scoped token of its own.
func (w *world) openedAlone(role string) keys.OpenedAccessToken {
	w.t.Helper()
	*w.created++
	name := fmt.Sprintf("opened-%d", *w.created)
	return w.opened(role, w.newToken(name, w.newConnector(name, nil).ID, nil).ID, nil)
}

// exchanges sends an exchange of a scoped token. More are pairs of members of the form.
func (w *world) exchanges(value string, more ...string) *reply {
	w.t.Helper()
	form := url.Values{
		"grant_type": {api.GrantTokenExchange}, "subject_token": {value}, "subject_token_type": {api.TokenTypeAccessToken},
	}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return w.send("", "POST", pathExchange, form)
}

func (w *world) exchanged(value string, more ...string) keys.ExchangedAccessToken {
	w.t.Helper()
	return decoded[keys.ExchangedAccessToken](w.exchanges(value, more...).want(200))
}

// extends asks as a role for a longer life of an access token.
func (w *world) extends(role, id, ttl string) *reply {
	w.t.Helper()
	return w.as(role, "POST", pathAccess+"/"+id+"/extend", object{"ttl": ttl})
}

// TestExchange: the value of a scoped token becomes an access token, which introspection accepts within its scopes and
// until it ends, and the API does not.
func TestExchange(t *testing.T) {
	w := newWorld(t)
	w.govern(object{}) // a wildcard is exchanged for what it stands for
	c := w.newConnector("chat", nil)
	token := w.newToken("notifier", c.ID, object{"scopes": []string{"messages:send", "messages:read", "users:*"}})
	w.patchConnector(c.ID, object{"allowed_scopes": []string{"messages:*", "users:read"}})
	value := w.reveal(token.ID, 1)
	got := w.exchanged(value + "\n")
	want := keys.ExchangedAccessToken{
		AccessToken: got.AccessToken, IssuedTokenType: api.TokenTypeAccessToken, TokenType: "Bearer", ExpiresIn: 900,
		Scope: "messages:read messages:send users:read", ID: got.ID,
	}
	if diff := cmp.Diff(want, got); diff != "" || !keys.WellFormed(keys.PrefixAccessToken, got.AccessToken) ||
		!strings.HasPrefix(got.ID, api.AccessTokenIDPrefix) {
		t.Errorf("%s (-want +got):\n%s", got.ID, diff)
	}
	narrow := w.exchanged(value, "scope", "users:read messages:send users:read", "ttl", "10", "requested_token_type",
		api.TokenTypeAccessToken)
	if narrow.Scope != "messages:send users:read" || narrow.ExpiresIn != 10 || narrow.AccessToken == got.AccessToken {
		t.Errorf("%+v", narrow)
	}
	wantIntrospection := api.Introspection{
		Active: true, Scope: narrow.Scope, Tenant: "acme", Environment: "staging", ClientID: c.ID, Subject: token.ID,
		ExpiresAt: epoch.Add(10 * time.Second).Unix(), Version: 1,
	}
	for range 2 { // the second one is answered from memory
		if diff := cmp.Diff(wantIntrospection, w.introspect(api.RoleRuntime, narrow.AccessToken)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	for _, path := range []string{"/v1/identity", pathTokens} {
		p := w.send(got.AccessToken, "GET", path, nil).problem(api.CodeUnauthenticated, "")
		if !strings.Contains(p.Detail, "introspection") || !strings.Contains(p.Detail, "principal") {
			t.Errorf("the refusal does not say what an access token is for: %s", p.Detail)
		}
	}
	w.clock.Advance(10 * time.Second)
	wantInactive(t, "expired", w.introspect(api.RoleRuntime, narrow.AccessToken))
	if !w.introspect(api.RoleRuntime, got.AccessToken).Active {
		t.Error("the other one has ended too")
	}
	// A scope that the connector gives later is not among those that were granted.
	w.patchConnector(c.ID, object{"allowed_scopes": nil})
	if got := w.introspect(api.RoleRuntime, got.AccessToken).Scope; got != "messages:read messages:send users:read" {
		t.Errorf("wider than it was granted: %s", got)
	}
	w.patchToken(token.ID, object{"scopes": []string{"messages:read"}})
	if got := w.introspect(api.RoleRuntime, got.AccessToken).Scope; got != "messages:read" {
		t.Errorf("wider than its scoped token: %s", got)
	}
}

// TestExchangeRefused: all refusals look alike, and the audit trail has the reason, once a minute.
func TestExchangeRefused(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	token := w.newToken("notifier", c.ID, object{"scopes": []string{"messages:send"}})
	value := w.reveal(token.ID, 1)
	far := w.newToken("far", c.ID, object{"allowed_cidrs": []string{"192.0.2.0/24"}})
	off := w.newConnector("off", nil)
	asleep := w.reveal(w.newToken("asleep", off.ID, nil).ID, 1)
	w.patchConnector(off.ID, object{"enabled": false})
	none := w.newConnector("none", object{"allowed_scopes": []string{"messages:send"}})
	bare := w.reveal(w.newToken("bare", none.ID, nil).ID, 1)
	w.patchConnector(none.ID, object{"allowed_scopes": []string{"users:read"}})
	ended := w.newToken("ended", c.ID, nil)
	gone := w.reveal(ended.ID, 1)
	w.lifecycle(ended.ID, "revoke", object{"all": true, "reason": "leak"})
	access := w.exchanged(value).AccessToken
	unknown, err := keys.NewToken(keys.PrefixScopedToken, keys.NewRandom(zeros{}))
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	reasons := map[string]string{}
	for name, send := range map[string]func() *reply{
		"unknown":             func() *reply { return w.exchanges(unknown.Expose()) },
		"garbage":             func() *reply { return w.exchanges("x") },
		"a principal":         func() *reply { return w.exchanges(w.tokens[api.RoleDeployer]) },
		"an access token":     func() *reply { return w.exchanges(access) },
		"ended":               func() *reply { return w.exchanges(gone) },
		"address":             func() *reply { return w.exchanges(w.reveal(far.ID, 1)) },
		"connector_disabled":  func() *reply { return w.exchanges(asleep) },
		"no_scopes":           func() *reply { return w.exchanges(bare) },
		"scope":               func() *reply { return w.exchanges(value, "scope", "messages:read") },
		"scope of a wildcard": func() *reply { return w.exchanges(value, "scope", "messages:*") },
	} {
		send()
		got := send()
		p := got.problem(api.CodeInvalidGrant, "")
		if got.status != http.StatusBadRequest || p.OAuth != "invalid_grant" {
			t.Errorf("%s: %d %+v", name, got.status, p)
		}
		texts = append(texts, p.Detail)
	}
	for _, e := range w.audit() {
		if e.Action == "refuse_exchange" {
			reasons[e.Detail["reason"]] += e.Kind + " "
		}
	}
	if texts = slices.Compact(texts); len(texts) != 1 {
		t.Errorf("refusals differ: %q", texts)
	}
	once := "scoped-tokens "
	if diff := cmp.Diff(map[string]string{
		"ended": once, "address": once, "connector_disabled": once, "no_scopes": once, "scope": once,
	}, reasons); diff != "" {
		t.Errorf("audited reasons (-want +got):\n%s", diff)
	}
	for field, form := range map[string][]string{
		"/ttl": {"ttl", "3601"}, "/grant_type": {"grant_type", "password"},
		"/requested_token_type": {"requested_token_type", "x"},
		"/subject_token_type":   {"subject_token_type", "x"}, "/subject_token": {"subject_token", " "},
	} {
		w.exchanges(value, form...).problem(api.CodeInvalid, field)
	}
	w.send("", "POST", pathExchange, object{}).problem(api.CodeUnsupportedMedia, "")
	long := url.Values{"subject_token": {strings.Repeat("x", 64<<10)}}
	w.send("", "POST", pathExchange, long).problem(api.CodeTooLarge, "")
}

// zeros is no randomness at all.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// TestExchangesAreLimitedByAddress: what needs no credentials cannot be asked without end.
func TestExchangesAreLimitedByAddress(t *testing.T) {
	w := newWorld(t)
	w.limits = &limits.Config{Address: 3}
	w.restart()
	value := w.reveal(w.newToken("notifier", w.newConnector("chat", nil).ID, nil).ID, 1)
	refused := 0
	for range 20 {
		if r := w.exchanges(value); r.status != 200 {
			r.problem(api.CodeRateLimited, "")
			refused++
		}
	}
	if refused == 0 {
		t.Error("no exchange was refused")
	}
}

// TestWhatEndsAnAccessToken: an access token ends in the next request with whatever ends the version that it was made
// from, and by itself.
func TestWhatEndsAnAccessToken(t *testing.T) {
	for name, end := range map[string]func(w *world, t api.ScopedToken, opened keys.OpenedAccessToken, value string){
		"the scoped token is revoked": func(w *world, t api.ScopedToken, _ keys.OpenedAccessToken, _ string) {
			w.lifecycle(t.ID, "revoke", object{"all": true, "reason": "leak"})
		},
		"the version is revoked by its value": func(w *world, _ api.ScopedToken, _ keys.OpenedAccessToken, value string) {
			w.revokeValue(w.tokens[api.RoleSecurity], value)
		},
		"a higher minimum": func(w *world, t api.ScopedToken, _ keys.OpenedAccessToken, _ string) {
			w.patchToken(t.ID, object{"minimum_version": 2})
		},
		"the scoped token is deleted": func(w *world, t api.ScopedToken, _ keys.OpenedAccessToken, _ string) {
			w.do("DELETE", pathTokens+"/"+t.ID, nil).want(204)
		},
		"the scoped token ends": func(w *world, t api.ScopedToken, _ keys.OpenedAccessToken, _ string) {
			w.patchToken(t.ID, object{"expires_at": w.clock.Now().Add(time.Second).Format(time.RFC3339)})
			w.clock.Advance(time.Second)
		},
		"the connector is disabled": func(w *world, t api.ScopedToken, _ keys.OpenedAccessToken, _ string) {
			w.patchConnector(t.ConnectorID, object{"enabled": false})
		},
		"other addresses": func(w *world, t api.ScopedToken, _ keys.OpenedAccessToken, _ string) {
			w.patchToken(t.ID, object{"allowed_cidrs": []string{"198.51.100.0/24"}})
		},
		"it is revoked by its id": func(w *world, _ api.ScopedToken, opened keys.OpenedAccessToken, _ string) {
			w.as(api.RolePlanner, "POST", pathAccess+"/"+opened.ID+"/revoke", nil).want(200)
		},
		"it is revoked by another principal": func(w *world, _ api.ScopedToken, opened keys.OpenedAccessToken, _ string) {
			w.as(api.RoleSecurity, "POST", pathAccess+"/"+opened.ID+"/revoke", nil).want(200)
		},
		"it is revoked by its value": func(w *world, _ api.ScopedToken, opened keys.OpenedAccessToken, _ string) {
			w.revokeValue(w.tokens[api.RoleSecurity], opened.AccessToken)
		},
		"it revokes itself": func(w *world, _ api.ScopedToken, opened keys.OpenedAccessToken, _ string) {
			w.revokeValue(opened.AccessToken, opened.AccessToken)
		},
		"its time is over": func(w *world, _ api.ScopedToken, _ keys.OpenedAccessToken, _ string) {
			w.clock.Advance(15 * time.Minute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
			opened := w.opened(api.RolePlanner, token.ID, nil)
			for range 2 { // the second one is answered from memory
				if !w.introspect(api.RoleRuntime, opened.AccessToken).Active {
					t.Fatal("it is not accepted before")
				}
			}
			end(w, token, opened, w.reveal(token.ID, 1))
			wantInactive(t, name, w.introspect(api.RoleRuntime, opened.AccessToken))
			if r := w.extends(api.RolePlanner, opened.ID, "1h"); name != "other addresses" {
				r.problem(api.CodeConflict, "")
			}
			wantInactive(t, "an extension revived it", w.introspect(api.RoleRuntime, opened.AccessToken))
		})
	}
}

// TestHoldLeavesAccessTokens: a hold stops rotations and ends no version, so it ends no access token.
func TestHoldLeavesAccessTokens(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	opened := w.opened(api.RolePlanner, token.ID, nil)
	w.lifecycle(token.ID, "hold", object{"reason": "test"})
	if !w.introspect(api.RoleRuntime, opened.AccessToken).Active {
		t.Error("the hold ended it")
	}
}

// TestExtension: an access token is extended by the principal that opened it, for 12 hours at most, and never beyond
// its version. What has ended stays so.
func TestExtension(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	token := w.newToken("notifier", c.ID, nil)
	opened := w.opened(api.RolePlanner, token.ID, object{"ttl": "10m", "scopes": []string{"messages:send"}})
	if want := epoch.Add(12 * time.Hour); !opened.EndsAtLatest.Equal(want) || opened.ExpiresIn != 600 {
		t.Errorf("%+v", opened)
	}
	w.extends(api.RoleDeployer, opened.ID, "1h").problem(api.CodeForbidden, "")
	for _, ttl := range []string{"9s", "61m", "x"} {
		w.extends(api.RolePlanner, opened.ID, ttl).problem(api.CodeInvalid, "/ttl")
	}
	life := func() api.AccessTokenLife {
		t.Helper()
		return decoded[api.AccessTokenLife](w.extends(api.RolePlanner, opened.ID, "1h").want(200))
	}
	shorter := decoded[api.AccessTokenLife](w.extends(api.RolePlanner, opened.ID, "10s").want(200))
	if !shorter.ExpiresAt.Equal(opened.ExpiresAt) {
		t.Errorf("the extension shortened it: %+v", shorter)
	}
	for range 13 {
		if got, want := life().ExpiresAt, w.clock.Now().Add(time.Hour); got.After(epoch.Add(12*time.Hour)) ||
			got.Before(want) && !got.Equal(epoch.Add(12*time.Hour)) {
			t.Errorf("at %s it ends at %s", w.clock.Now(), got)
		}
		w.clock.Advance(54 * time.Minute)
		if !w.introspect(api.RoleRuntime, opened.AccessToken).Active {
			t.Fatalf("it has ended at %s", w.clock.Now())
		}
	}
	w.clock.Advance(epoch.Add(12 * time.Hour).Sub(w.clock.Now()))
	wantInactive(t, "after 12 hours", w.introspect(api.RoleRuntime, opened.AccessToken))
	w.extends(api.RolePlanner, opened.ID, "1h").problem(api.CodeConflict, "")

	end := w.clock.Now().Add(20 * time.Minute)
	w.patchToken(token.ID, object{"expires_at": end.Format(time.RFC3339)})
	short := w.opened(api.RolePlanner, token.ID, object{"ttl": "1h"})
	if !short.ExpiresAt.Equal(end) || !short.EndsAtLatest.Equal(end) {
		t.Errorf("it ends after its version: %+v", short)
	}
}

// TestAccessTokensAreNoEvidence: the exchange proves that a pending version is in use; what a principal opened never
// does, and it is made from the version that is current.
func TestAccessTokensAreNoEvidence(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{
		"rotation_policy_id": w.newPolicy("monthly", nil).ID, "expires_at": nil,
	})
	w.begun(token.ID)
	opened := w.opened(api.RolePlanner, token.ID, nil)
	if got := w.introspect(api.RoleRuntime, opened.AccessToken); got.Version != 1 {
		t.Errorf("made from version %d", got.Version)
	}
	if w.token(token.ID).Rotation.Acknowledged {
		t.Error("an access token that a principal opened is evidence")
	}
	pending := w.exchanged(w.reveal(token.ID, 2))
	if got := w.versions(token.ID)[1].Evidence; got == nil || got.Kind != "exchange" || got.Actor != token.ID {
		t.Errorf("the exchange of the pending version is no evidence: %+v", got)
	}
	// A use is one of the version, so that nothing is retired that access tokens still need.
	w.clock.Advance(time.Minute)
	w.introspect(api.RoleRuntime, opened.AccessToken)
	if got := w.versions(token.ID)[0].LastUsedAt; got == nil || !got.Equal(w.clock.Now()) {
		t.Errorf("last used at %v", got)
	}
	w.step(token.ID, api.StepCancel, object{"reason": "test"}).want(200)
	wantInactive(t, "the pending version was cancelled", w.introspect(api.RoleRuntime, pending.AccessToken))
	if !w.introspect(api.RoleRuntime, opened.AccessToken).Active {
		t.Error("that of the current version has ended too")
	}
}

// TestAccessTokensShareTheRate: the uses of a scoped token and of its access tokens are counted together.
func TestAccessTokensShareTheRate(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rate_limit_per_minute": 2})
	value := w.reveal(token.ID, 1)
	w.asks(api.RoleRuntime, value).want(200)
	w.asks(api.RoleRuntime, w.exchanged(value).AccessToken).want(200)
	w.asks(api.RoleRuntime, w.exchanged(value).AccessToken).problem(api.CodeTokenRateLimited, "")
}

// TestAccessTokenRetrieves: with the scope for it, an access token fetches the credentials of its connector; opening it
// takes more than the permission to reveal.
func TestAccessTokenRetrieves(t *testing.T) {
	w := newWorld(t)
	c, value := w.retrievers(nil)
	a := w.exchanged(value)
	for range 2 { // the second one is answered from memory
		if got := w.fetch(a.AccessToken, c.ID, "mail"); got.Version != 1 {
			t.Errorf("%+v", got)
		}
	}
	both := w.newToken("both", c.ID, object{"scopes": []string{api.ScopeReadCredentials, "messages:send"}})
	if p := w.opens(api.RolePlanner, both.ID, nil).problem(api.CodeForbidden, "/scopes"); !strings.Contains(p.Detail,
		api.PermissionWrite) {
		t.Error(p.Detail)
	}
	narrow := w.opened(api.RolePlanner, both.ID, object{"scopes": []string{"messages:send"}})
	w.send(narrow.AccessToken, "GET", credentialsOf(c.ID), nil).problem(api.CodeForbidden, "")
	w.fetch(w.opened(api.RoleDeployer, both.ID, nil).AccessToken, c.ID, "deployer")
	w.revokeValue(a.AccessToken, a.AccessToken)
	w.send(a.AccessToken, "GET", credentialsOf(c.ID), nil).problem(api.CodeUnauthenticated, "")
}

// TestAccessTokenIsBoundToItsRow: a change of its row in the database gives it nothing.
func TestAccessTokenIsBoundToItsRow(t *testing.T) {
	for name, change := range map[string]string{
		"a later end":         `UPDATE access_tokens SET expires_at = expires_at + 1`,
		"another version":     `UPDATE access_tokens SET parent_version = 2`,
		"more scopes":         `UPDATE access_tokens SET scopes = '["a:*"]'`,
		"another environment": `UPDATE access_tokens SET environment = 'production'`,
		"another opener":      `UPDATE access_tokens SET opened_by = 'prn_x'`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			opened := w.openedAlone(api.RolePlanner)
			w.tamper(change)
			w.asks(api.RoleRuntime, opened.AccessToken).problem(api.CodeInternal, "")
		})
	}
}

// TestAccessTokensAndLookupKeys: a lookup key is kept as long as a live access token is found by it, which ends by
// itself. The sweep forgets it a day later, and /v1/identify recognises it until then.
func TestAccessTokensAndLookupKeys(t *testing.T) {
	w := newWorld(t)
	opened := w.openedAlone(api.RolePlanner)
	k := w.keysBeside()
	if _, err := k.RotateLookup(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.rewrap()
	if !w.introspect(api.RoleRuntime, opened.AccessToken).Active {
		t.Error("it is not found by the older key")
	}
	wantInUse(t, k.RetireLookup(t.Context(), 1, true), "access tokens: 1", "none lives longer than 12 hours")
	w.clock.Advance(15 * time.Minute)
	var used *keys.InUseError
	if err := k.RetireLookup(
		t.Context(),
		1,
		true,
	); errors.As(err, &used) &&
		strings.Contains(err.Error(), "access tokens: 1") {
		t.Errorf("an expired one keeps the key: %v", err)
	}
	if got := w.identify(w.tokens[api.RoleAuditor], opened.AccessToken); got.State != api.PrincipalExpired ||
		got.ID != opened.ID || got.Kind != api.KindAccessTokens || got.Version != 1 {
		t.Errorf("%+v", got)
	}
	w.clock.Advance(24*time.Hour + time.Minute)
	if err := w.p.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.identify(w.tokens[api.RoleAuditor], opened.AccessToken); got.Found {
		t.Errorf("its row was kept: %+v", got)
	}
}
