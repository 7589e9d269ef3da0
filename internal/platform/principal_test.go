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

const pathPrincipals = "/v1/principals"

func (w *world) me(token string) api.Identity {
	w.t.Helper()
	return decoded[api.Identity](w.send(token, "GET", "/v1/identity", nil).want(200))
}

func (w *world) principals(query string) []api.Principal {
	w.t.Helper()
	return decoded[api.Page[api.Principal]](w.as(api.RoleAuditor, "GET", pathPrincipals+query, nil).want(200)).Items
}

func (w *world) newPrincipal(role, name string, ttl time.Duration) (token, id string) {
	w.t.Helper()
	made, err := access.CreatePrincipal(w.t.Context(), w.store, w.keyring, w.clock, staging, role, name, ttl)
	if err != nil {
		w.t.Fatal(err)
	}
	return made.Expose(), w.me(made.Expose()).PrincipalID
}

func TestListPrincipals(t *testing.T) {
	w := newWorld(t)
	token, id := w.newPrincipal(api.RolePlanner, "ci-plan", time.Hour)
	all := w.principals("")
	if len(all) != len(api.Roles())+1 {
		t.Fatalf("%d principals: %+v", len(all), all)
	}
	end := epoch.Add(time.Hour)
	want := api.Principal{ID: id, Name: "ci-plan", Role: api.RolePlanner, CreatedAt: epoch, ExpiresAt: &end}
	if diff := cmp.Diff([]api.Principal{want}, w.principals("?name=ci-plan")); diff != "" {
		t.Errorf("by name (-want +got):\n%s", diff)
	}
	var paged []api.Principal
	for next, pages := "", 0; pages == 0 || next != ""; pages++ {
		page := decoded[api.Page[api.Principal]](w.do("GET", pathPrincipals+"?page_size=3&page_token="+next, nil).want(200))
		paged, next = append(paged, page.Items...), page.NextPageToken
	}
	if diff := cmp.Diff(all, paged); diff != "" {
		t.Errorf("in pages (-whole +paged):\n%s", diff)
	}
	raw := string(w.do("GET", pathPrincipals, nil).want(200).body)
	if strings.Contains(raw, "qcp_") || strings.Contains(raw, token) {
		t.Error("the list has a token in it")
	}
	for name, foreign := range w.foreign {
		theirs := decoded[api.Page[api.Principal]](w.send(foreign, "GET", pathPrincipals, nil).want(200)).Items
		if len(theirs) != 1 || theirs[0].Role != api.RoleDeployer {
			t.Errorf("%s: %+v", name, theirs)
		}
	}
	w.clock.Advance(2 * time.Hour) // an expired one is listed still
	if got := w.principals("?name=ci-plan"); len(got) != 1 {
		t.Errorf("expired: %+v", got)
	}
}

// TestLastUseOfPrincipals writes the last use once a minute, and outside of the request.
func TestLastUseOfPrincipals(t *testing.T) {
	w := newWorld(t)
	token, _ := w.newPrincipal(api.RolePlanner, "ci-plan", 0)
	used := func() time.Time {
		t.Helper()
		if err := w.p.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if at := w.principals("?name=ci-plan")[0].LastUsedAt; at != nil {
			return *at
		}
		return time.Time{}
	}
	for _, c := range []struct{ after, want time.Duration }{
		{0, 0},
		{59 * time.Second, 0},
		{time.Second, time.Minute},
		{59 * time.Second, time.Minute},
		{time.Hour, time.Hour + 119*time.Second},
	} {
		w.clock.Advance(c.after)
		w.me(token)
		if got := used().Sub(epoch); got != c.want {
			t.Errorf("%s later: last use %s after the start, want %s", c.after, got, c.want)
		}
	}
}

// TestDeletePrincipal goes through who may end whom.
func TestDeletePrincipal(t *testing.T) {
	w := newWorld(t)
	for _, role := range slices.Sorted(maps.Keys(w.tokens)) {
		_, victim := w.newPrincipal(api.RolePlanner, "victim", 0)
		got := w.as(role, "DELETE", pathPrincipals+"/"+victim, nil)
		if role == api.RoleSecurity {
			got.want(204)
			w.as(role, "DELETE", pathPrincipals+"/"+victim, nil).problem(api.CodeNotFound, "")
			continue
		}
		if p := got.problem(api.CodeForbidden, ""); !strings.Contains(p.Detail, api.PermissionManagePrincipals) {
			t.Errorf("%s: %s", role, p.Detail)
		}
	}
	for _, role := range api.Roles() {
		token, id := w.newPrincipal(role, "self", 0)
		w.send(token, "DELETE", pathPrincipals+"/"+id, nil).want(204)
		if p := w.send(token, "GET", "/v1/identity", nil).problem(api.CodeUnauthenticated, ""); !strings.Contains(p.Detail,
			"revoked") {
			t.Errorf("%s: %s", role, p.Detail)
		}
		if got := w.principals("?name=self"); len(got) != 0 {
			t.Errorf("%s is listed: %+v", role, got)
		}
		if got := w.actions(id); !slices.Equal(got, []string{"create", "delete"}) {
			t.Errorf("%s: audit %v", role, got)
		}
	}
	elsewhere := w.me(w.foreign["acme/production"]).PrincipalID
	w.as(api.RoleSecurity, "DELETE", pathPrincipals+"/"+elsewhere, nil).problem(api.CodeNotFound, "")
	w.me(w.foreign["acme/production"])
}

