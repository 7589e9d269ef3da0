package platform_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
)

// route is one route of /v1, what it needs, and a request that an allowed role gets no 401, 403 or 404 for.
type route struct {
	method, path string
	permission   string
	body         any // of a request that is well-formed
}

const (
	pathConnectors = "/v1/connectors"
	pathTokens     = "/v1/scoped-tokens"
	pathEndpoints  = "/v1/webhook-endpoints"
	pathSecrets    = "/v1/signing-secrets"
	pathPolicies   = "/v1/rotation-policies"
)

var because = object{"reason": "test"}

var routes = []route{
	{"GET", "/v1/identity", "", nil},
	{"POST", "/v1/introspect", api.PermissionIntrospect, url.Values{"token": {"x"}}},
	{"POST", "/v1/revoke", api.PermissionContain, url.Values{"token": {"x"}}},

	{"POST", pathConnectors, api.PermissionWrite, object{"name": "new", "owner": "o", "type": "custom"}},
	{"GET", pathConnectors, api.PermissionRead, nil},
	{"GET", pathConnectors + "/{id}", api.PermissionRead, nil},
	{"PATCH", pathConnectors + "/{id}", api.PermissionWrite, object{"owner": "new"}},
	{"DELETE", pathConnectors + "/{id}", api.PermissionWrite, nil},
	{"POST", pathConnectors + "/{id}/revoke", api.PermissionContain, object{"all": true, "reason": "test"}},
	{"POST", pathConnectors + "/{id}/hold", api.PermissionContain, because},
	{"POST", pathConnectors + "/{id}/release", api.PermissionContain, because},
	{"GET", pathConnectors + "/{id}/versions", api.PermissionRead, nil},

	{"POST", pathTokens, api.PermissionWrite, object{"name": "new", "owner": "o", "connector_id": "con_x", "scopes": []string{"a"}, "expires_at": "2030-01-01T00:00:00Z"}},
	{"GET", pathTokens, api.PermissionRead, nil},
	{"GET", pathTokens + "/{id}", api.PermissionRead, nil},
	{"PATCH", pathTokens + "/{id}", api.PermissionWrite, object{"owner": "new"}},
	{"DELETE", pathTokens + "/{id}", api.PermissionWrite, nil},
	{"POST", pathTokens + "/{id}/rotation/begin", api.PermissionWrite, object{}},
	{"POST", pathTokens + "/{id}/rotation/rotate", api.PermissionWrite, object{}},
	{"POST", pathTokens + "/{id}/rotation/acknowledge", api.PermissionAcknowledge, object{"version": 2}},
	{"POST", pathTokens + "/{id}/rotation/promote", api.PermissionWrite, object{}},
	{"POST", pathTokens + "/{id}/rotation/retire", api.PermissionWrite, object{}},
	{"POST", pathTokens + "/{id}/rotation/cancel", api.PermissionWrite, object{}},
	{"POST", pathTokens + "/{id}/rotation/rollback", api.PermissionContain, object{}},
	{"POST", pathTokens + "/{id}/rotation/reissue", api.PermissionWrite, object{}},
	{"POST", pathTokens + "/{id}/revoke", api.PermissionContain, object{"all": true, "reason": "test"}},
	{"POST", pathTokens + "/{id}/hold", api.PermissionContain, because},
	{"POST", pathTokens + "/{id}/release", api.PermissionContain, because},
	{"GET", pathTokens + "/{id}/versions", api.PermissionRead, nil},
	{"POST", pathTokens + "/{id}/versions/{version}/reveal", api.PermissionReveal, nil},

	{"POST", pathEndpoints, api.PermissionWrite, object{"name": "new", "connector_id": "con_x", "url": "https://hooks.example.com"}},
	{"GET", pathEndpoints, api.PermissionRead, nil},
	{"GET", pathEndpoints + "/{id}", api.PermissionRead, nil},
	{"PATCH", pathEndpoints + "/{id}", api.PermissionWrite, object{"url": "https://other.example.com"}},
	{"POST", pathEndpoints + "/{id}/test-events", api.PermissionWrite, object{"type": "message.delivered", "data": object{"a": 1}}},
	{"GET", pathEndpoints + "/{id}/deliveries", api.PermissionRead, nil},
	{"POST", pathEndpoints + "/{id}/probe", api.PermissionAcknowledge, nil},
	{"DELETE", pathEndpoints + "/{id}", api.PermissionWrite, nil},

	{"POST", pathSecrets, api.PermissionWrite, object{"name": "new", "owner": "o", "endpoint_id": "wep_x", "rotation_policy_id": "pol_x"}},
	{"GET", pathSecrets, api.PermissionRead, nil},
	{"GET", pathSecrets + "/{id}", api.PermissionRead, nil},
	{"PATCH", pathSecrets + "/{id}", api.PermissionWrite, object{"owner": "new"}},
	{"DELETE", pathSecrets + "/{id}", api.PermissionWrite, nil},
	{"POST", pathSecrets + "/{id}/rotation/begin", api.PermissionWrite, object{}},
	{"POST", pathSecrets + "/{id}/rotation/rotate", api.PermissionWrite, object{}},
	{"POST", pathSecrets + "/{id}/rotation/acknowledge", api.PermissionAcknowledge, object{"version": 2}},
	{"POST", pathSecrets + "/{id}/rotation/promote", api.PermissionWrite, object{}},
	{"POST", pathSecrets + "/{id}/rotation/retire", api.PermissionWrite, object{}},
	{"POST", pathSecrets + "/{id}/rotation/cancel", api.PermissionWrite, object{}},
	{"POST", pathSecrets + "/{id}/rotation/rollback", api.PermissionContain, object{}},
	{"POST", pathSecrets + "/{id}/rotation/reissue", api.PermissionWrite, object{}},
	{"POST", pathSecrets + "/{id}/revoke", api.PermissionContain, object{"all": true, "reason": "test"}},
	{"POST", pathSecrets + "/{id}/hold", api.PermissionContain, because},
	{"POST", pathSecrets + "/{id}/release", api.PermissionContain, because},
	{"GET", pathSecrets + "/{id}/versions", api.PermissionRead, nil},
	{"POST", pathSecrets + "/{id}/versions/{version}/reveal", api.PermissionReveal, nil},

	{"POST", pathPolicies, api.PermissionWrite, object{"name": "new", "interval": "1d"}},
	{"GET", pathPolicies, api.PermissionRead, nil},
	{"GET", pathPolicies + "/{id}", api.PermissionRead, nil},
	{"PATCH", pathPolicies + "/{id}", api.PermissionWrite, object{"interval": "2d"}},
	{"DELETE", pathPolicies + "/{id}", api.PermissionWrite, nil},
}

