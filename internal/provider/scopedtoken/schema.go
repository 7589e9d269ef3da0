package scopedtoken

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rotate"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

func (r *tokenResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := tfkit.CommonAttributes(kind.Kind)
	maps.Copy(attributes, rotate.Attributes(kind))
	attributes["connector_id"] = connectorID()
	attributes["scopes"] = schema.SetAttribute{
		Required:    true,
		ElementType: types.StringType,
		Validators: []validator.Set{
			setvalidator.SizeBetween(1, api.MaxScopes),
			tfkit.EachString("scopes such as messages:send", api.CheckScope),
		},
		MarkdownDescription: "What the token may do, such as `messages:send`: 1 to 64 scopes, each of lower-case " +
			"parts separated by colons, the last of which may be `*`. It can be changed in place and counts " +
			"at once for every valid version. A warning of the plan, and an error of the apply, mean that the " +
			"connector's `allowed_scopes` do not cover one of them; the warning comes where the plan knows them. " +
			"`credentials:read` lets the token fetch the credentials of its connector; it counts only where it is named, and " +
			"a wildcard does not cover it. The guide `concepts` has the scope catalogue; a scope that is not in it is a " +
			"warning, or an error where the environment policy sets `forbid_unknown_scopes`.",
	}
	attributes["allowed_cidrs"] = schema.SetAttribute{
		Optional:    true,
		ElementType: types.StringType,
		Validators: []validator.Set{
			setvalidator.SizeAtMost(api.MaxCIDRs),
			tfkit.EachString("address ranges such as 192.0.2.0/24", api.CheckCIDR),
		},
		PlanModifiers: []planmodifier.Set{tfkit.SameSet("Spellings of the same address range are no "+
			"difference.", api.SameCIDR)},
		MarkdownDescription: "Address ranges (CIDR) from which the token is accepted, at most 64; from any other " +
			"address it is inactive. Two spellings of one IPv6 range are no difference. Default: accepted from everywhere.",
	}
	attributes["expires_at"] = schema.StringAttribute{
		Optional:   true,
		Validators: []validator.String{tfkit.StringCheck("a date (RFC 3339)", api.CheckDate)},
		PlanModifiers: []planmodifier.String{tfkit.SameMeaning("Dates that mean the same moment are "+
			"no difference.", api.SameInstant)},
		MarkdownDescription: "When every version of the token ends for good (RFC 3339, such as " +
			"`2027-01-31T12:00:00Z`). This or `rotation_policy_id` is required. Default: never. A date in the past " +
			"is refused at apply. " +
			"A token that has expired is revived by a later date, or by removing the argument: the plan then " +
			"changes it and issues a new version.",
	}
	attributes["rotation_policy_id"] = rotationPolicyID()
	attributes["rate_limit_per_minute"] = rateLimit()
	attributes["unused_expiry"] = unusedExpiry()
	resp.Schema = schema.Schema{
		MarkdownDescription: "A least-privilege API token for one job of one connector. Its value is made by the " +
			"platform and is in neither the state nor the plan: the ephemeral resource of the " +
			"same name reads it. When a rotation is due, the plan shows it and the apply performs it, one safe " +
			"step at a time, with two values valid in between.",
		Attributes: attributes,
	}
}

// rateLimit is the attribute rate_limit_per_minute.
func rateLimit() schema.Int64Attribute {
	return schema.Int64Attribute{
		Optional:   true,
		Validators: []validator.Int64{int64validator.Between(1, api.MaxTokenRate)},
		MarkdownDescription: fmt.Sprintf("How many uses of the token are accepted in a minute, of all its versions "+
			"together: 1 to %d. A use is an introspection by a service, or a retrieval of credentials. After a minute "+
			"without any, so many may come at once. What is above it is answered with 429, the code "+
			"`token_rate_limited` and `Retry-After`, and is no evidence for a new version. A change counts at once. "+
			"Default: no limit.", api.MaxTokenRate),
	}
}

// unusedExpiry is the attribute unused_expiry.
func unusedExpiry() schema.StringAttribute {
	return schema.StringAttribute{
		Optional:      true,
		Validators:    []validator.String{tfkit.StringCheck("a duration of 15d to 365d", api.CheckUnused)},
		PlanModifiers: []planmodifier.String{tfkit.SameDuration()},
		MarkdownDescription: "Unused for so long, the token is put in quarantine by the platform: a duration of `15d` to " +
			"`365d`, such as `90d`. Every plan warns from 14 days before on, and a use ends that. It counts instead of " +
			"`max_unused` of the environment policy, where it is shorter and where it is longer. A token that was never " +
			"used counts from its creation; a rotation is no use. Default: as the environment says.",
	}
}

// connectorID is the attribute connector_id.
func connectorID() schema.StringAttribute {
	return schema.StringAttribute{
		Required:      true,
		Validators:    []validator.String{tfkit.IDOf("con_", "a connector")},
		PlanModifiers: []planmodifier.String{tfkit.ReplacesIfKnown()},
		MarkdownDescription: "Id of the connector that the token is for. A change replaces the token: its values " +
			"are refused at once, and the new token continues the numbers of its versions." + tfkit.UnknownID +
			"An error on it means that there is no such connector in the environment.",
	}
}

func rotationPolicyID() schema.StringAttribute {
	return schema.StringAttribute{
		Optional:   true,
		Validators: []validator.String{tfkit.IDOf("pol_", "a rotation policy")},
		MarkdownDescription: "Id of the rotation policy that says when a rotation is due and how long two versions " +
			"overlap. This or `expires_at` is required. Default: none; then nothing falls due by " +
			"age, and a requested rotation has an overlap of 24h, a stage of at most 7d, and needs an " +
			"acknowledgement. A change applies to later transitions and never moves a running deadline.",
	}
}

// ValidateConfig makes sure that the token's value does not stay valid for ever.
func (r *tokenResource) ValidateConfig(
	ctx context.Context,
	req resource.ValidateConfigRequest,
	resp *resource.ValidateConfigResponse,
) {
	var policy, expiry types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("rotation_policy_id"), &policy)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("expires_at"), &expiry)...)
	if policy.IsNull() && expiry.IsNull() && !resp.Diagnostics.HasError() {
		resp.Diagnostics.AddAttributeError(path.Root("rotation_policy_id"), "Token without an end",
			"Neither rotation_policy_id nor expires_at is set, so the token's value would stay valid for ever. Set "+
				"at least one of them.")
	}
}
