package tfkit

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/guardrail"
)

// mostCompared is how many supplied values one run asks the platform about. A plan, its apply and another plan are then
// within what the platform answers at once.
const mostCompared = 200

// findUses asks the platform which values that a plan sends are of other objects. Where it does not answer, the plan
// shows nothing, and the platform refuses at the apply.
func (s *Session) findUses(
	ctx context.Context, diags *diag.Diagnostics, g *guardrails, id string, values []guardrail.Value,
) {
	if !g.rules.ForbidSecretReuse || !s.May(api.PermissionReveal) && !s.May(api.PermissionWrite) {
		return
	}
	for i, v := range values {
		if !v.CountsForReuse() {
			continue
		}
		switch n := g.compared.Add(1); {
		case n == mostCompared+1:
			diags.AddWarning("Not every supplied value was compared", "This plan supplies many values. The platform was asked "+
				"about the first of them, whether another object has them (guardrail "+api.RuleForbidSecretReuse+"). The apply "+
				"compares all of them, and is refused for one that is in use.")
			return
		case n > mostCompared:
			return
		}
		found, err := s.client.EnvironmentPolicies().CheckValue(ctx, id, v.Secret)
		if err != nil {
			tflog.Warn(ctx, "the platform did not say whether a supplied value is in use: this plan does not show it",
				map[string]any{"field": v.Field})
			continue
		}
		values[i].UsedBy = found.UsedBy
	}
}

// comparing returns what finds out, by digests, whether the object of a state has a value of a configuration already. A
// connector that changes its type loses its credentials.
func (s *Session) comparing(kind api.Kind, planned, stored reading) func(member string, v attr.Value) bool {
	return func(member string, v attr.Value) bool {
		of := suppliedArguments[member]
		digest, digestKind := stored.text(of.digest), kind.Path
		if kind == api.WebhookEndpoints {
			digestKind = api.EndpointDigestKind(strings.TrimSuffix(of.argument, "_wo"))
		}
		if digest == "" || unknown(v) || planned.text("type") != stored.text("type") {
			return false
		}
		var plain any
		switch v := v.(type) {
		case types.String:
			plain = v.ValueString()
		case types.Map:
			plain = StringMap(v)
		default:
			return false
		}
		return s.digests(digestKind, stored.text("id"), plain).Like(digest) == digest
	}
}