// mays says what a role may do. It repeats DESIGN section 7, not the code.
var mays = map[string][]string{
	api.RoleAuditor:  {"", api.PermissionRead, api.PermissionIntrospect},
	api.RolePlanner:  {"", api.PermissionRead, api.PermissionIntrospect, api.PermissionReveal},
	api.RoleOperator: {"", api.PermissionRead, api.PermissionIntrospect, api.PermissionWrite, api.PermissionContain, api.PermissionAcknowledge},
	api.RoleDeployer: {"", api.PermissionRead, api.PermissionIntrospect, api.PermissionWrite, api.PermissionContain, api.PermissionAcknowledge, api.PermissionReveal},
	api.RoleSecurity: {"", api.PermissionRead, api.PermissionIntrospect, api.PermissionContain},
	api.RoleRuntime:  {"", api.PermissionIntrospect, api.PermissionAcknowledge},
}

// objectOf returns the id of an object that a path is about.
func objectOf(path string, ids map[string]string) string {
	for kind, id := range ids {
		if strings.HasPrefix(path, kind+"/") {
			path = strings.Replace(path, "{id}", id, 1)
		}
	}
	return strings.Replace(path, "{version}", "1", 1)
}

func (w *world) objects() map[string]string {
	w.t.Helper()
	connector := w.newConnector("chat", nil)
	endpoint := w.newEndpoint("hooks", connector.ID, nil)
	policy := w.newPolicy("weekly", nil)
	return map[string]string{
		pathConnectors: connector.ID,
		pathTokens:     w.newToken("notifier", connector.ID, nil).ID,
		pathEndpoints:  endpoint.ID,
		pathSecrets:    w.newSecret("signing", endpoint.ID, policy.ID, nil).ID,
		pathPolicies:   w.newPolicy("monthly", nil).ID,
	}
}

