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
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
)

const (
	pathConnectors = "/v1/connectors"
	pathTokens     = "/v1/scoped-tokens"
	pathEndpoints  = "/v1/webhook-endpoints"
	pathSecrets    = "/v1/signing-secrets"
	pathPolicies   = "/v1/rotation-policies"
	pathAccess     = "/v1/access-tokens"
	pathExchange   = "/v1/token"
	pathRules      = "/v1/environment-policies"
	pathExemptions = "/v1/guardrail-exemptions"
	pathIdentities = "/v1/workload-identities"
	pathCheckValue = "/v1/environment-policy/check-value"
)

// mays lists the permissions of each role. It repeats DESIGN section 7, not the code.
var mays = map[string][]string{
	api.RoleAuditor: {"", api.PermissionRead, api.PermissionIntrospect},
	api.RolePlanner: {"", api.PermissionRead, api.PermissionIntrospect, api.PermissionReveal},
	api.RoleOperator: {
		"", api.PermissionRead, api.PermissionIntrospect, api.PermissionWrite, api.PermissionContain,
		api.PermissionAcknowledge,
	},
	api.RoleDeployer: {
		"", api.PermissionRead, api.PermissionIntrospect, api.PermissionWrite, api.PermissionContain,
		api.PermissionAcknowledge, api.PermissionReveal, api.PermissionGrant,
	},
	api.RoleSecurity: {
		"", api.PermissionRead, api.PermissionIntrospect, api.PermissionContain, api.PermissionManagePrincipals,
		api.PermissionGovern, api.PermissionExempt,
		api.PermissionGrant,
	},
	api.RoleRuntime: {"", api.PermissionIntrospect, api.PermissionAcknowledge},
}

