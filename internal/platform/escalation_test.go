package platform_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// grants lists which roles a role may give to a workload identity. It repeats the issue, not the code.
var grants = map[string][]string{
	api.RoleDeployer: {api.RoleAuditor, api.RolePlanner, api.RoleOperator, api.RoleDeployer, api.RoleRuntime},
	api.RoleSecurity: {api.RoleAuditor, api.RoleSecurity, api.RoleRuntime},
}

// way is one way to gain a permission.
type way struct {
	name  string
	legal []string // the roles that gain nothing by it; nil: it is nobody's
	try   func(w *world, token string) *reply
}

// granting lists the roles that may give all of these roles.
func granting(roles ...string) (out []string) {
	for by, may := range grants {
		if !slices.ContainsFunc(roles, func(r string) bool { return !slices.Contains(may, r) }) {
			out = append(out, by)
		}
	}
	return out
}

// holding lists the roles that have a permission.
func holding(permission string) (out []string) {
	for role, may := range mays {
		if slices.Contains(may, permission) {
			out = append(out, role)
		}
	}
	return out
}

// identityOf makes an identity of a role, by a role that may.
func (w *world) identityOf(role string) string {
	w.t.Helper()
	_, identity := w.workload(role)
	return pathIdentities + "/" + identity.ID
}

// identityWays are the ways over workload identities, for every role that one may have, and for every two of them.
func identityWays() (out []way) {
	for _, role := range api.Roles() {
		out = append(out,
			way{"create an identity: " + role, granting(role), func(w *world, token string) *reply {
				*w.created++
				return w.send(token, "POST", pathIdentities, identityBody("i-"+itoa(int64(*w.created)), object{"role": role}))
			}},
			way{"delete an identity: " + role, granting(role), func(w *world, token string) *reply {
				return w.send(token, "DELETE", w.identityOf(role), nil)
			}})
		for what, patch := range map[string]object{
			"claims": {"claims": object{"repository_owner_id": "6", "repository_id": "6"}}, "audience": {"audience": "mine"},
			"addresses": {"allowed_cidrs": []string{"203.0.113.0/24"}}, "life": {"max_ttl": "1h"},
			"issuer": {"preset": "gitlab", "issuer": nil, "claims": object{"project_id": "6"}},
			"keys":   {"jwks": nil, "owner": "me"},
		} {
			out = append(out, way{
				"take over an identity: " + role + ", " + what, granting(role),
				func(w *world, token string) *reply { return w.send(token, "PATCH", w.identityOf(role), patch) },
			})
		}
		for _, to := range api.Roles() {
			out = append(out, way{
				"promote an identity: " + role + " to " + to, granting(role, to),
				func(w *world, token string) *reply {
					return w.send(token, "PATCH", w.identityOf(role), object{"role": to})
				},
			})
		}
	}
	return out
}

// ruleWays are the ways over what limits and ends others.
func ruleWays() []way {
	return []way{
		{"set rules", holding(api.PermissionGovern), func(w *world, token string) *reply {
			return w.send(token, "PUT", pathRules+"/"+w.govern(object{"forbid_weak_credentials": true}), object{})
		}},
		{"end rules", holding(api.PermissionGovern), func(w *world, token string) *reply {
			return w.send(token, "DELETE", pathRules+"/"+w.govern(object{"forbid_weak_credentials": true}), nil)
		}},
		{"make an exemption", holding(api.PermissionExempt), func(w *world, token string) *reply {
			*w.created++
			return w.send(token, "POST", pathExemptions, object{
				"kind": "connectors", "name": "e-" + itoa(int64(*w.created)), "rule": api.RuleRequireLabels, "reason": "test",
				"expires_at": "2026-05-11T12:00:00Z",
			})
		}},
		{"prolong an exemption", holding(api.PermissionExempt), func(w *world, token string) *reply {
			*w.created++
			e := w.exempt(api.KindConnectors, "p-"+itoa(int64(*w.created)), api.RuleRequireLabels)
			return w.send(token, "PATCH", pathExemptions+"/"+e.ID, object{"expires_at": "2026-05-20T12:00:00Z"})
		}},
		{"end another principal", holding(api.PermissionManagePrincipals), func(w *world, token string) *reply {
			_, id := w.newPrincipal(api.RolePlanner, "victim", 0)
			return w.send(token, "DELETE", pathPrincipals+"/"+id, nil)
		}},
		{"end another principal by its value", holding(api.PermissionManagePrincipals), func(w *world, token string) *reply {
			victim, _ := w.newPrincipal(api.RolePlanner, "victim", 0)
			return w.send(token, "POST", "/v1/revoke", url.Values{"token": {victim}})
		}},
		{"repeat the request of another principal", holding(api.PermissionWrite), func(w *world, token string) *reply {
			*w.created++
			k := "key-" + itoa(int64(*w.created))
			w.do("POST", pathPolicies, object{"name": k, "interval": "1d"}, key(k)).want(201)
			body := object{"name": k, "interval": "1d"}
			if slices.Contains(w.me(token).Permissions, api.PermissionWrite) {
				body["name"] = k + "-of-its-own"
			}
			return w.send(token, "POST", pathPolicies, body, key(k))
		}},
	}
}