// TestRoles tries every route with every role.
func TestRoles(t *testing.T) {
	for role, permissions := range mays {
		t.Run(role, func(t *testing.T) {
			w := newWorld(t)
			ids := w.objects()
			for _, r := range routes {
				got := w.as(role, r.method, objectOf(r.path, ids), r.body)
				if slices.Contains(permissions, r.permission) {
					if got.status == 401 || got.status == 403 || got.status >= 500 {
						t.Errorf("%s: %d %s", got.what, got.status, got.body)
					}
					if r.method == "DELETE" && got.status == 204 {
						ids = w.recreated(ids, r.path)
					}
					continue
				}
				p := got.problem(api.CodeForbidden, "")
				if !strings.Contains(p.Detail, `"`+r.permission+`"`) || !strings.Contains(p.Detail, `"`+role+`"`) {
					t.Errorf("%s does not name permission %s and role %s: %s", got.what, r.permission, role, p.Detail)
				}
			}
		})
	}
}

// recreated puts back what a DELETE took away.
func (w *world) recreated(ids map[string]string, path string) map[string]string {
	w.t.Helper()
	switch {
	case strings.HasPrefix(path, pathConnectors):
		ids[pathConnectors] = w.newConnector("chat", nil).ID
	case strings.HasPrefix(path, pathTokens):
		ids[pathTokens] = w.newToken("notifier", w.newConnector("other", nil).ID, nil).ID
	case strings.HasPrefix(path, pathEndpoints):
		ids[pathEndpoints] = w.newEndpoint("hooks", ids[pathConnectors], nil).ID
	case strings.HasPrefix(path, pathSecrets):
		ids[pathSecrets] = w.newSecret("signing", w.newEndpoint("other", ids[pathConnectors], nil).ID, w.newPolicy("other", nil).ID, nil).ID
	default:
		ids[pathPolicies] = w.newPolicy("monthly", nil).ID
	}
	return ids
}

// TestOtherTenantsSeeNothing tries every route about an object with a deployer of another environment and one of another
// tenant: each gets what it would get for an id that never was, and nothing changes.
func TestOtherTenantsSeeNothing(t *testing.T) {
	w := newWorld(t)
	ids := w.objects()
	value := w.reveal(ids[pathTokens], 1)
	everything := func() (out []string) {
		for _, path := range slices.Sorted(maps.Keys(ids)) {
			out = append(out, string(w.do("GET", path+"/"+ids[path], nil).body))
		}
		return append(out, string(w.do("GET", pathEndpoints+"/"+ids[pathEndpoints]+"/deliveries", nil).body))
	}
	before := everything()
	missing := map[string]string{}
	for path, id := range ids {
		missing[path] = id[:4] + "00000000000000000000000000"
	}
	for name, token := range w.foreign {
		for _, r := range routes {
			if !strings.Contains(r.path, "{id}") {
				continue
			}
			theirs := w.send(token, r.method, objectOf(r.path, ids), r.body).problem(api.CodeNotFound, "")
			nobodys := w.send(token, r.method, objectOf(r.path, missing), r.body).problem(api.CodeNotFound, "")
			if theirs.Detail != nobodys.Detail {
				t.Errorf("%s, %s %s: %q is not %q", name, r.method, r.path, theirs.Detail, nobodys.Detail)
			}
		}
		for path := range ids {
			if got := string(w.send(token, "GET", path, nil).want(200).body); !strings.Contains(got, `"items":[]`) {
				t.Errorf("%s lists %s: %s", name, path, got)
			}
		}
		if got := strings.TrimSpace(string(w.send(token, "POST", "/v1/introspect", url.Values{"token": {value}}).want(200).body)); got != `{"active":false}` {
			t.Errorf("%s introspects: %s", name, got)
		}
		w.send(token, "POST", "/v1/revoke", url.Values{"token": {value}}).want(200)
		// Nor can their objects be referred to.
		w.send(token, "POST", pathTokens, tokenBody("thief", ids[pathConnectors], nil)).problem(api.CodeInvalid, "/connector_id")
		w.send(token, "POST", pathEndpoints, object{"name": "thief", "connector_id": ids[pathConnectors], "url": "https://thief.example.com"}).problem(api.CodeInvalid, "/connector_id")
		w.send(token, "POST", pathSecrets, object{"name": "thief", "owner": "o", "endpoint_id": ids[pathEndpoints], "rotation_policy_id": ids[pathPolicies]}).problem(api.CodeInvalid, "/rotation_policy_id")
		w.send(token, "POST", pathConnectors, object{"name": "thief", "owner": "o", "type": "custom", "rotation_policy_id": ids[pathPolicies]}).problem(api.CodeInvalid, "/rotation_policy_id")
		// Names and their numbers are their own.
		own := decoded[api.RotationPolicy](w.send(token, "POST", pathPolicies, object{"name": "monthly", "interval": "1d"}).want(201))
		w.send(token, "POST", pathSecrets, object{"name": "thief", "owner": "o", "endpoint_id": ids[pathEndpoints], "rotation_policy_id": own.ID}).problem(api.CodeInvalid, "/endpoint_id")
	}
	if diff := cmp.Diff(before, everything()); diff != "" {
		t.Errorf("something changed:\n%s", diff)
	}
	if !w.introspect(api.RoleAuditor, value).Active {
		t.Error("the token was revoked from elsewhere")
	}
}

