package platform_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// notOfAnObject are the rules that no route of an object checks: they have tests of their own.
var notOfAnObject = []string{api.RuleMaxAccessTokenTTL, api.RuleForbidStaticPrincipals}

// TestEveryGuardrail: a write that breaks a rule is refused and changes nothing, and what breaks it already can still
// be read, described, held, revoked and deleted.
func TestEveryGuardrail(t *testing.T) {
	for _, rule := range api.Rules() {
		if slices.Contains(notOfAnObject, rule) {
			continue
		}
		t.Run(rule, func(t *testing.T) {
			w := newWorld(t)
			g, ok := w.guardedWrites()[rule]
			if !ok {
				t.Fatal("the rule has no case")
			}
			w.govern(object{})
			old := idOf(w.do("POST", g.path, called(g.bad, "old")).want(http.StatusCreated))
			good := idOf(w.do("POST", g.path, g.good).want(http.StatusCreated))
			w.govern(g.rules)

			before := string(w.do("GET", g.path, nil).body)
			p := w.do("POST", g.path, g.bad).refusedBy(rule, g.field)
			for _, want := range []string{rule, "role security"} {
				if !strings.Contains(p.Detail, want) {
					t.Errorf("%q is not in: %s", want, p.Detail)
				}
			}
			w.do("PATCH", g.path+"/"+good, g.patch).refusedBy(rule, g.field)
			if after := string(w.do("GET", g.path, nil).body); after != before {
				t.Errorf("a refused write has changed something:\n%s\n%s", before, after)
			}
			w.exemptsAsSaid(rule, g)
			w.do("PATCH", g.path+"/"+old, object{"description": "still usable"}).want(200)
			w.contains(g.path + "/" + old)
			w.do("DELETE", g.path+"/"+old, nil).want(http.StatusNoContent)
		})
	}
}

