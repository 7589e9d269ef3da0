package platform_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// newLimitedWorld returns a world with these limits.
func newLimitedWorld(t *testing.T, c limits.Config) *world {
	t.Helper()
	w := newWorld(t)
	w.limits = &c
	w.restart()
	return w
}

// flood sends n requests as a role, and returns how many were refused with 429.
func (w *world) flood(n int, role, method, path string, body any) (refused int) {
	w.t.Helper()
	for range n {
		if w.as(role, method, path, body).status == http.StatusTooManyRequests {
			refused++
		}
	}
	return refused
}

// TestFloodingTenantIsRefusedAndTheOtherIsNot: only who exceeds a limit gets 429, and is told how long to wait.
func TestFloodingTenantIsRefusedAndTheOtherIsNot(t *testing.T) {
	w := newLimitedWorld(t, limits.Config{Principal: 5, Environment: 100, Address: 1})
	for i := range 100 {
		got := w.do("GET", pathTokens, nil)
		if limited := got.status == http.StatusTooManyRequests; limited != (i >= 10) {
			t.Fatalf("request %d: status %d", i+1, got.status)
		}
		if i%10 == 0 {
			w.send(w.foreign["globex/staging"], "GET", pathTokens, nil).want(200)
			w.clock.Advance(time.Microsecond)
		}
	}
	got := w.do("GET", pathTokens, nil)
	p := got.problem(api.CodeRateLimited, "")
	if !strings.Contains(p.Detail, "5 requests a second, and 10 at once") {
		t.Errorf("detail: %s", p.Detail)
	}
	for name, want := range map[string]string{
		"Retry-After": "1", "RateLimit": `"principal";r=0;t=1`, "RateLimit-Policy": `"principal";q=10;w=2`,
	} {
		if value := got.header.Get(name); value != want {
			t.Errorf("%s: %s, want %s", name, value, want)
		}
	}
	w.as(api.RoleAuditor, "GET", pathTokens, nil).want(200) // another principal of the same environment
	w.clock.Advance(time.Second)
	if refused := w.flood(6, api.RoleDeployer, "GET", pathTokens, nil); refused != 1 {
		t.Errorf("%d of 6 were refused a second later, want 1", refused)
	}
}

// TestPrincipalsOfAnEnvironmentShareItsLimit: those that send most are refused for it, and nobody else.
func TestPrincipalsOfAnEnvironmentShareItsLimit(t *testing.T) {
	w := newLimitedWorld(t, limits.Config{Environment: 10})
	w.as(api.RoleAuditor, "GET", pathTokens, nil).want(200)
	if refused := w.flood(30, api.RoleDeployer, "GET", pathTokens, nil); refused == 0 {
		t.Error("the limit of the environment was not kept")
	}
	if p := w.do("GET", pathTokens, nil).problem(api.CodeRateLimited, ""); !strings.Contains(p.Detail, "environment") {
		t.Errorf("detail: %s", p.Detail)
	}
	if refused := w.flood(5, api.RoleAuditor, "GET", pathTokens, nil); refused != 0 {
		t.Errorf("%d of 5 of a principal below its share were refused", refused)
	}
	for environment, token := range w.foreign {
		if got := w.send(token, "GET", pathTokens, nil); got.status != 200 {
			t.Errorf("%s: status %d", environment, got.status)
		}
	}
}

