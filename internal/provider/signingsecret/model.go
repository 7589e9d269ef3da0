package signingsecret

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/rotationplan"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/writeonly"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// model is the resource as it stands in configuration, plan and state. SecretWO is null everywhere but in a configuration.
type model struct {
	tfkit.Common
	Owner              types.String `tfsdk:"owner"`
	EndpointID         types.String `tfsdk:"endpoint_id"`
	Algorithm          types.String `tfsdk:"algorithm"`
	SecretWO           types.String `tfsdk:"secret_wo"`
	SecretWOVersion    types.Int64  `tfsdk:"secret_wo_version"`
	RotationPolicyID   types.String `tfsdk:"rotation_policy_id"`
	RotateWhenChanged  types.Map    `tfsdk:"rotate_when_changed"`
	MinimumVersion     types.Int64  `tfsdk:"minimum_version"`
	DeletionProtection types.Bool   `tfsdk:"deletion_protection"`
	SecretDigest       types.String `tfsdk:"secret_digest"`
	PublicKeys         types.List   `tfsdk:"public_keys"`
	Version            types.Int64  `tfsdk:"version"`
	Rotation           types.Object `tfsdk:"rotation"`
}

func (m model) subject() tfkit.Subject {
	return tfkit.Subject{Type: typeName, Name: m.Name.ValueString()}
}

// expand is the request that creates what the plan says, with the configured secret if there is one.
func (m model) expand(supplied *secret.Value) api.SigningSecretCreate {
	return api.SigningSecretCreate{
		RotatedCreate: api.RotatedCreate{
			Name:               m.Name.ValueString(),
			Description:        m.Description.ValueStringPointer(),
			Labels:             tfkit.StringMap(m.Labels),
			Owner:              m.Owner.ValueString(),
			RotateWhenChanged:  tfkit.StringMap(m.RotateWhenChanged),
			MinimumVersion:     m.MinimumVersion.ValueInt64Pointer(),
			DeletionProtection: m.DeletionProtection.ValueBoolPointer(),
		},
		EndpointID:       m.EndpointID.ValueString(),
		Algorithm:        m.Algorithm.ValueStringPointer(),
		SecretWOVersion:  m.SecretWOVersion.ValueInt64Pointer(),
		RotationPolicyID: m.RotationPolicyID.ValueString(),
		Secret:           supplied,
	}
}

// patch is the request that makes the plan's attributes out of the state's; the zero value if they are the same.
func (m model) patch(state model) api.SigningSecretPatch {
	return api.SigningSecretPatch{
		RotatedPatch: api.RotatedPatch{
			Name:               tfkit.ChangedString(m.Name, state.Name),
			Description:        tfkit.ChangedString(m.Description, state.Description),
			Labels:             tfkit.ChangedMap(m.Labels, state.Labels),
			Owner:              tfkit.ChangedString(m.Owner, state.Owner),
			RotateWhenChanged:  tfkit.ChangedMap(m.RotateWhenChanged, state.RotateWhenChanged),
			MinimumVersion:     tfkit.ChangedInt64(m.MinimumVersion, state.MinimumVersion),
			DeletionProtection: tfkit.ChangedBool(m.DeletionProtection, state.DeletionProtection),
		},
		SecretWOVersion:  tfkit.ChangedInt64(m.SecretWOVersion, state.SecretWOVersion),
		RotationPolicyID: tfkit.ChangedString(m.RotationPolicyID, state.RotationPolicyID),
	}
}

// flatten is the platform's answer as a state.
func flatten(ctx context.Context, s *api.SigningSecret, diags *diag.Diagnostics) model {
	return model{
		Common:             tfkit.Flatten(s.Object),
		Owner:              types.StringValue(s.Owner),
		EndpointID:         types.StringValue(s.EndpointID),
		Algorithm:          types.StringValue(s.Algorithm),
		SecretWO:           types.StringNull(),
		SecretWOVersion:    types.Int64PointerValue(s.SecretWOVersion),
		RotationPolicyID:   types.StringValue(s.RotationPolicyID),
		RotateWhenChanged:  tfkit.MapValue(s.RotateWhenChanged),
		MinimumVersion:     types.Int64PointerValue(s.MinimumVersion),
		DeletionProtection: types.BoolValue(s.DeletionProtection),
		SecretDigest:       types.StringPointerValue(s.SecretDigest),
		PublicKeys:         listValue(s.PublicKeys),
		Version:            types.Int64Value(s.Version),
		Rotation:           rotationplan.Flatten(ctx, s.Rotation, diags),
	}
}

// planned is the state after an apply: what was planned as planned, and from the answer only what the plan left open.
func (m model) planned(ctx context.Context, answered model, diags *diag.Diagnostics) model {
	m.Common = m.Planned(answered.Common)
	m.SecretDigest = tfkit.Planned(m.SecretDigest, answered.SecretDigest)
	m.PublicKeys = tfkit.Planned(m.PublicKeys, answered.PublicKeys)
	m.Version = tfkit.Planned(m.Version, answered.Version)
	m.Rotation = rotationplan.Planned(ctx, m.Rotation, answered.Rotation, diags)
	return m
}

// phase is that of a state; empty in a plan that leaves it open.
func (m model) phase() string {
	phase, _ := m.Rotation.Attributes()["phase"].(types.String)
	return phase.ValueString()
}

// rotating is the part of a plan or a state that decides about a step.
func (m model) rotating() rotationplan.Attributes {
	return rotationplan.Attributes{
		ID: m.ID, Version: m.Version, Rotation: m.Rotation, MinimumVersion: m.MinimumVersion, RotateWhenChanged: m.RotateWhenChanged, ExpiresAt: types.StringNull(),
	}
}

// look is the part of an answer that matters to a step.
func look(s *api.SigningSecret) rotationplan.Answer {
	return rotationplan.Answer{Version: s.Version, Rotation: s.Rotation, Notes: rotationplan.Notes{Etag: s.Etag, Hold: s.Hold, Probe: s.Probe, Revoked: s.RevokedSecrets}}
}

func appliedOf(s *api.SigningSecret) *writeonly.Applied {
	return writeonly.AppliedOf(s.SecretDigest, s.SecretWOVersion)
}

// listValue is a list of strings for Terraform; nil is null.
func listValue(items []string) types.List {
	if items == nil {
		return types.ListNull(types.StringType)
	}
	elements := make([]attr.Value, len(items))
	for i, s := range items {
		elements[i] = types.StringValue(s)
	}
	return types.ListValueMust(types.StringType, elements)
}
