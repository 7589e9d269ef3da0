package platform_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// route is a route of /v1, its permission, and a body with which an allowed role gets no 401, 403 or 404.
type route struct {
	method, path string
	permission   string
	body         any // of a request that is well-formed
}

// open reports whether these permissions are enough for the route.
func (r route) open(to []string) bool {
	return slices.Contains(to, r.permission) || slices.Contains(to, r.orPermission())
}

// orPermission is the other permission that opens the route.
func (r route) orPermission() string {
	switch r.path {
	case pathCheckValue:
		return api.PermissionWrite
	case pathConsents + "/{id}/revoke":
		return api.PermissionConsent
	}
	return r.permission
}

var because = object{"reason": "test"}

var aPresentedClaim = object{"id": "pol_1", "claim": strings.Repeat("x", 26)}

var routes = []route{
	{"GET", "/v1/identity", "", nil},
	{"POST", "/v1/introspect", api.PermissionIntrospect, url.Values{"token": {"x"}}},
	{"POST", "/v1/identify", api.PermissionRead, url.Values{"token": {"x"}}},
	{"GET", "/v1/principals", api.PermissionRead, nil},
	{"GET", "/v1/findings", api.PermissionRead, nil},
	{"POST", "/v1/findings/{id}/close", api.PermissionContain, because},
	{"GET", "/v1/audit-events", api.PermissionRead, nil},
	{"GET", pathInventory, api.PermissionRead, nil},
	{"GET", pathTombstones, api.PermissionRead, nil},
	{"GET", pathTombstones + "/{id}", api.PermissionRead, nil},
	{"GET", "/v1/audit-checkpoint", api.PermissionRead, nil},
	{"GET", "/v1/audit-proofs/inclusion", api.PermissionRead, nil},
	{"GET", "/v1/audit-proofs/consistency", api.PermissionRead, nil},
	{"DELETE", "/v1/principals/{id}", api.PermissionManagePrincipals, nil},
	{"POST", "/v1/revoke", api.PermissionContain, url.Values{"token": {"x"}}},
	{"PUT", "/v1/runs/{id}", "", nil},
	{"POST", "/v1/runs/{id}/end", "", object{"in_order": true}},
	{"GET", "/v1/orphans", api.PermissionRead, nil},
	{"POST", "/v1/claims/present", api.PermissionRead, object{"claims": []object{aPresentedClaim}}},

	{"POST", pathConnectors, api.PermissionWrite, object{"name": "new", "owner": "o", "type": "custom"}},
	{"GET", pathConnectors, api.PermissionRead, nil},
	{"GET", pathConnectors + "/{id}", api.PermissionRead, nil},
	{"PATCH", pathConnectors + "/{id}", api.PermissionWrite, object{"owner": "new"}},
	{"POST", pathConnectors + "/{id}/undelete", api.PermissionWrite, object{"name": "new"}},
	{"DELETE", pathConnectors + "/{id}", api.PermissionWrite, nil},
	{"POST", pathConnectors + "/{id}/revoke", api.PermissionContain, object{"all": true, "reason": "test"}},
	{"POST", pathConnectors + "/{id}/hold", api.PermissionContain, because},
	{"POST", pathConnectors + "/{id}/release", api.PermissionContain, because},
	{"POST", pathConnectors + "/{id}/quarantine", api.PermissionContain, because},
	{"POST", pathConnectors + "/{id}/release-quarantine", api.PermissionContain, because},
	{"GET", pathConnectors + "/{id}/versions", api.PermissionRead, nil},

	{"POST", pathTokens + "/{id}/access-tokens", api.PermissionReveal, object{}},
	{"POST", pathAccess + "/{id}/extend", api.PermissionReveal, object{}},
	{"POST", pathAccess + "/{id}/revoke", api.PermissionContain, nil},

	{
		"POST", pathTokens, api.PermissionWrite,
		object{
			"name": "new", "owner": "o", "connector_id": "con_x", "scopes": []string{"a"},
			"expires_at": "2030-01-01T00:00:00Z",
		},
	},
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
	{"POST", pathTokens + "/{id}/quarantine", api.PermissionContain, because},
	{"POST", pathTokens + "/{id}/release-quarantine", api.PermissionContain, because},
	{"GET", pathTokens + "/{id}/versions", api.PermissionRead, nil},
	{"POST", pathTokens + "/{id}/versions/{version}/reveal", api.PermissionReveal, nil},

	{
		"POST", pathEndpoints, api.PermissionWrite,
		object{"name": "new", "connector_id": "con_x", "url": "https://hooks.example.com"},
	},
	{"GET", pathEndpoints, api.PermissionRead, nil},
	{"GET", pathEndpoints + "/{id}", api.PermissionRead, nil},
	{"PATCH", pathEndpoints + "/{id}", api.PermissionWrite, object{"url": "https://other.example.com"}},
	{
		"POST", pathEndpoints + "/{id}/test-events", api.PermissionWrite,
		object{"type": "message.delivered", "data": object{"a": 1}},
	},
	{"GET", pathEndpoints + "/{id}/deliveries", api.PermissionRead, nil},
	{"POST", pathEndpoints + "/{id}/deliveries/{delivery}/resend", api.PermissionWrite, nil},
	{
		"POST", pathEndpoints + "/{id}/redeliver", api.PermissionWrite,
		object{"since": "2026-05-01T00:00:00Z", "state": "failed"},
	},
	{"POST", pathEndpoints + "/{id}/probe", api.PermissionAcknowledge, nil},
	{"POST", pathEndpoints + "/{id}/undelete", api.PermissionWrite, object{"name": "new"}},
	{"DELETE", pathEndpoints + "/{id}", api.PermissionWrite, nil},

	{
		"POST", pathSecrets, api.PermissionWrite,
		object{"name": "new", "owner": "o", "endpoint_id": "wep_x", "rotation_policy_id": "pol_x"},
	},
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
	{"POST", pathSecrets + "/{id}/quarantine", api.PermissionContain, because},
	{"POST", pathSecrets + "/{id}/release-quarantine", api.PermissionContain, because},
	{"GET", pathSecrets + "/{id}/versions", api.PermissionRead, nil},
	{"POST", pathSecrets + "/{id}/versions/{version}/reveal", api.PermissionReveal, nil},

	{"POST", pathPolicies, api.PermissionWrite, object{"name": "new", "interval": "1d"}},
	{"GET", pathPolicies, api.PermissionRead, nil},
	{"GET", pathPolicies + "/{id}", api.PermissionRead, nil},
	{"PATCH", pathPolicies + "/{id}", api.PermissionWrite, object{"interval": "2d"}},
	{"POST", pathPolicies + "/{id}/undelete", api.PermissionWrite, object{"name": "new"}},
	{"DELETE", pathPolicies + "/{id}", api.PermissionWrite, nil},

	{"GET", "/v1/scopes", api.PermissionRead, nil},
	{"GET", "/v1/environment-policy", api.PermissionRead, nil},
	{"POST", "/v1/environment-policy/check", api.PermissionRead, object{"require_cidrs": true}},
	{"POST", pathCheckValue, api.PermissionReveal, object{"value": "x"}},
	{"POST", pathRules, api.PermissionGovern, object{"forbid_weak_credentials": true}},
	{"GET", pathRules, api.PermissionRead, nil},
	{"GET", pathRules + "/{id}", api.PermissionRead, nil},
	{"PUT", pathRules + "/{id}", api.PermissionGovern, object{"forbid_secret_reuse": true}},
	{"DELETE", pathRules + "/{id}", api.PermissionGovern, nil},
	{
		"POST", pathExemptions, api.PermissionExempt, object{
			"kind": "connectors", "name": "new", "rule": api.RuleRequireLabels, "reason": "test",
			"expires_at": "2030-01-01T00:00:00Z",
		},
	},
	{"GET", pathExemptions, api.PermissionRead, nil},
	{"GET", pathExemptions + "/{id}", api.PermissionRead, nil},
	{"PATCH", pathExemptions + "/{id}", api.PermissionExempt, object{"reason": "another one"}},
	{"DELETE", pathExemptions + "/{id}", api.PermissionExempt, nil},
	{"POST", pathIdentities, api.PermissionGrant, identityBody("new", nil)},
	{"GET", pathIdentities, api.PermissionRead, nil},
	{"GET", pathIdentities + "/{id}", api.PermissionRead, nil},
	{"PATCH", pathIdentities + "/{id}", api.PermissionGrant, object{"owner": "new"}},
	{"DELETE", pathIdentities + "/{id}", api.PermissionGrant, nil},

	{"POST", pathBindings, api.PermissionGrant, object{"issuer": "directory", "group": "new", "role": api.RoleAuditor}},
	{"GET", pathBindings, api.PermissionRead, nil},
	{"GET", pathBindings + "/{id}", api.PermissionRead, nil},
	{"PATCH", pathBindings + "/{id}", api.PermissionGrant, object{"role": api.RoleAuditor}},
	{"DELETE", pathBindings + "/{id}", api.PermissionGrant, nil},

	{"POST", pathConsents, api.PermissionWrite, object{
		"connector_type": "custom", "scopes": []string{"users:read"}, "purpose": "Greet users by name.",
	}},
	{"GET", pathConsents, api.PermissionRead, nil},
	{"GET", pathConsents + "/{id}", api.PermissionRead, nil},
	{"POST", pathConsents + "/{id}/decide", api.PermissionConsent, object{"decision": "refuse"}},
	{"POST", pathConsents + "/{id}/revoke", api.PermissionContain, nil},
	{"GET", pathApprovals, api.PermissionRead, nil},
	{"GET", pathApprovals + "/{id}", api.PermissionRead, nil},
	{"POST", pathApprovals + "/{id}/approve", api.PermissionApprove, object{}},
	{"POST", pathApprovals + "/{id}/refuse", api.PermissionApprove, object{}},
	{"POST", pathElevations, api.PermissionRead, object{"role": api.RoleSecurity, "for": "1h", "reason": "test"}},
	{"POST", pathElevations + "/{id}/end", api.PermissionRead, nil},
}

