package scopedtoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
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
		Name:               m.Name.ValueString(),
		Description:        m.Description.ValueStringPointer(),
		Labels:             tfkit.StringMap(m.Labels),
		Owner:              m.Owner.ValueString(),
		ConnectorID:        m.ConnectorID.ValueString(),
		Scopes:             tfkit.StringSlice(m.Scopes),
		AllowedCIDRs:       tfkit.StringSlice(m.AllowedCIDRs),
		ExpiresAt:          m.ExpiresAt.ValueStringPointer(),
		RotationPolicyID:   m.RotationPolicyID.ValueStringPointer(),
		RotateWhenChanged:  tfkit.StringMap(m.RotateWhenChanged),
		MinimumVersion:     m.MinimumVersion.ValueInt64Pointer(),
		DeletionProtection: m.DeletionProtection.ValueBoolPointer(),
	}
}

// patch is the request that makes the plan's attributes out of the state's; the zero value if they are the same.
func (m model) patch(state model) api.ScopedTokenPatch {
	return api.ScopedTokenPatch{
		Name:               tfkit.ChangedString(m.Name, state.Name),
		Description:        tfkit.ChangedString(m.Description, state.Description),
		Labels:             tfkit.ChangedMap(m.Labels, state.Labels),
		Owner:              tfkit.ChangedString(m.Owner, state.Owner),
		Scopes:             tfkit.ChangedSet(m.Scopes, state.Scopes),
		AllowedCIDRs:       tfkit.ChangedSet(m.AllowedCIDRs, state.AllowedCIDRs),
		ExpiresAt:          tfkit.ChangedString(m.ExpiresAt, state.ExpiresAt),
		RotationPolicyID:   tfkit.ChangedString(m.RotationPolicyID, state.RotationPolicyID),
		RotateWhenChanged:  tfkit.ChangedMap(m.RotateWhenChanged, state.RotateWhenChanged),
		MinimumVersion:     tfkit.ChangedInt64(m.MinimumVersion, state.MinimumVersion),
		DeletionProtection: tfkit.ChangedBool(m.DeletionProtection, state.DeletionProtection),
	}
}

// flatten is the platform's answer as a state. The date that the state has stays as it is written, as long as it is the same moment.
func flatten(ctx context.Context, t *api.ScopedToken, before types.String, diags *diag.Diagnostics) model {
	expiresAt := types.StringPointerValue(t.ExpiresAt)
	if !before.IsNull() && !expiresAt.IsNull() && sameInstant(before.ValueString(), expiresAt.ValueString()) {
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
		Rotation:           flattenRotation(t.Rotation).object(ctx, diags),
	}
}

// planned is the state after an apply: what was planned as planned, and from the answer only what the plan left open. What
// moved meanwhile shows at the next read; Terraform takes any other deviation for a bug.
func (m model) planned(ctx context.Context, answered model, diags *diag.Diagnostics) model {
	m.Common = m.Planned(answered.Common)
	m.Version = tfkit.Planned(m.Version, answered.Version)
	if m.Rotation.IsUnknown() {
		m.Rotation = answered.Rotation
		return m
	}
	m.Rotation = rotationOf(ctx, m.Rotation, diags).planned(rotationOf(ctx, answered.Rotation, diags)).object(ctx, diags)
	return m
}

// prior is the part of a state that decides about a step.
func (m model) prior(ctx context.Context, diags *diag.Diagnostics) prior {
	r := rotationOf(ctx, m.Rotation, diags)
	return prior{
		numbers: numbers{
			phase:    r.Phase.ValueString(),
			version:  m.Version.ValueInt64(),
			current:  r.CurrentVersion.ValueInt64(),
			pending:  r.PendingVersion.ValueInt64(),
			previous: r.PreviousVersion.ValueInt64(),
			next:     r.NextVersion.ValueInt64(),
		},
		due:                     r.Due.ValueString(),
		reason:                  r.Reason.ValueString(),
		requiresAcknowledgement: r.RequiresAcknowledgement.ValueBool(),
		minimumVersion:          m.MinimumVersion.ValueInt64(),
		triggers:                tfkit.StringMap(m.RotateWhenChanged),
		expiresAt:               m.ExpiresAt.ValueString(),
	}
}

// wanted is the part of a plan that decides about a step.
func (m model) wanted() wanted {
	return wanted{
		minimumVersion:        m.MinimumVersion.ValueInt64(),
		minimumVersionUnknown: m.MinimumVersion.IsUnknown(),
		triggers:              tfkit.StringMap(m.RotateWhenChanged),
		triggersUnknown:       m.RotateWhenChanged.IsUnknown() || anyUnknown(m.RotateWhenChanged.Elements()),
		expiresAt:             m.ExpiresAt.ValueString(),
		expiresAtUnknown:      m.ExpiresAt.IsUnknown(),
	}
}

func anyUnknown(values map[string]attr.Value) bool {
	for _, v := range values {
		if v.IsUnknown() {
			return true
		}
	}
	return false
}

// numbersOf is who is who in an answer of the platform.
func numbersOf(t *api.ScopedToken) numbers {
	number := func(p *int64) int64 {
		if p == nil {
			return 0
		}
		return *p
	}
	r := t.Rotation
	return numbers{
		phase: r.Phase, version: t.Version,
		current: number(r.CurrentVersion), pending: number(r.PendingVersion), previous: number(r.PreviousVersion), next: r.NextVersion,
	}
}
