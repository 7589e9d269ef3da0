package platform_test

import (
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
	if diff := cmp.Diff(want, got); diff != "" || !api.WellFormedToken(api.PrefixAccessToken, got.AccessToken) ||
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
	unknown, err := keys.NewToken(api.PrefixScopedToken, keys.NewRandom(zeros{}))
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