// TestReserve: a principal that has used up its requests can still end and hold what leaked, and ask what a value is.
// The reserve has a bound of its own.
func TestReserve(t *testing.T) {
	w := newLimitedWorld(t, limits.Config{Principal: 3, Environment: 3, Reserve: 4})
	policy := w.newPolicy("monthly", nil)
	connector := w.newConnector("chat", nil)
	token := w.newToken("notifier", connector.ID, object{"rotation_policy_id": policy.ID})
	value := w.reveal(token.ID, 1)
	w.flood(20, api.RoleSecurity, "GET", pathTokens, nil)
	w.as(api.RoleSecurity, "GET", pathTokens, nil).problem(api.CodeRateLimited, "")

	asked := w.as(api.RoleSecurity, "POST", "/v1/identify", url.Values{"token": {value}}).want(200)
	if got := decoded[api.Identification](asked); got.ID != token.ID {
		t.Errorf("identified %+v", got)
	}
	w.as(api.RoleSecurity, "POST", pathTokens+"/"+token.ID+"/hold", because).want(200)
	w.as(api.RoleSecurity, "POST", pathConnectors+"/"+connector.ID+"/hold", because).want(200)
	w.as(api.RoleSecurity, "POST", "/v1/revoke", url.Values{"token": {value}}).want(200)
	w.as(api.RoleSecurity, "POST", pathTokens+"/"+token.ID+"/revoke", object{"all": true, "reason": "leaked"}).want(200)
	principals := decoded[api.Page[api.Principal]](w.as(api.RoleAuditor, "GET", "/v1/principals", nil).want(200))
	for _, p := range principals.Items {
		if p.Role == api.RoleRuntime {
			w.as(api.RoleSecurity, "DELETE", "/v1/principals/"+p.ID, nil).want(204)
		}
	}
	if refused := w.flood(10, api.RoleSecurity, "POST", "/v1/revoke", url.Values{"token": {value}}); refused != 7 {
		t.Errorf("%d of 10 more were refused, want 7: 5 of 8 were used", refused)
	}
	w.as(api.RoleSecurity, "POST", "/v1/revoke", url.Values{"token": {value}}).problem(api.CodeRateLimited, "")
	w.as(api.RoleOperator, "POST", "/v1/revoke", url.Values{"token": {value}}).want(200)
}

// TestIntrospectionHasItsOwnLimit, which is off unless it is set.
func TestIntrospectionHasItsOwnLimit(t *testing.T) {
	w := newLimitedWorld(t, limits.Config{Principal: 1, Environment: 1})
	form := url.Values{"token": {"x"}}
	w.flood(5, api.RoleRuntime, "GET", "/v1/identity", nil)
	if refused := w.flood(20, api.RoleRuntime, "POST", "/v1/introspect", form); refused != 0 {
		t.Errorf("%d were refused", refused)
	}
	w.limits = &limits.Config{Introspection: 2}
	w.restart()
	if refused := w.flood(20, api.RoleRuntime, "POST", "/v1/introspect", form); refused != 16 {
		t.Errorf("%d of 20 were refused, want 16", refused)
	}
	w.as(api.RoleRuntime, "GET", "/v1/identity", nil).want(200)
}

// TestRequestsWithoutCredentials: a bad token, an unknown one and none count for the address. A principal behind the
// same address is let through, and so are health checks.
func TestRequestsWithoutCredentials(t *testing.T) {
	w := newLimitedWorld(t, limits.Config{Address: 4})
	stale := w.tokens[api.RolePlanner]
	w.as(api.RoleSecurity, "DELETE", "/v1/principals/"+w.principalID(api.RolePlanner), nil).want(204)
	tries := []func() *reply{
		func() *reply { return w.send("", "GET", pathTokens, nil) },
		func() *reply { return w.send("qcp_nonsense", "GET", pathTokens, nil) },
		func() *reply { return w.send(stale, "GET", pathTokens, nil) },
		func() *reply { return w.send("", "POST", "/v1/introspect", url.Values{"token": {"x"}}) },
		func() *reply { return w.send("", "POST", "/v1/revoke", url.Values{"token": {"x"}}) },
	}
	for i := range 8 {
		tries[i%len(tries)]().problem(api.CodeUnauthenticated, "")
	}
	for _, try := range tries {
		got := try()
		got.problem(api.CodeRateLimited, "")
		policy, after := got.header.Get("RateLimit-Policy"), got.header.Get("Retry-After")
		if policy != `"address";q=8;w=2` || after != "1" {
			t.Errorf("%s, Retry-After %s", policy, after)
		}
	}
	w.send("", "GET", "/v1/nothing", nil).problem(api.CodeRateLimited, "")
	w.send("", "GET", "/openapi.json", nil).problem(api.CodeRateLimited, "")
	w.do("GET", pathTokens, nil).want(200)
	w.as(api.RoleRuntime, "POST", "/v1/introspect", url.Values{"token": {"x"}}).want(200)
	for i := range 8 {
		if path := []string{"/healthz", "/readyz", "/metrics"}[i%3]; w.send("", "GET", path, nil).status != 200 {
			t.Errorf("%s was refused", path)
		}
	}
	w.send("", "GET", "/readyz", nil).problem(api.CodeRateLimited, "")
	w.clock.Advance(time.Second)
	w.send("", "GET", pathTokens, nil).problem(api.CodeUnauthenticated, "")
}

