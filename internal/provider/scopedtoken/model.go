package scopedtoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/rotationplan"
)

// model is the resource as it stands in configuration, plan and state.
type model struct {
	tfkit.Common
	Owner              types.String `tfsdk:"owner"`
	ConnectorID        types.String `tfsdk:"connector_id"`
	Scopes             types.Set    `tfsdk:"scopes"`
	AllowedCIDRs       types.Set    `tfsdk:"allowed_cidrs"`
	ExpiresAt          types.String `tfsdk:"expires_at"`
	RotationPolicyID   types.String `tfsdk:"rotation_policy_id"`
	RotateWhenChanged  types.Map    `tfsdk:"rotate_when_changed"`
	MinimumVersion     types.Int64  `tfsdk:"minimum_version"`
	DeletionProtection types.Bool   `tfsdk:"deletion_protection"`
	Version            types.Int64  `tfsdk:"version"`
	Rotation           types.Object `tfsdk:"rotation"`
}

// expand is the request that creates what the plan says.
func (m model) expand() api.ScopedTokenCreate {
	return api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{
			Name:               m.Name.ValueString(),
			Description:        m.Description.ValueStringPointer(),
			Labels:             tfkit.StringMap(m.Labels),
			Owner:              m.Owner.ValueString(),
			RotateWhenChanged:  tfkit.StringMap(m.RotateWhenChanged),
			MinimumVersion:     m.MinimumVersion.ValueInt64Pointer(),
			DeletionProtection: m.DeletionProtection.ValueBoolPointer(),
		},
		ConnectorID:      m.ConnectorID.ValueString(),
		Scopes:           tfkit.StringSlice(m.Scopes),
		AllowedCIDRs:     tfkit.StringSlice(m.AllowedCIDRs),
		ExpiresAt:        m.ExpiresAt.ValueStringPointer(),
		RotationPolicyID: m.RotationPolicyID.ValueStringPointer(),
	}
}

// patch is the request that makes the plan's attributes out of the state's; the zero value if they are the same.
func (m model) patch(state model) api.ScopedTokenPatch {
	return api.ScopedTokenPatch{
		RotatedPatch: api.RotatedPatch{
			Name:               tfkit.ChangedString(m.Name, state.Name),
			Description:        tfkit.ChangedString(m.Description, state.Description),
			Labels:             tfkit.ChangedMap(m.Labels, state.Labels),
			Owner:              tfkit.ChangedString(m.Owner, state.Owner),
			RotateWhenChanged:  tfkit.ChangedMap(m.RotateWhenChanged, state.RotateWhenChanged),
			MinimumVersion:     tfkit.ChangedInt64(m.MinimumVersion, state.MinimumVersion),
			DeletionProtection: tfkit.ChangedBool(m.DeletionProtection, state.DeletionProtection),
		},
		Scopes:           tfkit.ChangedSet(m.Scopes, state.Scopes),
		AllowedCIDRs:     tfkit.ChangedSet(m.AllowedCIDRs, state.AllowedCIDRs),
		ExpiresAt:        tfkit.ChangedString(m.ExpiresAt, state.ExpiresAt),
		RotationPolicyID: tfkit.ChangedString(m.RotationPolicyID, state.RotationPolicyID),
	}
}

// flatten is the platform's answer as a state. The date that the state has stays as it is written, as long as it is the same moment.
func flatten(ctx context.Context, t *api.ScopedToken, before types.String, diags *diag.Diagnostics) model {
	expiresAt := types.StringPointerValue(t.ExpiresAt)
	if !before.IsNull() && !expiresAt.IsNull() && rotationplan.SameInstant(before.ValueString(), expiresAt.ValueString()) {
		expiresAt = before
	}
	return model{
		Common:             tfkit.Flatten(t.Object),
		Owner:              types.StringValue(t.Owner),
		ConnectorID:        types.StringValue(t.ConnectorID),
		Scopes:             tfkit.SetValue(t.Scopes),
		AllowedCIDRs:       tfkit.SetValue(t.AllowedCIDRs),
		ExpiresAt:          expiresAt,
		RotationPolicyID:   types.StringPointerValue(t.RotationPolicyID),
		RotateWhenChanged:  tfkit.MapValue(t.RotateWhenChanged),
		MinimumVersion:     types.Int64PointerValue(t.MinimumVersion),
		DeletionProtection: types.BoolValue(t.DeletionProtection),
		Version:            types.Int64Value(t.Version),
		Rotation:           rotationplan.Flatten(ctx, t.Rotation, diags),
	}
}

// planned is the state after an apply: what was planned as planned, and from the answer only what the plan left open. What
// moved meanwhile shows at the next read; Terraform takes any other deviation for a bug.
func (m model) planned(ctx context.Context, answered model, diags *diag.Diagnostics) model {
	m.Common = m.Planned(answered.Common)
	m.Version = tfkit.Planned(m.Version, answered.Version)
	m.Rotation = rotationplan.Planned(ctx, m.Rotation, answered.Rotation, diags)
	return m
}

// rotating is the part of a plan or a state that decides about a step.
func (m model) rotating() rotationplan.Attributes {
	return rotationplan.Attributes{
		ID: m.ID, Version: m.Version, Rotation: m.Rotation, MinimumVersion: m.MinimumVersion, RotateWhenChanged: m.RotateWhenChanged, ExpiresAt: m.ExpiresAt,
	}
}

// look is the part of an answer that matters to a step.
func look(t *api.ScopedToken) rotationplan.Answer {
	return rotationplan.Answer{Version: t.Version, Rotation: t.Rotation, Notes: rotationplan.Notes{Etag: t.Etag, Hold: t.Hold}}
}
