package platform_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

const pathRuns = "/v1/runs"

// elsewhere returns the world of another environment, with a principal of each role.
func (w *world) elsewhere(scope store.Scope) *world {
	w.t.Helper()
	out := *w
	out.tokens = map[string]string{}
	for _, role := range api.Roles() {
		token, err := access.CreatePrincipal(w.t.Context(), w.store, w.keyring, w.clock, scope, role, role+"-2", 0)
		if err != nil {
			w.t.Fatal(err)
		}
		out.tokens[role] = token.Expose()
	}
	return &out
}

// all returns the ids of one object for each path that takes an id.
func (w *world) all() map[string]string {
	w.t.Helper()
	ids := w.objects()
	ids[pathPrincipals] = w.me(w.tokens[api.RoleAuditor]).PrincipalID
	i := w.instanceOf(w.tokens[api.RoleDeployer])
	i.makes(api.RotationPolicies, object{"name": "made-in-a-run", "interval": "1d"})
	ids[pathRuns] = i.run
	ids[pathApprovals] = w.pending()
	ids[pathElevations] = ids[pathApprovals]
	ids[pathTombstones] = w.newToken("buried", ids[pathConnectors], nil).ID
	w.delete(ids[pathTombstones])
	return ids
}

// deleted returns the ids of objects that existed until now.
func (w *world) deleted() map[string]string {
	w.t.Helper()
	ids := w.all()
	// Nothing deletes an access token or a run but the sweep, a day later, and nothing a tombstone, a finding or an
	// approval. A consent is kept for ever.
	for _, path := range []string{
		pathAccess, pathRuns, pathTombstones, pathFindings, pathConsents, pathApprovals, pathElevations,
	} {
		ids[path] = ids[path][:4] + "00000000000000000000000009"
	}
	for _, path := range []string{
		pathSecrets, pathEndpoints, pathTokens, pathConnectors, pathPolicies, pathIdentities,
		pathBindings,
	} {
		w.do("DELETE", path+"/"+ids[path], nil).want(204)
	}
	for _, p := range decoded[api.Page[api.RotationPolicy]](w.do("GET", pathPolicies, nil).want(200)).Items {
		w.do("DELETE", pathPolicies+"/"+p.ID, nil).want(204) // what the others have used
	}
	for _, path := range []string{pathRules, pathExemptions, pathPrincipals} {
		w.as(api.RoleSecurity, "DELETE", path+"/"+ids[path], nil).want(204)
	}
	return ids
}

// TestIsolation sends every role's request to every route that takes an id, for ids of five kinds. What belongs to
// another environment or another tenant, what was deleted and what never was one get the same answer, word by word:
// 404, or 403 where the role may not send such a request at all, whatever the id.
func TestIsolation(t *testing.T) {
	w := newWorld(t)
	gone := w.elsewhere(staging).deleted() // with principals of its own, so that those of the world stay
	sets := map[string]map[string]string{
		"deleted":               gone,
		"another environment's": w.elsewhere(store.Scope{Tenant: "acme", Environment: "production"}).all(),
		"another tenant's":      w.elsewhere(store.Scope{Tenant: "globex", Environment: "staging"}).all(),
		"malformed":             {},
	}
	for path := range gone {
		sets["malformed"][path] = "x"
	}
	own := w.all()
	for _, role := range api.Roles() {
		t.Run(role, func(t *testing.T) {
			w := w.in(t)
			for _, r := range routes {
				if !strings.Contains(r.path, "{id}") {
					continue
				}
				may := slices.Contains(mays[role], r.permission)
				answers := map[string]string{}
				for name, ids := range sets {
					path := objectOf(r.path, ids)
					if strings.Contains(path, "{id}") {
						t.Fatalf("%s %s has no id here: add it to world.all", r.method, r.path)
					}
					got := w.as(role, r.method, path, r.body)
					code := api.CodeNotFound
					if !may && !opener(role, r) {
						code = api.CodeForbidden
					}
					answers[got.problem(code, "").Detail] += name + ", "
				}
				if len(answers) != 1 {
					t.Errorf("%s %s: the answers differ: %q", r.method, r.path, answers)
				}
				if opener(role, r) && !may {
					own[pathAccess] = w.openedAlone(api.RoleDeployer).ID
					w.as(role, r.method, objectOf(r.path, own), r.body).problem(api.CodeForbidden, "")
					continue
				}
				w.ownIs(role, r, own, may, slices.Collect(maps.Keys(answers))[0])
			}
		})
	}
}

// opener reports whether a role may send a request for what it opened itself, so that its answer depends on the object.
func opener(role string, r route) bool {
	return r.path == pathAccess+"/{id}/revoke" && slices.Contains(mays[role], api.PermissionReveal)
}

// ownIs sends a request for an object of the caller's environment: 403 where the role may not, with the words that
// every id gets, and otherwise no 403, nor the answer to what is not there.
func (w *world) ownIs(role string, r route, own map[string]string, may bool, missing string) {
	w.t.Helper()
	switch {
	case strings.HasPrefix(r.path, pathPrincipals):
		return // TestDeletePrincipal
	case strings.HasPrefix(r.path, pathRuns): // a run is of the principal that began it
		got := w.as(role, r.method, objectOf(r.path, own), r.body)
		if role == api.RoleDeployer {
			if got.status >= 300 {
				w.t.Errorf("%s: own: %d %s", got.what, got.status, got.body)
			}
		} else if p := got.problem(api.CodeNotFound, ""); p.Detail != missing {
			w.t.Errorf("%s: of another principal %q, any other %q", got.what, p.Detail, missing)
		}
		return
	}
	if r.path == pathAccess+"/{id}/extend" && may {
		own[pathAccess] = w.openedAlone(role).ID
	}
	if r.path == pathAccess+"/{id}/revoke" {
		own[pathAccess] = w.openedAlone(api.RoleDeployer).ID
	}
	got := w.as(role, r.method, objectOf(r.path, own), r.body)
	if !may {
		if p := got.problem(api.CodeForbidden, ""); p.Detail != missing {
			w.t.Errorf("%s: own %q, any other %q", got.what, p.Detail, missing)
		}
		return
	}
	absent := got.status == 404 && strings.Contains(string(got.body), missing)
	if absent || got.status == 401 || got.status == 403 || got.status >= 500 {
		w.t.Errorf("%s: own: %d %s", got.what, got.status, got.body)
	}
	if r.method == "DELETE" && got.status == 204 {
		w.recreated(own, r.path)
	}
}