// tokenWays are the ways over scoped tokens and access tokens.
func tokenWays() []way {
	var revealing []string
	for _, role := range holding(api.PermissionReveal) {
		if slices.Contains(mays[role], api.PermissionWrite) {
			revealing = append(revealing, role)
		}
	}
	comparing := slices.Concat(holding(api.PermissionReveal), holding(api.PermissionWrite))
	scoped := func(w *world, scopes ...string) string {
		*w.created++
		name := "t-" + itoa(int64(*w.created))
		return w.newToken(name, w.newConnector(name, nil).ID, object{"scopes": scopes}).ID
	}
	return []way{
		{"reveal", holding(api.PermissionReveal), func(w *world, token string) *reply {
			return w.send(token, "POST", revealPath(scoped(w, "messages:read"), 1), nil)
		}},
		{"open an access token", holding(api.PermissionReveal), func(w *world, token string) *reply {
			return w.send(token, "POST", pathTokens+"/"+scoped(w, "messages:read")+"/access-tokens", object{})
		}},
		{"open the credentials", revealing, func(w *world, token string) *reply {
			return w.send(token, "POST", pathTokens+"/"+scoped(w, "credentials:read")+"/access-tokens", object{})
		}},
		{"open more than the scoped token has", nil, func(w *world, token string) *reply {
			return w.send(token, "POST", pathTokens+"/"+scoped(w, "messages:read")+"/access-tokens",
				object{"scopes": []string{"messages:send"}})
		}},
		{"extend what another principal opened", nil, func(w *world, token string) *reply {
			opener, _ := w.newPrincipal(api.RoleDeployer, "opener", 0)
			opened := idOf(
				w.send(opener, "POST", pathTokens+"/"+scoped(w, "messages:read")+"/access-tokens", object{}).want(200),
			)
			return w.send(token, "POST", pathAccess+"/"+opened+"/extend", object{"ttl": "1h"})
		}},
		{"revoke what another principal opened", holding(api.PermissionContain), func(w *world, token string) *reply {
			opener, _ := w.newPrincipal(api.RoleDeployer, "opener", 0)
			opened := idOf(
				w.send(opener, "POST", pathTokens+"/"+scoped(w, "messages:read")+"/access-tokens", object{}).want(200),
			)
			return w.send(token, "POST", pathAccess+"/"+opened+"/revoke", nil)
		}},
		{"learn that a value is in use", comparing, func(w *world, token string) *reply {
			return w.send(token, "POST", pathCheckValue, object{"value": strongValue})
		}},
		{"exchange for more than the scoped token has", nil, func(w *world, _ string) *reply {
			return w.exchanges(w.reveal(scoped(w, "messages:read"), 1), "scope", "messages:send")
		}},
		{"exchange the caller's own token", nil, func(w *world, token string) *reply { return w.exchanges(token) }},
		{"call the API with an exchanged token", nil, func(w *world, _ string) *reply {
			value := w.exchanged(w.reveal(scoped(w, "messages:read"), 1)).AccessToken
			return w.send(value, "GET", pathTokens, nil)
		}},
	}
}

// TestNoEscalation tries, for every role, every way to gain a permission that it does not have: as a principal, as a
// workload identity, and as a workload whose access token was made for all permissions there are. None succeeds. Each
// way is legal for another role, or for no one.
func TestNoEscalation(t *testing.T) {
	w := newWorld(t)
	var everything []string
	for _, role := range api.Roles() {
		everything = append(everything, api.PermissionsOf(role)...)
	}
	ways := slices.Concat(identityWays(), ruleWays(), tokenWays())
	tried, succeeded := 0, 0
	for _, role := range api.Roles() {
		workload, _ := w.workload(role)
		wide, _ := w.workload(role, everything...)
		callers := map[string]string{"principal": w.tokens[role], "workload": workload, "wide workload": wide}
		for _, x := range ways {
			legal := slices.Contains(x.legal, role)
			for caller, token := range callers {
				if legal && caller != "workload" {
					continue
				}
				got := x.try(w, token)
				switch ok := got.status < http.StatusMultipleChoices; {
				case legal && !ok:
					t.Errorf("%s (%s) may %s: %d %s", role, caller, x.name, got.status, got.body)
				case !legal:
					tried++
					if ok {
						succeeded++
						t.Errorf("%s (%s) can %s: %s", role, caller, x.name, got.body)
					} else if got.status >= http.StatusInternalServerError {
						t.Errorf("%s (%s), %s: %d %s", role, caller, x.name, got.status, got.body)
					}
				}
			}
		}
	}
	t.Logf("%d attempts over %d ways, %d succeeded", tried, len(ways), succeeded)
	if tried < 800 {
		t.Errorf("only %d attempts", tried)
	}
}

// TestNarrowedTokenGainsNothing: an access token that was made without a permission gets it by no way, although the
// role of its identity has it.
func TestNarrowedTokenGainsNothing(t *testing.T) {
	w := newWorld(t)
	for _, role := range []string{api.RoleDeployer, api.RoleSecurity} {
		narrow, identity := w.workload(role, api.PermissionGrant)
		for _, to := range grants[role] {
			w.send(narrow, "POST", pathIdentities, identityBody("n-"+to, object{"role": to})).problem(api.CodeForbidden, "/role")
		}
		w.send(narrow, "PATCH", pathIdentities+"/"+identity.ID, object{"max_ttl": "1h"}).problem(api.CodeForbidden, "/role")
		w.exchanges(narrow).problem(api.CodeInvalidGrant, "")
	}
}
