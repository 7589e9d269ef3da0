package environmentpolicy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// thresholds is finding_thresholds.
type thresholds struct {
	Learning        types.String `tfsdk:"learning"`
	SharedNetwork   types.Int64  `tfsdk:"shared_network"`
	VolumeFactor    types.Int64  `tfsdk:"volume_factor"`
	VolumeLeast     types.Int64  `tfsdk:"volume_least"`
	MovedOn         types.String `tfsdk:"moved_on"`
	OverlapEnding   types.String `tfsdk:"overlap_ending"`
	FailuresPerHour types.Int64  `tfsdk:"failures_per_hour"`
	UnusedScope     types.String `tfsdk:"unused_scope"`
	Unused          types.String `tfsdk:"unused"`
}

var thresholdTypes = map[string]attr.Type{
	"learning": types.StringType, "shared_network": types.Int64Type, "volume_factor": types.Int64Type,
	"volume_least": types.Int64Type, "moved_on": types.StringType, "overlap_ending": types.StringType,
	"failures_per_hour": types.Int64Type, "unused_scope": types.StringType, "unused": types.StringType,
}

// expandThresholds returns what the API takes for a finding_thresholds that is known.
func expandThresholds(ctx context.Context, o types.Object, diags *diag.Diagnostics) *api.FindingThresholds {
	if o.IsNull() {
		return nil
	}
	var in thresholds
	diags.Append(o.As(ctx, &in, basetypes.ObjectAsOptions{})...)
	return &api.FindingThresholds{
		Learning: in.Learning.ValueStringPointer(), SharedNetwork: in.SharedNetwork.ValueInt64Pointer(),
		VolumeFactor: in.VolumeFactor.ValueInt64Pointer(), VolumeLeast: in.VolumeLeast.ValueInt64Pointer(),
		MovedOn: in.MovedOn.ValueStringPointer(), OverlapEnding: in.OverlapEnding.ValueStringPointer(),
		FailuresPerHour: in.FailuresPerHour.ValueInt64Pointer(),
		UnusedScope:     in.UnusedScope.ValueStringPointer(), Unused: in.Unused.ValueStringPointer(),
	}
}

// flattenThresholds returns what a state has for the thresholds of an answer.
func flattenThresholds(ctx context.Context, t *api.FindingThresholds, diags *diag.Diagnostics) types.Object {
	if t == nil {
		return types.ObjectNull(thresholdTypes)
	}
	o, d := types.ObjectValueFrom(ctx, thresholdTypes, thresholds{
		Learning: types.StringPointerValue(t.Learning), SharedNetwork: types.Int64PointerValue(t.SharedNetwork),
		VolumeFactor: types.Int64PointerValue(t.VolumeFactor), VolumeLeast: types.Int64PointerValue(t.VolumeLeast),
		MovedOn: types.StringPointerValue(t.MovedOn), OverlapEnding: types.StringPointerValue(t.OverlapEnding),
		FailuresPerHour: types.Int64PointerValue(t.FailuresPerHour),
		UnusedScope:     types.StringPointerValue(t.UnusedScope), Unused: types.StringPointerValue(t.Unused),
	})
	diags.Append(d...)
	return o
}

func number(text string) schema.Int64Attribute {
	return schema.Int64Attribute{Optional: true, MarkdownDescription: text}
}

// rulesOfFindings are what the platform looks for in how credentials are used, and what it does by itself.
func rulesOfFindings() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"max_unused": optional("A scoped token, a signing secret or the credentials of a connector that nobody has used " +
			"for so long are put in quarantine by the platform." + durationText + " `15d` to `365d`. It is announced 14 " +
			"days before, by a warning in every plan of the object and by `quickconnect.quarantine.announced`, also where " +
			"the rule is new; a use ends that. `unused_expiry` of a scoped token counts instead of it. No default: never."),
		"on_finding": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "What the platform does by itself when it finds something about a credential. The keys are " +
				"kinds of findings: `leaked`, `new_network` and `superseded_use`. Anyone can cause a finding of another kind, " +
				"and could so end a credential that is in use: it is refused. The values are `revoke`, which ends the version, " +
				"or `quarantine`, which makes the credential inactive for 7 days, until it is released or revoked. `hold` is " +
				"refused: a hold stops rotation, and not the use of a credential. No default: the platform does nothing.",
		},
		"finding_thresholds": schema.SingleNestedAttribute{
			Optional: true,
			MarkdownDescription: "When the platform finds something about a credential (`GET /v1/findings`). What is absent " +
				"has its default.",
			Attributes: map[string]schema.Attribute{
				"learning": optional("`new_network`, `unusual_volume` and `unusual_hours`: for how long a credential must have " +
					"been used before they find anything." + durationText + " `1d` to `35d`. Default `14d`."),
				"shared_network": number("`new_network`: a network that so many other credentials of the environment used " +
					"before is no finding, 1 to 1000. Default `3`."),
				"volume_factor": number("`unusual_volume`: over how many times the busiest hour of the 35 days before, 2 to " +
					"1000. Default `5`."),
				"volume_least": number("`unusual_volume`: from how many uses in an hour, at least 1. Default `100`."),
				"moved_on": optional("`superseded_use`: how long after its first use of the newer version a consumer may " +
					"still use the previous one." + durationText + " At most `30d`. Default `1h`."),
				"overlap_ending": optional("`overlap_ending`: how long before the end of the previous version." +
					durationText + " `1m` to `30d`. Default `2h`."),
				"failures_per_hour": number("`failure_burst`: from how many refused uses in an hour, at least 1. Default `50`."),
				"unused_scope": optional("`unused_scope`: for how long a scope was not used." + durationText +
					" At least `1d`. Default `90d`."),
				"unused": optional("`unused`: for how long a credential was not used." + durationText +
					" At least `1d`. Default `90d`."),
			},
		},
	}
}