// exemptsAsSaid makes an exemption of the write that breaks the rule: it holds for the object of that name alone, and
// ends at its date.
func (w *world) exemptsAsSaid(rule string, g guarded) {
	w.t.Helper()
	kind, name := strings.TrimPrefix(g.path, "/v1/"), "exempted"
	e := w.exempt(kind, name, rule)
	w.do("POST", g.path, called(g.bad, "another")).refusedBy(rule, g.field)
	id := idOf(w.do("POST", g.path, called(g.bad, name)).want(http.StatusCreated))
	if got := w.actions(e.ID); !slices.Equal(got, []string{"create", "use_exemption"}) {
		w.t.Errorf("the audit has %q", got)
	}
	w.do("PATCH", g.path+"/"+id, object{"name": "renamed", "description": "out of it"}).want(httpStatus(g))
	w.do("DELETE", g.path+"/"+id, nil).want(http.StatusNoContent)
	w.clock.Advance(10 * 24 * time.Hour)
	w.do("POST", g.path, called(g.bad, name)).refusedBy(rule, g.field)
	if err := w.p.Sweep(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	if got := w.actions(e.ID); got[len(got)-1] != "end_exemption" {
		w.t.Errorf("the audit has %q", got)
	}
}

// httpStatus is that of a rename out of an exemption. A rule about supplied values looks at no value that is stored.
func httpStatus(g guarded) int {
	if strings.HasPrefix(g.field, "/credentials/") {
		return http.StatusOK
	}
	return http.StatusUnprocessableEntity
}

// called is a body with another name.
func called(body object, name string) object {
	out := maps.Clone(body)
	out["name"] = name
	return out
}

// contains takes every containment and every step that the kind of an object has.
func (w *world) contains(path string) {
	w.t.Helper()
	if strings.HasPrefix(path, pathPolicies) {
		return
	}
	w.do("POST", path+"/hold", because).want(200)
	w.do("POST", path+"/release", because).want(200)
	if strings.HasPrefix(path, pathTokens) {
		w.do("POST", path+"/rotation/begin", object{}).want(200)
		w.do("POST", path+"/rotation/cancel", object{}).want(200)
		w.do("POST", path+"/release", because).want(200)
		w.do("PATCH", path, object{"minimum_version": 3}).want(200)
	}
	w.do("POST", path+"/revoke", object{"all": true, "reason": "leaked"}).want(200)
}

// TestLongerIntervalOfARotationPolicy: what follows the policy decides by its labels.
func TestLongerIntervalOfARotationPolicy(t *testing.T) {
	w := newWorld(t)
	id := w.newPolicy("monthly", nil).ID
	w.newToken("notifier", w.newConnector("chat", nil).ID, object{
		"rotation_policy_id": id, "labels": object{"sensitivity": "high"},
	})
	w.govern(object{"max_rotation_interval": object{
		"default": "180d", "by_label": []object{{"label": "sensitivity", "value": "high", "interval": "40d"}},
	}})
	w.do("PATCH", pathPolicies+"/"+id, object{"interval": "40d"}).want(200)
	p := w.do("PATCH", pathPolicies+"/"+id, object{"interval": "41d"}).refusedBy(api.RuleMaxRotationInterval, "/interval")
	if !strings.Contains(p.Detail, `scoped token "notifier"`) {
		t.Errorf("it does not name the token: %s", p.Detail)
	}
	w.do("PATCH", pathPolicies+"/"+id, object{"interval": "181d"}).refusedBy(api.RuleMaxRotationInterval, "/interval")
}

// TestReuseIsFoundInTheTenant: also in another environment, of which nothing is said, and not in another tenant.
func TestReuseIsFoundInTheTenant(t *testing.T) {
	w := newWorld(t)
	w.govern(object{"forbid_secret_reuse": true})
	chat := func(name, value string) object {
		return object{"name": name, "owner": "o", "type": "custom", "credentials": object{"api_key": value}}
	}
	first := idOf(w.do("POST", pathConnectors, chat("first", strongValue)).want(201))
	p := w.do(
		"POST",
		pathConnectors,
		chat("second", strongValue),
	).refusedBy(
		api.RuleForbidSecretReuse,
		"/credentials/api_key",
	)
	if !strings.Contains(p.Detail, first) || strings.Contains(p.Detail, strongValue) {
		t.Errorf("the detail is %q", p.Detail)
	}
	w.do("PATCH", pathConnectors+"/"+first, object{"credentials": object{"api_key": strongValue}}).want(200)

	const abroad = "w2Zk8sQmT5xPbN7rLc3v"
	there := idOf(w.send(w.foreign["acme/production"], "POST", pathConnectors, chat("there", abroad)).want(201))
	p = w.do("POST", pathConnectors, chat("second", abroad)).refusedBy(api.RuleForbidSecretReuse, "/credentials/api_key")
	if strings.Contains(p.Detail, there) || strings.Contains(p.Detail, "production") {
		t.Errorf("it says what is in another environment: %q", p.Detail)
	}
	const elsewhere = "h9Jd4gWqR6yBvX2tKf8n"
	w.send(w.foreign["globex/staging"], "POST", pathConnectors, chat("globex", elsewhere)).want(201)
	w.do("POST", pathConnectors, chat("second", elsewhere)).want(201)

	w.do("DELETE", pathConnectors+"/"+first, nil).want(204)
	w.do("POST", pathConnectors, chat("again", strongValue)).want(201)
}

// TestSuppliedWithAStep: the step is never refused, the value that comes along with it is.
func TestSuppliedWithAStep(t *testing.T) {
	w := newWorld(t)
	endpoint, policy := w.newEndpoint("hooks", w.newConnector("chat", nil).ID, nil).ID, w.newPolicy("p", nil).ID
	id := w.newSecret("signing", endpoint, policy, nil).ID
	w.govern(object{"forbid_weak_credentials": true})
	weak := "whsec_" + strings.Repeat("YWJj", 8)
	w.step(id, "begin", object{"secret": weak}).refusedBy(api.RuleForbidWeakCredentials, "/secret")
	w.step(id, "begin", nil).want(200)
}

// TestNewEnvironmentsForbidWildcards: and the deletion of a policy returns to that.
func TestNewEnvironmentsForbidWildcards(t *testing.T) {
	w := newWorld(t)
	inForce := func() api.Guardrails {
		return decoded[api.Guardrails](w.as(api.RoleAuditor, "GET", "/v1/environment-policy", nil).want(200))
	}
	if got := inForce(); !got.Rules.ForbidWildcardScopes || got.EnvironmentPolicyID != nil {
		t.Errorf("a new environment has %+v", got)
	}
	connector := w.newConnector("chat", nil).ID
	wild := tokenBody("wild", connector, object{"scopes": []string{"files:*"}})
	w.do("POST", pathTokens, wild).refusedBy(api.RuleForbidWildcardScopes, "/scopes/0")
	id := w.govern(object{"max_overlap": "24h"})
	if got := inForce(); got.Rules.ForbidWildcardScopes || got.EnvironmentPolicyID == nil ||
		*got.EnvironmentPolicyID != id {
		t.Errorf("with a policy it has %+v", got)
	}
	token := idOf(w.do("POST", pathTokens, wild).want(201))
	w.as(api.RoleSecurity, "DELETE", pathRules+"/"+id, nil).want(204)
	if got := inForce(); !got.Rules.ForbidWildcardScopes || got.EnvironmentPolicyID != nil {
		t.Errorf("after the deletion it has %+v", got)
	}
	w.do("PATCH", pathTokens+"/"+token, object{"scopes": []string{"files:*", "users:read"}}).want(200)
	w.do("PATCH", pathTokens+"/"+token, object{"scopes": []string{"files:*", "users:*"}}).
		refusedBy(api.RuleForbidWildcardScopes, "/scopes/0")
}

// TestOneEnvironmentPolicy: a second one is refused, and the first has etags, repetitions and an audit.
func TestOneEnvironmentPolicy(t *testing.T) {
	w := newWorld(t)
	rules := object{"max_scopes_per_token": 3}
	made := w.as(api.RoleSecurity, "POST", pathRules, rules, key("k")).want(201)
	id := idOf(made)
	if again := w.as(
		api.RoleSecurity,
		"POST",
		pathRules,
		rules,
		key("k"),
	).want(
		201,
	); string(
		again.body,
	) != string(
		made.body,
	) {
		t.Errorf("a repetition answers %s", again.body)
	}
	if p := w.as(
		api.RoleSecurity,
		"POST",
		pathRules,
		rules,
	).problem(
		api.CodeConflict,
		"",
	); !strings.Contains(
		p.Detail,
		id,
	) {
		t.Errorf("it does not name the policy: %s", p.Detail)
	}
	w.as(api.RoleSecurity, "PUT", pathRules+"/"+id, object{"require_cidrs": true}, ifMatch("9")).
		problem(api.CodePreconditionFailed, "")
	w.as(api.RoleSecurity, "PUT", pathRules+"/"+id, object{"require_cidrs": true}, ifMatch("1")).want(200)
	w.as(
		api.RoleSecurity,
		"PUT",
		pathRules+"/"+id,
		object{"owner_pattern": "("},
	).problem(
		api.CodeInvalid,
		"/owner_pattern",
	)
	w.as(api.RoleSecurity, "DELETE", pathRules+"/"+id, nil).want(204)
	w.as(api.RoleAuditor, "GET", pathRules+"/"+id, nil).problem(api.CodeNotFound, "")
	if got := w.actions(id); !slices.Equal(got, []string{"create", "update", "delete"}) {
		t.Errorf("the audit has %q", got)
	}
}

// TestCheckFindsWhatExists: the objects that proposed rules would refuse.
func TestCheckFindsWhatExists(t *testing.T) {
	w := newWorld(t)
	connector := w.newConnector("chat", object{"owner": "bob"}).ID
	id := w.newToken("notifier", connector, nil).ID
	body := object{"owner_pattern": "team-[a-z]+", "require_cidrs": true}
	got := decoded[api.GuardrailCheck](w.as(api.RoleAuditor, "POST", "/v1/environment-policy/check", body).want(200))
	if got.Count != 2 || got.Violations[0].ID != connector || got.Violations[1].ID != id ||
		got.Violations[1].Rule != api.RuleRequireCIDRs || got.Violations[1].Field != "/allowed_cidrs" {
		t.Errorf("found %+v", got)
	}
}

// TestPolicyIsBoundToItsRow: rules are not taken from the database alone.
func TestPolicyIsBoundToItsRow(t *testing.T) {
	for name, change := range map[string]string{
		"rules off":     `UPDATE environment_policies SET rules = '{}' WHERE environment = 'staging'`,
		"defaults off":  `UPDATE environment_policies SET defaults = '{}' WHERE environment = 'staging'`,
		"no keyed hash": `UPDATE environment_policies SET mac = NULL`,
		"no row":        `DELETE FROM environment_policies WHERE environment = 'staging'`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.govern(object{"require_cidrs": true})
			connector := w.newConnector("chat", nil).ID
			w.tamper(change)
			w.do("POST", pathTokens, tokenBody("t", connector, nil)).problem(api.CodeInternal, "")
		})
	}
}