// objectOf fills the id of an object into a path.
func objectOf(path string, ids map[string]string) string {
	for kind, id := range ids {
		if strings.HasPrefix(path, kind+"/") {
			path = strings.Replace(path, "{id}", id, 1)
		}
	}
	return strings.Replace(path, "{version}", "1", 1)
}

// readable returns the ids of what has a route that reads it. Nothing reads an access token, or a finding alone.
func readable(ids map[string]string) map[string]string {
	out := maps.Clone(ids)
	delete(out, pathAccess)
	delete(out, pathFindings)
	return out
}

func (w *world) objects() map[string]string {
	w.t.Helper()
	connector := w.newConnector("chat", nil)
	endpoint := w.newEndpoint("hooks", connector.ID, nil)
	policy := w.newPolicy("weekly", nil)
	notifier := w.newToken("notifier", connector.ID, nil).ID
	return map[string]string{
		pathConnectors: connector.ID,
		pathTokens:     notifier,
		pathAccess:     w.opened(api.RoleDeployer, notifier, nil).ID,
		pathEndpoints:  endpoint.ID,
		pathSecrets:    w.newSecret("signing", endpoint.ID, policy.ID, nil).ID,
		pathPolicies:   w.newPolicy("monthly", nil).ID,
		pathRules:      w.govern(object{}),
		pathExemptions: w.exempt(api.KindConnectors, "chat", api.RuleRequireLabels).ID,
		pathIdentities: w.newIdentity("pipeline", nil).ID,
		pathFindings:   w.newFinding(notifier),
		pathBindings:   w.newBinding("platform-team").ID,
		pathConsents:   w.newConsent("users:read").ID,
	}
}

