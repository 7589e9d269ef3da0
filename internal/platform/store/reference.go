package store

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

var (
	countTokensOfConnector    = statement(`SELECT COUNT(*) FROM scoped_tokens WHERE tenant = $1 AND environment = $2 AND connector_id = $3`)
	countEndpointsOfConnector = statement(`SELECT COUNT(*) FROM webhook_endpoints WHERE tenant = $1 AND environment = $2 AND connector_id = $3`)
	countSecretsOfEndpoint    = statement(`SELECT COUNT(*) FROM signing_secrets WHERE tenant = $1 AND environment = $2 AND endpoint_id = $3`)
	countSecretsOfPolicy      = statement(`SELECT COUNT(*) FROM signing_secrets WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3`)
	countConnectorsOfPolicy   = statement(`SELECT COUNT(*) FROM connectors WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3`)
	countTokensOfPolicy       = statement(`SELECT COUNT(*) FROM scoped_tokens WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3`)
)

// ReferencesTo counts the objects that refer to an object, by their kind. Kinds without any are left out.
func (tx *Tx) ReferencesTo(ctx context.Context, scope Scope, kind, id string) (map[string]int, error) {
	counts := map[string]string{} // kind -> statement
	switch kind {
	case api.KindConnectors:
		counts[api.KindScopedTokens] = countTokensOfConnector
		counts[api.KindWebhookEndpoints] = countEndpointsOfConnector
	case api.KindWebhookEndpoints:
		counts[api.KindSigningSecrets] = countSecretsOfEndpoint
	case api.KindRotationPolicies:
		counts[api.KindConnectors] = countConnectorsOfPolicy
		counts[api.KindScopedTokens] = countTokensOfPolicy
		counts[api.KindSigningSecrets] = countSecretsOfPolicy
	}
	references := map[string]int{}
	for from, text := range counts {
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