// TestOlderEnvironmentsHaveNoRules: a migration begins them with every rule off, and the first start binds that.
func TestOlderEnvironmentsHaveNoRules(t *testing.T) {
	w := newWorld(t)
	w.tamper(`UPDATE environment_policies SET rules = '{}', defaults = '{}', mac = NULL`)
	w.tamper(`DELETE FROM keys WHERE purpose = 'policies bound'`)
	if _, err := access.CreatePrincipal(t.Context(), w.store, w.keyring, w.clock, staging, api.RoleAuditor, "early",
		0); err != nil {
		t.Errorf("a command before the first start: %v", err)
	}
	w.restart()
	connector := w.newConnector("chat", nil).ID
	w.newToken("wild", connector, object{"scopes": []string{"files:*"}})
	w.tamper(`UPDATE environment_policies SET mac = NULL`)
	w.restart()
	w.do("POST", pathTokens, tokenBody("t", connector, nil)).problem(api.CodeInternal, "")
}

// TestStaticPrincipals: the command on the machine stays the way back.
func TestStaticPrincipals(t *testing.T) {
	w := newWorld(t)
	w.govern(object{"forbid_static_principals": true})
	_, err := access.CreatePrincipal(t.Context(), w.store, w.keyring, w.clock, staging, api.RoleAuditor, "ci", time.Hour)
	if err == nil || !strings.Contains(err.Error(), api.RuleForbidStaticPrincipals) ||
		!strings.Contains(err.Error(), "--break-glass") {
		t.Errorf("got %v", err)
	}
	_, err = access.BreakGlass(t.Context(), w.store, w.keyring, w.clock, staging, api.RoleAuditor, "ci", time.Hour)
	if err != nil {
		t.Error(err)
	}
	if got := w.actions("staging"); !slices.Contains(got, "break_glass") {
		t.Errorf("the audit has %q", got)
	}
	production := store.Scope{Tenant: "acme", Environment: "production"}
	if _, err = access.CreatePrincipal(
		t.Context(),
		w.store,
		w.keyring,
		w.clock,
		production,
		api.RoleAuditor,
		"ci",
		0,
	); err != nil {
		t.Errorf("the rule of another environment: %v", err)
	}
}

