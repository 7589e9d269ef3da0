package store

import (
	"context"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// reference is a column by which objects of one kind refer to objects of another one.
type reference struct{ from, column, to string }

func references() []reference {
	return []reference{
		{api.KindScopedTokens, "connector_id", api.KindConnectors},
		{api.KindWebhookEndpoints, "connector_id", api.KindConnectors},
		{api.KindSigningSecrets, "endpoint_id", api.KindWebhookEndpoints},
		{api.KindConnectors, "rotation_policy_id", api.KindRotationPolicies},
		{api.KindScopedTokens, "rotation_policy_id", api.KindRotationPolicies},
		{api.KindSigningSecrets, "rotation_policy_id", api.KindRotationPolicies},
	}
}

func referencesTo(kind string) (found []reference) {
	for _, r := range references() {
		if r.to == kind {
			found = append(found, r)
		}
	}
	return found
}

func referencesOf(kind string) (found []reference) {
	for _, r := range references() {
		if r.from == kind {
			found = append(found, r)
		}
	}
	return found
}

// countReferences holds the statement that counts the objects with a reference.
var countReferences = func() map[reference]string {
	out := map[reference]string{}
	for _, r := range references() {
		out[r] = statement(`SELECT COUNT(*) FROM ` + tableOf(r.from) + `
			WHERE tenant = $1 AND environment = $2 AND ` + r.column + ` = $3`)
	}
	return out
}()

// tableOf returns the name of the table of a kind: its path with underscores.
func tableOf(kind string) string { return strings.ReplaceAll(kind, "-", "_") }

// ReferencesTo counts the objects that refer to an object, by their kind. It leaves out kinds without any.
func (tx *Tx) ReferencesTo(ctx context.Context, scope Scope, kind, id string) (map[string]int, error) {
	count := map[string]int{}
	for _, r := range referencesTo(kind) {
		var n int
		if err := tx.one(ctx, countReferences[r], []any{scope.Tenant, scope.Environment, id}, &n); err != nil {
			return nil, failed("counting references to", kind, id, err)
		}
		if n > 0 {
			count[r.from] = n
		}
	}
	return count, nil
}
