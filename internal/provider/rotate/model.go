package rotate

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Model is the part of a model that every resource with a rotated secret has. Attributes is its schema.
type Model struct {
	Owner              types.String `tfsdk:"owner"`
	RotationPolicyID   types.String `tfsdk:"rotation_policy_id"`
	RotateWhenChanged  types.Map    `tfsdk:"rotate_when_changed"`
	MinimumVersion     types.Int64  `tfsdk:"minimum_version"`
	DeletionProtection types.Bool   `tfsdk:"deletion_protection"`
	CertifiedUntil     types.String `tfsdk:"certified_until"`
	Version            types.Int64  `tfsdk:"version"`
	Handover           types.Int64  `tfsdk:"handover"`
	Rotation           types.Object `tfsdk:"rotation"`
}

// Planned keeps what was planned and takes from the answer what the plan left open.
func (m Model) Planned(ctx context.Context, answered Model, diags *diag.Diagnostics) Model {
	m.Version = tfkit.Planned(m.Version, answered.Version)
	m.Handover = tfkit.Planned(m.Handover, answered.Handover)
	if m.Rotation.IsUnknown() {
		m.Rotation = answered.Rotation
		return m
	}
	plan, answer := rotationOf(ctx, m.Rotation, diags), rotationOf(ctx, answered.Rotation, diags)
	m.Rotation = plan.planned(answer).object(diags)
	return m
}

// rotationModel is the nested object `rotation`.
type rotationModel struct {
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
	CurrentExpiresAt        types.String `tfsdk:"current_expires_at"`
	LastRotatedAt           types.String `tfsdk:"last_rotated_at"`
	NextRotationAt          types.String `tfsdk:"next_rotation_at"`
}

func flatten(r api.Rotation) rotationModel {
	return rotationModel{
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
		CurrentExpiresAt:        tfkit.TimeValue(r.CurrentExpiresAt),
		LastRotatedAt:           tfkit.TimeValue(r.LastRotatedAt),
		NextRotationAt:          tfkit.TimeValue(r.NextRotationAt),
	}
}

// promised is what the plan of a step shows: the numbers are known; the dates, and what the policy says, are not. One
// date is: begin leaves the current version as it is, and no other step leaves a current version that ends by itself.
func promised(n rotation.Numbers, step rotation.Step, currentExpiresAt types.String) rotationModel {
	if step != rotation.StepBegin {
		currentExpiresAt = types.StringNull()
	}
	return rotationModel{
		CurrentExpiresAt:        currentExpiresAt,
		Phase:                   types.StringValue(string(n.Phase)),
		Due:                     types.StringValue(string(rotation.StepNone)),
		Reason:                  types.StringUnknown(),
		RequiresAcknowledgement: types.BoolUnknown(),
		Acknowledged:            types.BoolValue(false),
		CurrentVersion:          numberValue(n.Current),
		PendingVersion:          numberValue(n.Pending),
		PreviousVersion:         numberValue(n.Previous),
		NextVersion:             types.Int64Value(n.Next),
		PendingExpiresAt:        types.StringUnknown(),
		PreviousExpiresAt:       types.StringUnknown(),
		LastRotatedAt:           types.StringUnknown(),
		NextRotationAt:          types.StringUnknown(),
	}
}

func (r rotationModel) planned(answered rotationModel) rotationModel {
	return rotationModel{
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
		CurrentExpiresAt:        tfkit.Planned(r.CurrentExpiresAt, answered.CurrentExpiresAt),
		LastRotatedAt:           tfkit.Planned(r.LastRotatedAt, answered.LastRotatedAt),
		NextRotationAt:          tfkit.Planned(r.NextRotationAt, answered.NextRotationAt),
	}
}

// object is the attribute. Every refresh makes it for every object, and the framework's own conversion takes longer
// than all the rest of that.
func (r rotationModel) object(diags *diag.Diagnostics) types.Object {
	o, d := types.ObjectValue(memberTypes(), map[string]attr.Value{
		"phase":                    r.Phase,
		"due":                      r.Due,
		"reason":                   r.Reason,
		"requires_acknowledgement": r.RequiresAcknowledgement,
		"acknowledged":             r.Acknowledged,
		"current_version":          r.CurrentVersion,
		"pending_version":          r.PendingVersion,
		"previous_version":         r.PreviousVersion,
		"next_version":             r.NextVersion,
		"pending_expires_at":       r.PendingExpiresAt,
		"previous_expires_at":      r.PreviousExpiresAt,
		"current_expires_at":       r.CurrentExpiresAt,
		"last_rotated_at":          r.LastRotatedAt,
		"next_rotation_at":         r.NextRotationAt,
	})
	diags.Append(d...)
	return o
}

// rotationOf reads the attribute. A null one, in a state that an import has only begun, has null members.
func rotationOf(ctx context.Context, o types.Object, diags *diag.Diagnostics) rotationModel {
	var r rotationModel
	diags.Append(o.As(ctx, &r, basetypes.ObjectAsOptions{UnhandledNullAsEmpty: true, UnhandledUnknownAsEmpty: true})...)
	return r
}

func memberTypes() map[string]attr.Type {
	out := make(map[string]attr.Type, len(members))
	for name, m := range members {
		out[name] = m.kind
	}
	return out
}

// numbersOf returns the numbers of a state; null is 0.
func numbersOf(version types.Int64, r rotationModel) rotation.Numbers {
	return rotation.Numbers{
		Phase:    rotation.Phase(r.Phase.ValueString()),
		Version:  version.ValueInt64(),
		Current:  r.CurrentVersion.ValueInt64(),
		Pending:  r.PendingVersion.ValueInt64(),
		Previous: r.PreviousVersion.ValueInt64(),
		Next:     r.NextVersion.ValueInt64(),
	}
}

// numberValue is a version number for Terraform; 0 is null.
func numberValue(n int64) types.Int64 {
	if n == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(n)
}
