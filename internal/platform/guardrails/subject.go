package guardrails

import (
	"maps"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/guardrail"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Connector is what the rules look at of a connector. A policy that was not read is the zero value.
func Connector(c *store.Connector, policy rotation.Policy) guardrail.Subject {
	_, has := c.Credential.Current()
	return guardrail.Subject{
		Kind: api.KindConnectors, Name: c.Name, Labels: c.Labels, Owner: c.Owner, Type: c.Type,
		HasConsent: c.ConsentID != "", HasSecret: has, FollowsPolicy: c.RotationPolicyID != "", Interval: policy.Interval,
	}
}

// Token is what the rules look at of a scoped token.
func Token(t *store.ScopedToken, policy rotation.Policy, expiresAt time.Time) guardrail.Subject {
	return guardrail.Subject{
		Kind: api.KindScopedTokens, Name: t.Name, Labels: t.Labels, Owner: t.Owner, Scopes: t.Scopes,
		CIDRs: t.AllowedCIDRs, ExpiresAt: expiresAt, HasSecret: true,
		FollowsPolicy: t.RotationPolicyID != "", Interval: policy.Interval,
	}
}

// Endpoint is what the rules look at of a webhook endpoint.
func Endpoint(e *store.WebhookEndpoint) guardrail.Subject {
	return guardrail.Subject{Kind: api.KindWebhookEndpoints, Name: e.Name, Labels: e.Labels}
}

// SigningSecret is what the rules look at of a signing secret.
func SigningSecret(s *store.SigningSecret, policy rotation.Policy) guardrail.Subject {
	return guardrail.Subject{
		Kind: api.KindSigningSecrets, Name: s.Name, Labels: s.Labels, Owner: s.Owner, HasSecret: true, FollowsPolicy: true,
		Interval: policy.Interval,
	}
}

// RotationPolicy is what the rules look at of a rotation policy, whose durations were checked.
func RotationPolicy(p *store.RotationPolicy) guardrail.Subject {
	interval, _ := api.ParseDuration(p.Interval)
	overlap, _ := api.ParseDuration(p.Overlap)
	return guardrail.Subject{
		Kind: api.KindRotationPolicies, Name: p.Name, Labels: p.Labels, Interval: interval, Overlap: overlap,
		Acknowledged: p.RequireAcknowledgement, OnTimeout: p.OnStageTimeout,
	}
}

// WorkloadIdentity is what the rules look at of a workload identity.
func WorkloadIdentity(w *store.WorkloadIdentity) guardrail.Subject {
	return guardrail.Subject{Kind: api.KindWorkloadIdentities, Name: w.Name, Labels: w.Labels, Owner: w.Owner}
}

// Supplied are values under the members of one that a request brings, such as credentials.
func Supplied(member string, values map[string]secret.Value) (out []guardrail.Value) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		out = append(out, guardrail.Value{Field: problem.Pointer(member, key), Secret: values[key]})
	}
	return out
}

// SuppliedOne is a value that a request brings in one member; nil for none.
func SuppliedOne(member string, value *secret.Value) []guardrail.Value {
	if value == nil {
		return nil
	}
	return []guardrail.Value{{Field: problem.Pointer(member), Secret: *value}}
}
