package rotate

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// Expand returns the shared part of the request that creates an object. The rotation policy is not in it: only one of
// the kinds must have one.
func (o Object) Expand() api.RotatedCreate {
	return api.RotatedCreate{
		Name:               o.Name.ValueString(),
		NamePrefix:         o.NamePrefix.ValueString(),
		Description:        o.Description.ValueStringPointer(),
		Labels:             tfkit.StringMap(o.Labels),
		Owner:              o.Owner.ValueString(),
		RotateWhenChanged:  tfkit.StringMap(o.RotateWhenChanged),
		MinimumVersion:     o.MinimumVersion.ValueInt64Pointer(),
		DeletionProtection: o.DeletionProtection.ValueBoolPointer(),
		CertifiedUntil:     o.CertifiedUntil.ValueStringPointer(),
	}
}

// ExpandPatch returns the shared part of a PATCH: what differs from the state.
func (o Object) ExpandPatch(state Object) api.RotatedPatch {
	return api.RotatedPatch{
		Name:               tfkit.ChangedString(o.Name, state.Name),
		Description:        tfkit.ChangedString(o.Description, state.Description),
		Labels:             tfkit.ChangedMap(o.Labels, state.Labels),
		Owner:              tfkit.ChangedString(o.Owner, state.Owner),
		RotateWhenChanged:  tfkit.ChangedMap(o.RotateWhenChanged, state.RotateWhenChanged),
		MinimumVersion:     tfkit.ChangedInt64(o.MinimumVersion, state.MinimumVersion),
		DeletionProtection: tfkit.ChangedBool(o.DeletionProtection, state.DeletionProtection),
		CertifiedUntil:     tfkit.ChangedString(o.CertifiedUntil, state.CertifiedUntil),
	}
}

// Flatten returns the shared part of the platform's answer.
func Flatten(r api.Rotated, policyID *string, diags *diag.Diagnostics) Model {
	rotation := flatten(r.Rotation)
	return Model{
		Owner:              types.StringValue(r.Owner),
		RotationPolicyID:   types.StringPointerValue(policyID),
		RotateWhenChanged:  tfkit.MapValue(r.RotateWhenChanged),
		MinimumVersion:     types.Int64PointerValue(r.MinimumVersion),
		DeletionProtection: types.BoolValue(r.DeletionProtection),
		CertifiedUntil:     types.StringPointerValue(r.CertifiedUntil),
		Version:            types.Int64Value(r.Version),
		Handover:           types.Int64Value(numbersOf(types.Int64Value(r.Version), rotation).Handover()),
		Rotation:           rotation.object(diags),
	}
}
