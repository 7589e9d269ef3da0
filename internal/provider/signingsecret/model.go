package signingsecret

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rotate"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/writeonly"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// model is the resource. SecretWO is null everywhere except in a configuration.
type model struct {
	tfkit.Common
	rotate.Model
	NamePrefix      types.String `tfsdk:"name_prefix"`
	EndpointID      types.String `tfsdk:"endpoint_id"`
	Algorithm       types.String `tfsdk:"algorithm"`
	SecretWO        types.String `tfsdk:"secret_wo"`
	SecretWOVersion types.Int64  `tfsdk:"secret_wo_version"`
	SecretDigest    types.String `tfsdk:"secret_digest"`
	PublicKeys      types.List   `tfsdk:"public_keys"`
}

func (m model) subject() tfkit.Subject {
	return tfkit.Subject{Type: kind.Terraform, Name: tfkit.NameOf(m.Name, m.NamePrefix)}
}

func (m model) expand(supplied *secret.Value) api.SigningSecretCreate {
	return api.SigningSecretCreate{
		RotatedCreate:    m.rotated().Expand(),
		EndpointID:       m.EndpointID.ValueString(),
		Algorithm:        m.Algorithm.ValueStringPointer(),
		SecretWOVersion:  m.SecretWOVersion.ValueInt64Pointer(),
		RotationPolicyID: m.RotationPolicyID.ValueString(),
		Secret:           supplied,
	}
}

// expandPatch has what differs from the state; it is the zero value where nothing does.
func (m model) expandPatch(state model) api.SigningSecretPatch {
	return api.SigningSecretPatch{
		RotatedPatch:     m.rotated().ExpandPatch(state.rotated()),
		SecretWOVersion:  tfkit.ChangedInt64(m.SecretWOVersion, state.SecretWOVersion),
		RotationPolicyID: tfkit.ChangedString(m.RotationPolicyID, state.RotationPolicyID),
	}
}

// flatten keeps certified_until as it is written in the state or the plan, as long as it means the same moment.
func flatten(s *api.SigningSecret, written types.String, diags *diag.Diagnostics) model {
	m := model{
		Common:          tfkit.Flatten(s.Object),
		Model:           rotate.Flatten(s.Rotated, &s.RotationPolicyID, diags),
		EndpointID:      types.StringValue(s.EndpointID),
		Algorithm:       types.StringValue(s.Algorithm),
		SecretWO:        types.StringNull(),
		SecretWOVersion: types.Int64PointerValue(s.SecretWOVersion),
		SecretDigest:    types.StringPointerValue(s.SecretDigest),
		PublicKeys:      listValue(s.PublicKeys),
	}
	m.CertifiedUntil = tfkit.AsWritten(s.CertifiedUntil, written)
	return m
}

// read is what Read stores over a state. Over the zero value it is what an import begins with.
func read(s *api.SigningSecret, state model, diags *diag.Diagnostics) model {
	next := flatten(s, state.CertifiedUntil, diags)
	next.Common = next.ReadOver(state.Common)
	next.NamePrefix = tfkit.ReadPrefix(state.NamePrefix)
	return next
}

// planned is what is stored after a write: what the plan shows, and from the answer what the plan left open.
func (m model) planned(ctx context.Context, answered model, diags *diag.Diagnostics) model {
	m.Common = m.Common.Planned(answered.Common)
	m.Model = m.Model.Planned(ctx, answered.Model, diags)
	m.SecretDigest = tfkit.Planned(m.SecretDigest, answered.SecretDigest)
	m.PublicKeys = tfkit.Planned(m.PublicKeys, answered.PublicKeys)
	return m
}

// phase is empty in a plan that leaves it open.
func (m model) phase() string {
	phase, _ := m.Rotation.Attributes()["phase"].(types.String)
	return phase.ValueString()
}

// rotated is the part of a plan or a state that decides about a step.
func (m model) rotated() rotate.Object {
	return rotate.Object{Common: m.Common, NamePrefix: m.NamePrefix, Model: m.Model, ExpiresAt: types.StringNull()}
}

// snapshotOf is the part of an answer that matters to a step.
func snapshotOf(s *api.SigningSecret) rotate.Snapshot {
	return rotate.Snapshot{
		Version: s.Version, Rotation: s.Rotation,
		Notes: rotate.Notes{
			Quarantine: s.Quarantine,
			Etag:       s.Etag, Hold: s.Hold, Probe: s.Probe, Revoked: s.RevokedSecrets, Versions: s.ValidVersions,
		},
	}
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
