// Package rotationplan is plan-driven rotation, as DESIGN section 5 has it: what the resources with a rotated secret share. It knows which step
// a plan takes and what is known of it, says so in warnings, and carries it out in an apply.
package rotationplan

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// rotation is the nested object `rotation`.
type rotation struct {
	Phase                   types.String `tfsdk:"phase"`
	Due                     types.String `tfsdk:"due"`
	Reason                  types.String `tfsdk:"reason"`
	RequiresAcknowledgement types.Bool   `tfsdk:"requires_acknowledgement"`
	Acknowledged            types.Bool   `tfsdk:"acknowledged"`
	CurrentVersion          types.Int64  `tfsdk:"current_version"`
	PendingVersion          types.Int64  `tfsdk:"pending_version"`
	PreviousVersion         types.Int64  `tfsdk:"previous_version"`
	NextVersion             types.Int64  `tfsdk:"next_version"`
	PendingExpiresAt        types.String `tfsdk:"pending_expires_at"`
	PreviousExpiresAt       types.String `tfsdk:"previous_expires_at"`
	LastRotatedAt           types.String `tfsdk:"last_rotated_at"`
	NextRotationAt          types.String `tfsdk:"next_rotation_at"`
}

const rotationText = "Where it stands between two of its versions, as of the last refresh or apply."

// VersionText is what the attribute `version` means.
const VersionText = "Number of the version that a consumer should hold: the pending one while a rotation is staged (but not after a rollback), otherwise the current " +
	"one; in phase `revoked` it keeps its last number. It is known in the plan of a rotation, so that the `…_wo_version` argument of another provider can follow it " +
	"and the new value is handed over in the same apply."

// rotationMembers has the description of every member; the resource and the data source show the same ones.
var rotationMembers = map[string]struct {
	kind attr.Type
	text string
}{
	"phase":                    {types.StringType, "Which versions are valid: `stable` (current), `staged` (current and pending), `draining` (current and previous), `revoked` (none)."},
	"due":                      {types.StringType, "The step that the next plan takes: `none`, `begin`, `rotate`, `promote`, `retire` or `reissue`."},
	"reason":                   {types.StringType, "Why the step is due, or why none is: `interval`, `requested`, `awaiting_acknowledgement`, `verification_not_enforced`, `held`, `overdue`, `expired`, `revoked`, `acknowledged`, `quiet`, or empty."},
	"requires_acknowledgement": {types.BoolType, "Whether a pending version must have been seen in use before it is promoted."},
	"acknowledged":             {types.BoolType, "Whether the pending version was seen in use."},
	"current_version":          {types.Int64Type, "Number of the current version; null in phase `revoked`."},
	"pending_version":          {types.Int64Type, "Number of the version that is valid already but not yet the one to rely on; null unless the phase is `staged`."},
	"previous_version":         {types.Int64Type, "Number of the replaced version that is still valid; null unless the phase is `draining`."},
	"next_version":             {types.Int64Type, "Number that the next version issued will have: the highest ever, cancelled ones included, plus one."},
	"pending_expires_at":       {types.StringType, "When the stage ends by itself (RFC 3339); null unless the phase is `staged`."},
	"previous_expires_at":      {types.StringType, "When the previous version is refused (RFC 3339), whether or not anybody applies; null unless the phase is `draining`."},
	"last_rotated_at":          {types.StringType, "When the current version became current (RFC 3339); null in phase `revoked`."},
	"next_rotation_at":         {types.StringType, "When the next rotation falls due (RFC 3339); null without a rotation policy and in phase `revoked`."},
}

// Attribute is the attribute `rotation` of a resource.
func Attribute() schema.SingleNestedAttribute {
	members := make(map[string]schema.Attribute, len(rotationMembers))
	for name, m := range rotationMembers {
		switch m.kind {
		case types.BoolType:
			members[name] = schema.BoolAttribute{Computed: true, MarkdownDescription: m.text}
		case types.Int64Type:
			members[name] = schema.Int64Attribute{Computed: true, MarkdownDescription: m.text}
		default:
			members[name] = schema.StringAttribute{Computed: true, MarkdownDescription: m.text}
		}
	}
	return schema.SingleNestedAttribute{Computed: true, MarkdownDescription: rotationText, Attributes: members}
}

// DataAttribute is the attribute `rotation` of a data source.
func DataAttribute() datasource.SingleNestedAttribute {
	members := make(map[string]datasource.Attribute, len(rotationMembers))
	for name, m := range rotationMembers {
		switch m.kind {
		case types.BoolType:
			members[name] = datasource.BoolAttribute{Computed: true, MarkdownDescription: m.text}
		case types.Int64Type:
			members[name] = datasource.Int64Attribute{Computed: true, MarkdownDescription: m.text}
		default:
			members[name] = datasource.StringAttribute{Computed: true, MarkdownDescription: m.text}
		}
	}
	return datasource.SingleNestedAttribute{Computed: true, MarkdownDescription: rotationText, Attributes: members}
}