// TestAddressBehindATrustedProxy counts for the caller before the proxy, and for nobody else's word.
func TestAddressBehindATrustedProxy(t *testing.T) {
	trusted, err := limits.ParseTrusted("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	from := func(a string) header { return header{"X-Forwarded-For", a} }
	w := newLimitedWorld(t, limits.Config{Address: 1, Trusted: trusted})
	for _, forged := range []string{"", "192.0.2.1, ", "192.0.2.2, "} {
		got := w.send("", "GET", pathTokens, nil, from(forged+"198.51.100.1"))
		if limited := got.status == http.StatusTooManyRequests; limited != (forged == "192.0.2.2, ") {
			t.Errorf("%q: status %d", forged, got.status)
		}
	}
	w.send("", "GET", pathTokens, nil, from("198.51.100.2")).problem(api.CodeUnauthenticated, "")

	w.limits = &limits.Config{Address: 1}
	w.restart()
	w.send("", "GET", pathTokens, nil, from("198.51.100.1")).problem(api.CodeUnauthenticated, "")
	w.send("", "GET", pathTokens, nil, from("198.51.100.2")).problem(api.CodeUnauthenticated, "")
	w.send("", "GET", pathTokens, nil, from("198.51.100.3")).problem(api.CodeRateLimited, "")
}

// TestRefusedRequestsAreCountedAndLoggedOnceAMinute, in the place of a line about each.
func TestRefusedRequestsAreCountedAndLoggedOnceAMinute(t *testing.T) {
	w := newLimitedWorld(t, limits.Config{Principal: 1})
	requests := func() int { return strings.Count(w.log.String(), "msg=request ") }
	before := requests()
	if refused := w.flood(52, api.RoleDeployer, "GET", pathTokens, nil); refused != 50 {
		t.Fatalf("%d were refused", refused)
	}
	if got := requests() - before; got != 2 {
		t.Errorf("%d lines about requests, want 2", got)
	}
	w.clock.Advance(time.Minute)
	w.flood(3, api.RoleDeployer, "GET", pathTokens, nil)
	var lines []string
	for line := range strings.SplitSeq(w.log.String(), "\n") {
		if strings.Contains(line, "limit exceeded") {
			lines = append(lines, line)
		}
	}
	id := w.principalID(api.RoleDeployer)
	for _, part := range []string{"limit=principal", "caller=" + id, "tenant=acme", "environment=staging"} {
		if len(lines) != 2 || !strings.Contains(lines[0], part) {
			t.Fatalf("no %s in %q", part, lines)
		}
	}
	for i, count := range []string{"refused_since_last_line=1 ", "refused_since_last_line=50 "} {
		if !strings.Contains(lines[i], count) {
			t.Errorf("no %s in %q", count, lines[i])
		}
	}
	metrics := string(w.send("", "GET", "/metrics", nil).want(200).body)
	if !strings.Contains(metrics, `quickconnect_limit_exceeded_total{limit="principal"} 51`) {
		t.Error("the refused requests are not counted")
	}
}

// TestDefaultLimits: a platform whose configuration says nothing has them.
func TestDefaultLimits(t *testing.T) {
	w := newWorld(t)
	w.limits = nil
	w.restart()
	if refused := w.flood(401, api.RoleDeployer, "GET", "/v1/identity", nil); refused != 1 {
		t.Errorf("%d of 401 were refused, want 1", refused)
	}
}

// principalID returns the id of the principal with a role in acme/staging.
func (w *world) principalID(role string) (id string) {
	w.t.Helper()
	err := w.store.View(w.t.Context(), func(tx *store.Tx) error {
		found, err := tx.Principals(w.t.Context(), staging, store.List{Name: role, Limit: 1})
		if err == nil {
			id = found[0].ID
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}
