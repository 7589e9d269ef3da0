package platform_test

import (
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// govern writes the policy of acme/staging, whether there is one or not, and returns its id.
func (w *world) govern(rules object) string {
	w.t.Helper()
	list := decoded[api.Page[api.EnvironmentPolicy]](w.as(api.RoleSecurity, "GET", pathRules, nil).want(200))
	if len(list.Items) == 0 {
		return idOf(w.as(api.RoleSecurity, "POST", pathRules, rules).want(http.StatusCreated))
	}
	return idOf(w.as(api.RoleSecurity, "PUT", pathRules+"/"+list.Items[0].ID, rules).want(http.StatusOK))
}

// exempt makes an exemption for ten days.
func (w *world) exempt(kind, name, rule string) api.GuardrailExemption {
	w.t.Helper()
	body := object{"kind": kind, "name": name, "rule": rule, "reason": "moving", "expires_at": "2026-05-11T12:00:00Z"}
	return decoded[api.GuardrailExemption](w.as(api.RoleSecurity, "POST", pathExemptions, body).want(http.StatusCreated))
}

// guarded is a rule, and writes that break it.
type guarded struct {
	rules object
	// path takes bad, which breaks the rule in field, and good, which does not.
	path, field string
	good, bad   object
	// patch breaks the rule in an object that good made, and plain is a change of it that has nothing to do with the rule.
	patch object
}

const strongValue = "vR7kPq2mXw9zLt4bHs8d"

// guardedWrites has a case for each rule that a route of an object checks.
func (w *world) guardedWrites() map[string]guarded {
	w.t.Helper()
	connector := w.newConnector("base", nil).ID
	quick := w.newPolicy("quick", object{"interval": "10d", "overlap": "1h"}).ID
	slow := w.newPolicy("slow", object{"interval": "100d", "overlap": "1h"}).ID
	w.newConnector("first", object{"credentials": object{"api_key": strongValue}})
	token := func(name string, more object) object { return tokenBody(name, connector, more) }
	policy := func(name string, more object) object {
		body := object{"name": name, "interval": "30d", "overlap": "1h"}
		for k, v := range more {
			body[k] = v
		}
		return body
	}
	chat := func(name string, more object) object {
		body := object{"name": name, "owner": "team-messaging", "type": "custom"}
		for k, v := range more {
			body[k] = v
		}
		return body
	}
	consent := w.newHuman("ada", api.RoleConsenter).grants(w.newConsent("messages:send"), "messages:send").ID
	soon := "2026-05-20T00:00:00Z"
	return map[string]guarded{
		api.RuleForbidWildcardScopes: {
			object{"forbid_wildcard_scopes": true},
			pathTokens, "/scopes/0", token("good", nil),
			token("bad", object{"scopes": []string{"messages:*"}}),
			object{"scopes": []string{"messages:*"}},
		},
		api.RuleMaxScopesPerToken: {
			object{"max_scopes_per_token": 1},
			pathTokens, "/scopes", token("good", nil),
			token("bad", object{"scopes": []string{"a:b", "c:d"}}),
			object{"scopes": []string{"a:b", "c:d"}},
		},
		api.RuleForbidUnknownScopes: {
			object{"forbid_unknown_scopes": true},
			pathTokens, "/scopes/0", token("good", nil),
			token("bad", object{"scopes": []string{"a:b"}}),
			object{"scopes": []string{"a:b"}},
		},
		api.RuleAllowedConnectorTypes: {
			object{"allowed_connector_types": []string{"custom"}},
			pathConnectors, "/type", chat("good", nil),
			chat("bad", object{"type": "slack"}),
			object{"type": "slack"},
		},
		api.RuleRequireConsent: {
			object{"require_consent": true},
			pathConnectors, "/consent_id", chat("good", object{"consent_id": consent}),
			chat("bad", nil),
			object{"consent_id": nil},
		},
		api.RuleRequireRotationPolicy: {
			object{"require_rotation_policy": true},
			pathTokens, "/rotation_policy_id",
			token("good", object{"rotation_policy_id": quick}), token("bad", nil),
			object{"rotation_policy_id": nil},
		},
		api.RuleMaxRotationInterval: {
			object{"max_rotation_interval": object{
				"default": "180d", "by_label": []object{{"label": "sensitivity", "value": "high", "interval": "30d"}},
			}},
			pathTokens, "/rotation_policy_id",
			token("good", object{"rotation_policy_id": quick, "labels": object{"sensitivity": "high"}}),
			token("bad", object{"rotation_policy_id": slow, "labels": object{"sensitivity": "high"}}),
			object{"rotation_policy_id": slow},
		},
		api.RuleMaxOverlap: {
			object{"max_overlap": "24h"},
			pathPolicies, "/overlap", policy("good", nil),
			policy("bad", object{"overlap": "2d"}),
			object{"overlap": "2d"},
		},
		api.RuleRequireAcknowledgement: {
			object{"require_acknowledgement": true},
			pathPolicies, "/require_acknowledgement", policy("good", nil),
			policy("bad", object{"require_acknowledgement": false}),
			object{"require_acknowledgement": false},
		},
		api.RuleMaxTokenLifetime: {
			object{"max_token_lifetime": "30d"},
			pathTokens, "/expires_at", token("good", object{"expires_at": soon}),
			token("bad", nil),
			object{"expires_at": "2026-07-01T00:00:00Z"},
		},
		api.RuleRequireCIDRs: {
			object{"require_cidrs": true},
			pathTokens, "/allowed_cidrs",
			token("good", object{"allowed_cidrs": []string{"192.0.2.0/24"}}), token("bad", nil),
			object{"allowed_cidrs": nil},
		},
		api.RuleOwnerPattern: {
			object{"owner_pattern": "team-[a-z]+"},
			pathConnectors, "/owner", chat("good", nil),
			chat("bad", object{"owner": "bob"}),
			object{"owner": "bob"},
		},
		api.RuleRequireLabels: {
			object{"require_labels": []string{"cost"}},
			pathPolicies, "/labels",
			policy("good", object{"labels": object{"cost": "1"}}), policy("bad", nil),
			object{"labels": object{"other": "1"}},
		},
		api.RuleForbidWeakCredentials: {
			object{"forbid_weak_credentials": true},
			pathConnectors, "/credentials/api_key", chat("good", nil),
			chat("bad", object{"credentials": object{"api_key": "changeme-changeme"}}),
			object{"credentials": object{"api_key": "changeme-changeme"}},
		},
		api.RuleForbidSecretReuse: {
			object{"forbid_secret_reuse": true},
			pathConnectors, "/credentials/api_key", chat("good", nil),
			chat("bad", object{"credentials": object{"api_key": strongValue}}),
			object{"credentials": object{"api_key": strongValue}},
		},
	}
}

// refusedBy fails the test unless an answer is the refusal of a rule.
func (r *reply) refusedBy(rule, field string) api.Problem {
	r.t.Helper()
	p := r.problem(api.CodeGuardrailViolation, field)
	if p.Rule != rule || r.status != http.StatusUnprocessableEntity {
		r.t.Errorf("%s: rule %q, want %q", r.what, p.Rule, rule)
	}
	return p
}