// TestLastDeployer: nobody removes it by mistake.
func TestLastDeployer(t *testing.T) {
	w := newWorld(t)
	last := w.me(w.tokens[api.RoleDeployer]).PrincipalID
	_, brief := w.newPrincipal(api.RoleDeployer, "brief", time.Hour)
	w.clock.Advance(time.Hour)
	w.as(api.RoleSecurity, "DELETE", pathPrincipals+"/"+brief, nil).want(204) // an expired one is not the last
	for _, role := range []string{api.RoleSecurity, api.RoleDeployer} {
		p := w.as(role, "DELETE", pathPrincipals+"/"+last, nil).problem(api.CodeConflict, "")
		if !strings.Contains(p.Detail, "last=true") || !strings.Contains(p.Detail, "deployer ("+last+")") {
			t.Errorf("%s: %s", role, p.Detail)
		}
	}
	_, other := w.newPrincipal(api.RoleDeployer, "other", 0)
	w.as(api.RoleSecurity, "DELETE", pathPrincipals+"/"+last, nil).want(204)
	w.as(api.RoleSecurity, "DELETE", pathPrincipals+"/"+other+"?last=true", nil).want(204)
}

// TestRevokePrincipalByValue: a principal's token that leaked dies, the last deployer's too.
func TestRevokePrincipalByValue(t *testing.T) {
	w := newWorld(t)
	planner, id := w.newPrincipal(api.RolePlanner, "ci-plan", time.Hour)
	runtime, runtimeID := w.newPrincipal(api.RoleRuntime, "notifier", 0)
	for _, role := range []string{api.RoleOperator, api.RoleDeployer, api.RoleAuditor, api.RoleRuntime} {
		w.as(role, "POST", "/v1/revoke", url.Values{"token": {planner}}).problem(api.CodeForbidden, "")
	}
	if got := w.revokeValue(w.tokens[api.RoleSecurity],
		w.foreign["acme/production"]); got != (api.Revocation{Reason: api.RevocationUnknown}) {
		t.Errorf("of another environment: %+v", got)
	}
	done := func(id string) api.Revocation { return api.Revocation{Revoked: true, Kind: "principals", ID: id} }
	if got := w.revokeValue(w.tokens[api.RoleSecurity], planner+"\n"); got != done(id) {
		t.Errorf("by security: %+v", got)
	}
	if got := w.revokeValue(w.tokens[api.RoleSecurity], planner); got.Reason != api.RevocationAlreadyEnded {
		t.Errorf("once more: %+v", got)
	}
	if got := w.revokeValue(runtime, runtime); got != done(runtimeID) {
		t.Errorf("by itself: %+v", got)
	}
	for _, token := range []string{planner, runtime} {
		w.send(token, "GET", "/v1/identity", nil).problem(api.CodeUnauthenticated, "")
	}
	w.me(w.foreign["acme/production"])
	if got := w.revokeValue(w.tokens[api.RoleSecurity], w.tokens[api.RoleDeployer]); !got.Revoked {
		t.Errorf("the last deployer: %+v", got)
	}
	expired, _ := w.newPrincipal(api.RolePlanner, "brief", time.Minute)
	w.clock.Advance(time.Minute)
	if got := w.revokeValue(w.tokens[api.RoleSecurity], expired); got.Reason != api.RevocationAlreadyEnded {
		t.Errorf("an expired one: %+v", got)
	}
}

// TestActorsHaveNames: wherever somebody did something, the name is beside the id, also after that principal is gone.
func TestActorsHaveNames(t *testing.T) {
	w := newWorld(t)
	jo, id := w.newPrincipal(api.RoleOperator, "jo", 0)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	path := pathTokens + "/" + token.ID
	w.begun(token.ID)
	w.send(jo, "POST", path+"/rotation/promote", object{"force": true, "reason": "checked"}).want(200)
	w.send(jo, "POST", path+"/rotation/retire", object{"force": true, "reason": "checked"}).want(200)
	set := decoded[api.ScopedToken](w.send(jo, "POST", path+"/hold", because).want(200)).Hold
	for range 2 {
		read, listed := w.token(token.ID).Hold, w.list()[0].Hold
		for name, h := range map[string]*api.Hold{"hold": set, "read": read, "list": listed} {
			if h.By != id || h.ByName != "jo" {
				t.Errorf("%s: %+v", name, h)
			}
		}
		v := w.versions(token.ID)
		if v[0].EndedBy != id || v[0].EndedByName != "jo" || v[1].PromotedBy != id || v[1].PromotedByName != "jo" ||
			v[1].EndedByName != "" {
			t.Errorf("versions: %+v", v)
		}
		if p := w.step(token.ID, api.StepBegin, nil).problem(api.CodeHeld, ""); !strings.Contains(p.Detail,
			"by jo ("+id+"): test") {
			t.Errorf("refused with %s", p.Detail)
		}
		w.send(jo, "DELETE", pathPrincipals+"/"+id, nil) // the second time it is gone
	}
	w.as(api.RoleDeployer, "POST", path+"/release", because).want(200)
	w.begun(token.ID)
	w.introspect(api.RoleRuntime, w.reveal(token.ID, 3))
	if e := w.versions(token.ID)[2].Evidence; e == nil || e.ActorName != api.RoleRuntime {
		t.Errorf("evidence: %+v", e)
	}
}
