package platform_test

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const pathInventory = "/v1/credentials"

// inventory reads the inventory to its end, in pages of a size, and returns its entries by their ids.
func (w *world) inventory(query, size string) (ids []string, byID map[string]api.InventoryEntry) {
	w.t.Helper()
	byID = map[string]api.InventoryEntry{}
	for next := ""; ; {
		page := decoded[api.Page[api.InventoryEntry]](w.as(api.RoleAuditor, "GET",
			pathInventory+"?page_size="+size+"&"+query+"&page_token="+url.QueryEscape(next), nil).want(200))
		for _, e := range page.Items {
			ids, byID[e.ID] = append(ids, e.ID), e
		}
		if next = page.NextPageToken; next == "" {
			return ids, byID
		}
	}
}

// TestInventory has one credential of each kind, and looks at everything that is shown of it.
func TestInventory(t *testing.T) {
	const day = 24 * time.Hour
	w := newWorld(t)
	policy := w.newPolicy("p", object{"interval": "90d", "max_age": "120d", "overlap": "7d"}).ID
	c := w.newConnector("chat", object{
		"rotation_policy_id": policy, "credentials": object{"api_key": "correct-horse-battery-staple"},
		"labels": object{"tier": "gold"},
	})
	other := w.newConnector("mail", object{"credentials": object{"api_key": "correct-horse-battery-staple"}})
	w.newConnector("empty", nil)
	endpoint := w.newEndpoint("hook", c.ID, nil).ID
	secret := w.newSecret("signer", endpoint, policy, nil)
	token := w.newToken("notifier", c.ID, object{
		"rotation_policy_id": policy, "scopes": []string{"messages:send", "orders:read"},
	})
	w.presents(api.RoleRuntime, w.reveal(token.ID, 1), "gateway", "required_scope", "messages:send").want(200)
	w.clock.Advance(91 * day)
	w.begun(token.ID)
	w.lifecycle(secret.ID, "hold", object{"reason": "audit"}).want(200)
	w.as(api.RoleSecurity, "POST", api.GuardrailExemptions.Route(), object{
		"kind": api.KindScopedTokens, "name": "notifier", "rule": api.RuleForbidUnknownScopes, "reason": "test",
		"expires_at": w.clock.Now().Add(day).Format(time.RFC3339),
	}).want(201)

	look := func(when string) {
		t.Helper()
		_, all := w.inventory("", "1000")
		tok := all[token.ID]
		if tok.Owner != token.Owner || tok.Name != "notifier" || tok.Environment == "" || *tok.ConnectorID != c.ID ||
			tok.Phase != api.PhaseStaged || tok.Due != api.DueNone || tok.Acknowledged == nil || *tok.Acknowledged ||
			tok.AgeDays != 91 || tok.UnusedDays != 91 || !slices.Equal(tok.UnusedScopes, []string{"orders:read"}) ||
			!tok.DueAt.Equal(epoch.Add(90*day)) || tok.Claimed || len(tok.Exemptions) != 1 || tok.Overdue {
			t.Errorf("%s: the token is %+v", when, tok)
		}
		if len(tok.Versions) != 2 || tok.Versions[0].Uses != 1 || tok.Versions[0].Consumers[0].Consumer != "gateway" ||
			tok.Versions[0].Consumers[0].ActorName != api.RoleRuntime || !tok.Versions[0].Complete ||
			tok.Versions[1].State != "pending" || tok.Versions[1].AgeDays != 0 {
			t.Errorf("%s: its versions are %+v", when, tok.Versions)
		}
		if got := all[secret.ID]; *got.ConnectorID != c.ID || got.Hold == nil || got.Hold.Reason != "audit" ||
			got.DueReason != api.ReasonHeld || got.Phase != api.PhaseStable {
			t.Errorf("%s: the signing secret is %+v", when, got)
		}
		if got := all[c.ID]; got.Due != api.DueReplace || got.Labels["tier"] != "gold" || got.Reuse == nil ||
			got.Reuse.ID != other.ID || got.Reuse.Kind != api.KindConnectors || got.Risk.Score != 6 {
			t.Errorf("%s: the connector is %+v", when, got)
		}
	}
	look("in memory")
	w.sweep()
	look("written")

	_, all := w.inventory("kind=principals", "1")
	if len(all) != len(api.Roles()) {
		t.Errorf("%d principals, want one of each role: %+v", len(all), all)
	}
	if got := all[w.idOf(api.RoleDeployer)]; got.Role != api.RoleDeployer || got.Owner != "" || got.ConnectorID != nil ||
		!slices.Contains(got.Risk.Reasons, api.RiskNoOwner) || got.Risk.Score != 4*2*2*2 {
		t.Errorf("the deployer is %+v", got)
	}
	w.clock.Advance(7*day + time.Second) // the stage ends
	_, all = w.inventory("kind=scoped-tokens", "10")
	if got := all[token.ID]; got.Phase != api.PhaseStable || len(got.Versions) != 1 || got.Acknowledged != nil {
		t.Errorf("after a deadline the token is %+v", got)
	}
	w.lifecycle(token.ID, "revoke", object{"all": true, "reason": "test"}).want(200)
	_, all = w.inventory("kind=scoped-tokens", "10")
	if got := all[token.ID]; got.Risk.Score != 0 || len(got.Versions) != 0 {
		t.Errorf("a revoked token is %+v", got)
	}
}