// TestAccessTokensAreCapped: a life that is asked for is refused, and what has none gets less.
func TestAccessTokensAreCapped(t *testing.T) {
	w := newWorld(t)
	id := w.newToken("notifier", w.newConnector("chat", nil).ID, nil).ID
	open := func(body object) *reply { return w.do("POST", pathTokens+"/"+id+"/access-tokens", body) }
	w.govern(object{"max_access_token_ttl": "5m"})
	open(object{"ttl": "10m"}).refusedBy(api.RuleMaxAccessTokenTTL, "/ttl")
	ends := func(r *reply) time.Duration {
		return decoded[keys.OpenedAccessToken](r.want(200)).ExpiresAt.Sub(w.clock.Now())
	}
	if got := ends(open(object{})); got != 5*time.Minute {
		t.Errorf("it lives for %s", got)
	}
	e := w.exempt(api.KindScopedTokens, "notifier", api.RuleMaxAccessTokenTTL)
	if got := ends(open(object{"ttl": "10m"})); got != 10*time.Minute {
		t.Errorf("exempted, it lives for %s", got)
	}
	w.as(api.RoleSecurity, "DELETE", pathExemptions+"/"+e.ID, nil).want(204)
	open(object{"ttl": "10m"}).refusedBy(api.RuleMaxAccessTokenTTL, "/ttl")
}

// TestExemptionIsBoundToItsRow: what it is for and its end are not taken from the database alone.
func TestExemptionIsBoundToItsRow(t *testing.T) {
	for _, change := range []string{
		`UPDATE guardrail_exemptions SET name = 't'`, `UPDATE guardrail_exemptions SET expires = expires + 1, name = 't'`,
	} {
		w := newWorld(t)
		w.exempt(api.KindScopedTokens, "other", api.RuleForbidWildcardScopes)
		connector := w.newConnector("chat", nil).ID
		w.tamper(change)
		w.do("POST", pathTokens, tokenBody("t", connector, object{"scopes": []string{"a:*"}})).problem(api.CodeInternal, "")
	}
}

// TestGovernanceIsOfSecurityAlone: no other role can write rules or exemptions, nor can security of another
// environment.
func TestGovernanceIsOfSecurityAlone(t *testing.T) {
	w := newWorld(t)
	id, e := w.govern(object{"require_cidrs": true}), w.exempt(api.KindConnectors, "chat", api.RuleRequireLabels).ID
	for _, scope := range []store.Scope{
		{Tenant: "acme", Environment: "production"}, {Tenant: "globex", Environment: "staging"},
	} {
		token, err := access.CreatePrincipal(t.Context(), w.store, w.keyring, w.clock, scope, api.RoleSecurity, "s", 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{pathRules + "/" + id, pathExemptions + "/" + e} {
			w.send(token.Expose(), "DELETE", path, nil).problem(api.CodeNotFound, "")
		}
		w.send(token.Expose(), "PUT", pathRules+"/"+id, object{}).problem(api.CodeNotFound, "")
		w.send(token.Expose(), "PATCH", pathExemptions+"/"+e, object{"reason": "x"}).problem(api.CodeNotFound, "")
	}
	for _, role := range api.Roles() {
		if role == api.RoleSecurity {
			continue
		}
		w.as(role, "PUT", pathRules+"/"+id, object{}).problem(api.CodeForbidden, "")
		w.as(role, "DELETE", pathExemptions+"/"+e, nil).problem(api.CodeForbidden, "")
	}
}