// recreated replaces a deleted object.
func (w *world) recreated(ids map[string]string, path string) map[string]string {
	w.t.Helper()
	switch {
	case strings.HasPrefix(path, pathConnectors):
		ids[pathConnectors] = w.newConnector("chat", nil).ID
	case strings.HasPrefix(path, pathTokens):
		ids[pathTokens] = w.create(api.ScopedTokens, "notifier", ids[pathPolicies], nil).ID
	case strings.HasPrefix(path, pathEndpoints):
		ids[pathEndpoints] = w.newEndpoint("hooks", ids[pathConnectors], nil).ID
	case strings.HasPrefix(path, pathSecrets):
		ids[pathSecrets] = w.create(api.SigningSecrets, "signing", ids[pathPolicies], nil).ID
	case strings.HasPrefix(path, pathExemptions):
		ids[pathExemptions] = w.exempt(api.KindConnectors, "chat", api.RuleRequireLabels).ID
	case strings.HasPrefix(path, pathRules):
		ids[pathRules] = w.govern(object{})
	case strings.HasPrefix(path, pathIdentities):
		ids[pathIdentities] = w.newIdentity("pipeline", nil).ID
	case strings.HasPrefix(path, pathBindings):
		ids[pathBindings] = w.newBinding("platform-team").ID
	default:
		ids[pathPolicies] = w.newPolicy("monthly", nil).ID
	}
	return ids
}