// TestRoles sends every role's request to every route.
func TestRoles(t *testing.T) {
	w := newWorld(t)
	ids := w.objects()
	for role, permissions := range mays {
		t.Run(role, func(t *testing.T) {
			w := w.in(t)
			for _, r := range routes {
				// A role extends what it opened itself, and needs more to revoke what another one opened.
				if r.path == pathAccess+"/{id}/extend" && slices.Contains(permissions, r.permission) {
					ids[pathAccess] = w.openedAlone(role).ID
				}
				if r.path == pathAccess+"/{id}/revoke" {
					ids[pathAccess] = w.openedAlone(api.RoleDeployer).ID
				}
				got := w.as(role, r.method, objectOf(r.path, ids), r.body)
				if r.open(permissions) {
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

// TestOtherTenantsSeeNothing sends the requests of another environment and of another tenant to every route of an
// object. They get the response to an unknown id, and change nothing.
func TestOtherTenantsSeeNothing(t *testing.T) {
	w := newWorld(t)
	ids := w.objects()
	value := w.reveal(ids[pathTokens], 1)
	derived := w.opened(api.RoleDeployer, ids[pathTokens], nil).AccessToken
	everything := func() (out []string) {
		for _, path := range slices.Sorted(maps.Keys(readable(ids))) {
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
			if !strings.Contains(r.path, "{id}") || !slices.Contains(mays[api.RoleDeployer], r.permission) {
				continue
			}
			theirs := w.send(token, r.method, objectOf(r.path, ids), r.body).problem(api.CodeNotFound, "")
			nobodys := w.send(token, r.method, objectOf(r.path, missing), r.body).problem(api.CodeNotFound, "")
			if theirs.Detail != nobodys.Detail {
				t.Errorf("%s, %s %s: %q is not %q", name, r.method, r.path, theirs.Detail, nobodys.Detail)
			}
		}
		for path := range readable(ids) {
			if got := string(w.send(token, "GET", path, nil).want(200).body); !strings.Contains(got, `"items":[]`) {
				t.Errorf("%s lists %s: %s", name, path, got)
			}
		}
		for _, value := range []string{value, derived} {
			if got := strings.TrimSpace(string(w.send(token, "POST", "/v1/introspect",
				url.Values{"token": {value}}).want(200).body)); got != `{"active":false}` {
				t.Errorf("%s introspects: %s", name, got)
			}
			if got := w.revokeValue(token, value); got.Revoked || got.Reason != api.RevocationUnknown {
				t.Errorf("%s revokes: %+v", name, got)
			}
			if got := w.identify(token, value); got.Found {
				t.Errorf("%s identifies: %+v", name, got)
			}
		}
		w.refusesReferences(token, ids)
	}
	if diff := cmp.Diff(before, everything()); diff != "" {
		t.Errorf("the object has changed:\n%s", diff)
	}
	if !w.introspect(api.RoleAuditor, value).Active || !w.introspect(api.RoleAuditor, derived).Active {
		t.Error("the token was revoked from elsewhere")
	}
}

// refusesReferences creates objects in another scope that refer to these.
func (w *world) refusesReferences(token string, ids map[string]string) {
	w.t.Helper()
	w.send(token, "POST", pathTokens, tokenBody("thief", ids[pathConnectors], nil)).problem(api.CodeInvalid,
		"/connector_id")
	w.send(token, "POST", pathEndpoints, object{
		"name": "thief", "connector_id": ids[pathConnectors],
		"url": "https://thief.example.com",
	}).problem(api.CodeInvalid, "/connector_id")
	w.send(token, "POST", pathSecrets, object{
		"name": "thief", "owner": "o", "endpoint_id": ids[pathEndpoints],
		"rotation_policy_id": ids[pathPolicies],
	}).problem(api.CodeInvalid, "/rotation_policy_id")
	w.send(token, "POST", pathConnectors, object{
		"name": "thief", "owner": "o", "type": "custom",
		"rotation_policy_id": ids[pathPolicies],
	}).problem(api.CodeInvalid, "/rotation_policy_id")
	// They have their own names and numbers.
	own := decoded[api.RotationPolicy](w.send(token, "POST", pathPolicies,
		object{"name": "monthly", "interval": "1d"}).want(201))
	w.send(token, "POST", pathSecrets, object{
		"name": "thief", "owner": "o", "endpoint_id": ids[pathEndpoints],
		"rotation_policy_id": own.ID,
	}).problem(api.CodeInvalid, "/endpoint_id")
}

func TestAuthentication(t *testing.T) {
	w := newWorld(t)
	short, err := access.CreatePrincipal(t.Context(), w.store, w.keyring, w.clock, staging, api.RoleAuditor, "short",
		time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	good := w.tokens[api.RoleDeployer]
	scoped := w.reveal(w.newToken("notifier", w.newConnector("chat", nil).ID, nil).ID, 1)
	for name, token := range map[string]string{
		"none": "", "garbage": "x", "a wrong checksum": good[:len(good)-1] + flip(good[len(good)-1]),
		"a scoped token": scoped,
	} {
		p := w.send(token, "GET", "/v1/identity", nil)
		p.problem(api.CodeUnauthenticated, "")
		if p.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: no WWW-Authenticate", name)
		}
		w.send(token, "POST", "/v1/introspect", url.Values{"token": {"x"}}).problem(api.CodeUnauthenticated, "")
	}
	if !api.WellFormedToken(api.PrefixPrincipal, good) || !api.WellFormedToken(api.PrefixScopedToken, scoped) {
		t.Error("WellFormedToken refuses an issued token")
	}
	w.send(short.Expose(), "GET", "/v1/identity", nil).want(200)
	w.clock.Advance(time.Hour)
	if p := w.send(short.Expose(), "GET", "/v1/identity", nil).problem(api.CodeUnauthenticated,
		""); !strings.Contains(p.Detail, "expired") {
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
		if id.Role != role || id.Tenant != "acme" || id.Environment != "staging" || id.Name != role || id.PrincipalID == "" ||
			id.ExpiresAt != nil {
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
		if may := api.PermissionsOf(role); (len(id.ComparisonKeys) == 1) != (slices.Contains(may, api.PermissionReveal) ||
			slices.Contains(may, api.PermissionWrite)) {
			t.Errorf("%s: comparison keys %v", role, id.ComparisonKeys)
		}
	}
	keys := map[string]bool{}
	for _, token := range append([]string{w.tokens[api.RolePlanner]}, w.foreign["acme/production"],
		w.foreign["globex/staging"]) {
		keys[decoded[api.Identity](w.send(token, "GET", "/v1/identity", nil).want(200)).ComparisonKeys[0].Key.Expose()] = true
	}
	if len(keys) != 3 {
		t.Errorf("%d comparison keys for 3 environments", len(keys))
	}
}