func rotationTypes() map[string]attr.Type {
	out := make(map[string]attr.Type, len(rotationMembers))
	for name, m := range rotationMembers {
		out[name] = m.kind
	}
	return out
}

// Flatten is the platform's answer in Terraform's types.
func Flatten(ctx context.Context, r api.Rotation, diags *diag.Diagnostics) types.Object {
	return flatten(r).object(ctx, diags)
}

func flatten(r api.Rotation) rotation {
	return rotation{
		Phase:                   types.StringValue(r.Phase),
		Due:                     types.StringValue(r.Due),
		Reason:                  types.StringValue(r.Reason),
		RequiresAcknowledgement: types.BoolValue(r.RequiresAcknowledgement),
		Acknowledged:            types.BoolValue(r.Acknowledged),
		CurrentVersion:          types.Int64PointerValue(r.CurrentVersion),
		PendingVersion:          types.Int64PointerValue(r.PendingVersion),
		PreviousVersion:         types.Int64PointerValue(r.PreviousVersion),
		NextVersion:             types.Int64Value(r.NextVersion),
		PendingExpiresAt:        tfkit.TimeValue(r.PendingExpiresAt),
		PreviousExpiresAt:       tfkit.TimeValue(r.PreviousExpiresAt),
		LastRotatedAt:           tfkit.TimeValue(r.LastRotatedAt),
		NextRotationAt:          tfkit.TimeValue(r.NextRotationAt),
	}
}

// plannedRotation is what the plan of a step shows: who will be who is known, the dates and what the policy says are not.
func plannedRotation(n numbers) rotation {
	return rotation{
		Phase:                   types.StringValue(n.phase),
		Due:                     types.StringValue(api.DueNone),
		Reason:                  types.StringUnknown(),
		RequiresAcknowledgement: types.BoolUnknown(),
		Acknowledged:            types.BoolValue(false),
		CurrentVersion:          numberValue(n.current),
		PendingVersion:          numberValue(n.pending),
		PreviousVersion:         numberValue(n.previous),
		NextVersion:             types.Int64Value(n.next),
		PendingExpiresAt:        types.StringUnknown(),
		PreviousExpiresAt:       types.StringUnknown(),
		LastRotatedAt:           types.StringUnknown(),
		NextRotationAt:          types.StringUnknown(),
	}
}

// Planned keeps what was planned and takes from the answer what the plan left open.
func Planned(ctx context.Context, plan, answered types.Object, diags *diag.Diagnostics) types.Object {
	if plan.IsUnknown() {
		return answered
	}
	return rotationOf(ctx, plan, diags).planned(rotationOf(ctx, answered, diags)).object(ctx, diags)
}

func (r rotation) planned(answered rotation) rotation {
	return rotation{
		Phase:                   tfkit.Planned(r.Phase, answered.Phase),
		Due:                     tfkit.Planned(r.Due, answered.Due),
		Reason:                  tfkit.Planned(r.Reason, answered.Reason),
		RequiresAcknowledgement: tfkit.Planned(r.RequiresAcknowledgement, answered.RequiresAcknowledgement),
		Acknowledged:            tfkit.Planned(r.Acknowledged, answered.Acknowledged),
		CurrentVersion:          tfkit.Planned(r.CurrentVersion, answered.CurrentVersion),
		PendingVersion:          tfkit.Planned(r.PendingVersion, answered.PendingVersion),
		PreviousVersion:         tfkit.Planned(r.PreviousVersion, answered.PreviousVersion),
		NextVersion:             tfkit.Planned(r.NextVersion, answered.NextVersion),
		PendingExpiresAt:        tfkit.Planned(r.PendingExpiresAt, answered.PendingExpiresAt),
		PreviousExpiresAt:       tfkit.Planned(r.PreviousExpiresAt, answered.PreviousExpiresAt),
		LastRotatedAt:           tfkit.Planned(r.LastRotatedAt, answered.LastRotatedAt),
		NextRotationAt:          tfkit.Planned(r.NextRotationAt, answered.NextRotationAt),
	}
}

// object is the value of the attribute.
func (r rotation) object(ctx context.Context, diags *diag.Diagnostics) types.Object {
	o, d := types.ObjectValueFrom(ctx, rotationTypes(), r)
	diags.Append(d...)
	return o
}

// rotationOf reads the attribute. A null one, in a state that an import has only begun, has null members.
func rotationOf(ctx context.Context, o types.Object, diags *diag.Diagnostics) rotation {
	var r rotation
	diags.Append(o.As(ctx, &r, basetypes.ObjectAsOptions{UnhandledNullAsEmpty: true, UnhandledUnknownAsEmpty: true})...)
	return r
}

// numberValue is a version number for Terraform; 0 is null.
func numberValue(n int64) types.Int64 {
	if n == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(n)
}