// TestInventoryFilters has for each filter what it selects, page by page and all at once.
func TestInventoryFilters(t *testing.T) {
	const day = 24 * time.Hour
	w := newWorld(t)
	policy := w.newPolicy("p", object{"interval": "30d", "max_age": "60d"}).ID
	end := w.clock.Now().Add(100 * day).Format(time.RFC3339)
	credentials := object{"api_key": "x"}
	old := w.newConnector("old", object{"rotation_policy_id": policy, "credentials": credentials}).ID
	endpoint := w.newEndpoint("old", old, nil).ID
	secret := w.newSecret("old", endpoint, policy, nil).ID
	token := w.newToken("old", old, object{"rotation_policy_id": policy, "expires_at": end}).ID
	w.clock.Advance(50 * day)
	fresh := w.newConnector("fresh", object{"owner": "team-other", "credentials": object{"api_key": "y"}}).ID
	id, claim := w.instance().makes(api.ScopedTokens, tokenBody("claimed", fresh, object{
		"rotation_policy_id": policy, "labels": object{"tier": "gold"},
	}))
	w.present(api.ScopedTokens, id, claim).want(200)
	w.presents(api.RoleRuntime, w.reveal(token, 1), "gateway").want(200)
	w.clock.Advance(10 * day)
	w.begun(id)

	var principals []string
	for _, role := range api.Roles() {
		principals = append(principals, w.idOf(role))
	}
	check := func(query string, want ...string) {
		t.Helper()
		slices.Sort(want)
		for _, size := range []string{"1", "2", "1000"} {
			got, _ := w.inventory(query, size)
			got = slices.DeleteFunc(got, func(id string) bool { return slices.Contains(principals, id) })
			if !slices.Equal(got, want) {
				t.Errorf("%s in pages of %s: %q, want %q", query, size, got, want)
			}
		}
	}
	check("", old, fresh, secret, token, id)
	check("kind=scoped-tokens", token, id)
	check("owner=team-other", fresh)
	check("connector_id="+old, old, secret, token)
	check("label=tier", id)
	check("label=tier%3Dgold&kind=connectors")
	check("orphan=true", old, fresh, secret, token)
	check("unused_for=10d", old, secret, token, fresh, id)
	check("unused_for=11d", old, secret)
	check("older_than=60d", old, secret, token)
	check("overdue=true", old, secret, token)
	check("overdue=true&owner=team-other")
	check("expires_within=39d")
	check("expires_within=40d", token)
	check("unacknowledged=true", id)
	if got, _ := w.inventory("owner="+w.token(id).Owner, "1000"); slices.ContainsFunc(got, func(id string) bool {
		return slices.Contains(principals, id)
	}) {
		t.Errorf("a principal has an owner: %q", got)
	}
	for _, bad := range []string{
		"unused_for=soon", "older_than=-1d", "kind=webhook-endpoints", "label=%3D", "page_token=x",
		"page_token=" + "cG9sXzE", // pol_1
	} {
		w.do("GET", pathInventory+"?"+bad, nil).problem(api.CodeInvalid, "")
	}
	w.as(api.RoleRuntime, "GET", pathInventory, nil).problem(api.CodeForbidden, "")
	w.as(api.RoleSecurity, "GET", pathInventory, nil).want(200)
}

// TestInventoryOfReuse: of another environment it says only that an object has the value, and only to who may act; of
// another tenant nothing.
func TestInventoryOfReuse(t *testing.T) {
	w := newWorld(t)
	const abroad, elsewhere = "w2Zk8sQmT5xPbN7rLc3v", "h9Jd4gWqR6yBvX2tKf8n"
	w.send(w.foreign["acme/production"], "POST", pathConnectors, valued("there", abroad)).want(201)
	w.send(w.foreign["globex/staging"], "POST", pathConnectors, valued("globex", elsewhere)).want(201)
	shared := idOf(w.do("POST", pathConnectors, valued("shared", abroad)).want(201))
	own := idOf(w.do("POST", pathConnectors, valued("own", elsewhere)).want(201))
	for _, role := range api.Roles() {
		if role == api.RoleRuntime {
			continue
		}
		page := decoded[api.Page[api.InventoryEntry]](w.as(role, "GET", pathInventory+"?kind=connectors", nil).want(200))
		if len(page.Items) != 2 || page.Items[0].ID != shared || page.Items[1].ID != own || page.Items[1].Reuse != nil {
			t.Fatalf("%s: %+v", role, page.Items)
		}
		got := page.Items[0].Reuse
		if role == api.RoleAuditor || role == api.RolePlanner {
			if got != nil {
				t.Errorf("%s learns of another environment: %+v", role, got)
			}
		} else if got == nil || *got != (api.InventoryReuse{OtherEnvironment: true}) {
			t.Errorf("%s: %+v", role, got)
		}
	}
}
