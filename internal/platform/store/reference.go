package store

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// countReferences holds, by the kind that is referred to and the kind that refers to it, the statement that counts.
var countReferences = map[string]map[string]string{
	api.KindConnectors: {
		api.KindScopedTokens: statement(`SELECT COUNT(*) FROM scoped_tokens
			WHERE tenant = $1 AND environment = $2 AND connector_id = $3`),
		api.KindWebhookEndpoints: statement(`SELECT COUNT(*) FROM webhook_endpoints
			WHERE tenant = $1 AND environment = $2 AND connector_id = $3`),
	},
	api.KindWebhookEndpoints: {
		api.KindSigningSecrets: statement(`SELECT COUNT(*) FROM signing_secrets
			WHERE tenant = $1 AND environment = $2 AND endpoint_id = $3`),
	},
	api.KindRotationPolicies: {
		api.KindConnectors: statement(`SELECT COUNT(*) FROM connectors
			WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3`),
		api.KindScopedTokens: statement(`SELECT COUNT(*) FROM scoped_tokens
			WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3`),
		api.KindSigningSecrets: statement(`SELECT COUNT(*) FROM signing_secrets
			WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3`),
	},
}

// ReferencesTo counts the objects that refer to an object, by their kind. It leaves out kinds without any.
func (tx *Tx) ReferencesTo(ctx context.Context, scope Scope, kind, id string) (map[string]int, error) {
	references := map[string]int{}
	for from, text := range countReferences[kind] {
		var n int
		if err := tx.one(ctx, text, []any{scope.Tenant, scope.Environment, id}, &n); err != nil {
			return nil, failed("counting references to", kind, id, err)
		}
		if n > 0 {
			references[from] = n
		}
	}
	return references, nil
}