func TestAuthentication(t *testing.T) {
	w := newWorld(t)
	short, err := platform.CreatePrincipal(t.Context(), w.store, w.keyring, w.clock, staging, api.RoleAuditor, "short", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	good := w.tokens[api.RoleDeployer]
	scoped := w.reveal(w.newToken("notifier", w.newConnector("chat", nil).ID, nil).ID, 1)
	for name, token := range map[string]string{
		"none": "", "garbage": "x", "a wrong checksum": good[:len(good)-1] + flip(good[len(good)-1]), "a scoped token": scoped,
	} {
		p := w.send(token, "GET", "/v1/identity", nil)
		p.problem(api.CodeUnauthenticated, "")
		if p.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: no WWW-Authenticate", name)
		}
		w.send(token, "POST", "/v1/introspect", url.Values{"token": {"x"}}).problem(api.CodeUnauthenticated, "")
	}
	if !keys.WellFormed(keys.PrefixPrincipal, good) || !keys.WellFormed(keys.PrefixScopedToken, scoped) {
		t.Error("tokens do not pass their own offline check")
	}
	w.send(short.Expose(), "GET", "/v1/identity", nil).want(200)
	w.clock.Advance(time.Hour)
	if p := w.send(short.Expose(), "GET", "/v1/identity", nil).problem(api.CodeUnauthenticated, ""); !strings.Contains(p.Detail, "expired") {
		t.Errorf("an expired token: %s", p.Detail)
	}
}

func flip(c byte) string {
	if c == 'a' {
		return "b"
	}
	return "a"
}

func TestIdentity(t *testing.T) {
	w := newWorld(t)
	for role, permissions := range mays {
		got := w.as(role, "GET", "/v1/identity", nil).want(200)
		var id api.Identity
		got.decode(&id)
		if id.Role != role || id.Tenant != "acme" || id.Environment != "staging" || id.Name != role || id.PrincipalID == "" || id.ExpiresAt != nil {
			t.Errorf("%s: %s", role, got.body)
		}
		want := slices.Clone(permissions[1:])
		if role == api.RoleRuntime {
			want = append(want, api.PermissionUse)
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, slices.Sorted(slices.Values(id.Permissions))); diff != "" {
			t.Errorf("%s: permissions (-want +got):\n%s", role, diff)
		}
		if may := api.PermissionsOf(role); (id.ComparisonKey != nil) != (slices.Contains(may, api.PermissionReveal) || slices.Contains(may, api.PermissionWrite)) {
			t.Errorf("%s: comparison key %v", role, id.ComparisonKey)
		}
	}
	keys := map[string]bool{}
	for _, token := range append([]string{w.tokens[api.RolePlanner]}, w.foreign["acme/production"], w.foreign["globex/staging"]) {
		keys[decoded[api.Identity](w.send(token, "GET", "/v1/identity", nil).want(200)).ComparisonKey.Key.Expose()] = true
	}
	if len(keys) != 3 {
		t.Errorf("%d comparison keys for 3 environments", len(keys))
	}
}
