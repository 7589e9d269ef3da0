package store

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// countReferences holds, by the kind that is referred to and the kind that refers to it, the statement that counts.
var countReferences = map[string]map[string]string{
	api.KindConnectors: {
		api.KindScopedTokens:     countBy("scoped_tokens", "connector_id"),
		api.KindWebhookEndpoints: countBy("webhook_endpoints", "connector_id"),
	},
	api.KindWebhookEndpoints: {
		api.KindSigningSecrets: countBy("signing_secrets", "endpoint_id"),
	},
	api.KindRotationPolicies: {
		api.KindConnectors:     countBy("connectors", "rotation_policy_id"),
		api.KindScopedTokens:   countBy("scoped_tokens", "rotation_policy_id"),
		api.KindSigningSecrets: countBy("signing_secrets", "rotation_policy_id"),
	},
}

func countBy(table, reference string) string {
	return statement(`SELECT COUNT(*) FROM ` + table + `
		WHERE tenant = $1 AND environment = $2 AND ` + reference + ` = $3`)
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
