package connector

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// metadata is the part that resource and data source share.
type metadata struct {
	tfkit.Common
	Owner             types.String `tfsdk:"owner"`
	Type              types.String `tfsdk:"type"`
	Settings          types.Map    `tfsdk:"settings"`
	AllowedScopes     types.Set    `tfsdk:"allowed_scopes"`
	Enabled           types.Bool   `tfsdk:"enabled"`
	ConsentID         types.String `tfsdk:"consent_id"`
	RotationPolicyID  types.String `tfsdk:"rotation_policy_id"`
	ExpireAt          types.String `tfsdk:"credentials_expire_at"`
	CertifiedUntil    types.String `tfsdk:"certified_until"`
	Version           types.Int64  `tfsdk:"version"`
	CredentialsSetAt  types.String `tfsdk:"credentials_set_at"`
	CredentialsDueAt  types.String `tfsdk:"credentials_due_at"`
	CredentialsStatus types.String `tfsdk:"credentials_status"`
	RefreshStatus     types.String `tfsdk:"refresh_status"`
	RefreshReason     types.String `tfsdk:"refresh_reason"`
}

// model is the resource. CredentialsWO is null everywhere except in a configuration.
type model struct {
	metadata
	NamePrefix           types.String `tfsdk:"name_prefix"`
	CredentialsWO        types.Map    `tfsdk:"credentials_wo"`
	CredentialsWOVersion types.Int64  `tfsdk:"credentials_wo_version"`
	CredentialsDigest    types.String `tfsdk:"credentials_digest"`
}

func (m model) subject() tfkit.Subject {
	return tfkit.Subject{Type: kind.Terraform, Name: tfkit.NameOf(m.Name, m.NamePrefix)}
}

func (m model) expand(credentials map[string]secret.Value) api.ConnectorCreate {
	return api.ConnectorCreate{
		Name:                 m.Name.ValueString(),
		NamePrefix:           m.NamePrefix.ValueString(),
		Description:          m.Description.ValueStringPointer(),
		Labels:               tfkit.StringMap(m.Labels),
		Owner:                m.Owner.ValueString(),
		Type:                 m.Type.ValueString(),
		Settings:             tfkit.StringMap(m.Settings),
		AllowedScopes:        tfkit.StringSlice(m.AllowedScopes),
		Enabled:              m.Enabled.ValueBoolPointer(),
		ConsentID:            m.ConsentID.ValueStringPointer(),
		RotationPolicyID:     m.RotationPolicyID.ValueStringPointer(),
		CredentialsWOVersion: m.CredentialsWOVersion.ValueInt64Pointer(),
		CredentialsExpireAt:  m.ExpireAt.ValueStringPointer(),
		CertifiedUntil:       m.CertifiedUntil.ValueStringPointer(),
		Credentials:          credentials,
	}
}

// expandPatch has what differs from the state, and the credentials if they are sent.
func (m model) expandPatch(state model, credentials map[string]secret.Value) api.ConnectorPatch {
	return api.ConnectorPatch{
		Name:                 tfkit.ChangedString(m.Name, state.Name),
		Description:          tfkit.ChangedString(m.Description, state.Description),
		Labels:               tfkit.ChangedMap(m.Labels, state.Labels),
		Owner:                tfkit.ChangedString(m.Owner, state.Owner),
		Type:                 tfkit.ChangedString(m.Type, state.Type),
		Settings:             tfkit.ChangedMap(m.Settings, state.Settings),
		AllowedScopes:        tfkit.ChangedSet(m.AllowedScopes, state.AllowedScopes),
		Enabled:              tfkit.ChangedBool(m.Enabled, state.Enabled),
		ConsentID:            tfkit.ChangedString(m.ConsentID, state.ConsentID),
		RotationPolicyID:     tfkit.ChangedString(m.RotationPolicyID, state.RotationPolicyID),
		CredentialsWOVersion: tfkit.ChangedInt64(m.CredentialsWOVersion, state.CredentialsWOVersion),
		CredentialsExpireAt:  tfkit.ChangedString(m.ExpireAt, state.ExpireAt),
		CertifiedUntil:       tfkit.ChangedString(m.CertifiedUntil, state.CertifiedUntil),
		Credentials:          credentials,
	}
}

func flattenMetadata(c *api.Connector) metadata {
	return metadata{
		Common:            tfkit.Flatten(c.Object),
		Owner:             types.StringValue(c.Owner),
		Type:              types.StringValue(c.Type),
		Settings:          tfkit.MapValue(c.Settings),
		AllowedScopes:     tfkit.SetValue(c.AllowedScopes),
		Enabled:           types.BoolValue(c.Enabled),
		ConsentID:         types.StringPointerValue(c.ConsentID),
		RotationPolicyID:  types.StringPointerValue(c.RotationPolicyID),
		ExpireAt:          types.StringPointerValue(c.CredentialsExpireAt),
		CertifiedUntil:    types.StringPointerValue(c.CertifiedUntil),
		Version:           types.Int64PointerValue(c.Version),
		CredentialsSetAt:  tfkit.TimeValue(c.CredentialsSetAt),
		CredentialsDueAt:  tfkit.TimeValue(c.CredentialsDueAt),
		CredentialsStatus: types.StringValue(c.CredentialsStatus),
		RefreshStatus:     types.StringPointerValue(c.RefreshStatus),
		RefreshReason:     types.StringPointerValue(c.RefreshReason),
	}
}

func flatten(c *api.Connector) model {
	return model{
		metadata:             flattenMetadata(c),
		CredentialsWO:        types.MapNull(types.StringType),
		CredentialsWOVersion: types.Int64PointerValue(c.CredentialsWOVersion),
		CredentialsDigest:    types.StringPointerValue(c.CredentialsDigest),
	}
}

// read is what Read stores over a state. Over the zero value it is what an import begins with.
func read(c *api.Connector, state model) model {
	next := flatten(c)
	next.Common = next.ReadOver(state.Common)
	next.NamePrefix = tfkit.ReadPrefix(state.NamePrefix)
	next.CertifiedUntil = tfkit.AsWritten(c.CertifiedUntil, state.CertifiedUntil)
	return next
}

// planned is what is stored after a write: what the plan shows, and from the answer what the plan left open. The fields
// that are not listed are known in every plan.
func (m model) planned(answered model) model {
	m.Common = m.Planned(answered.Common)
	m.Version = tfkit.Planned(m.Version, answered.Version)
	m.CredentialsDigest = tfkit.Planned(m.CredentialsDigest, answered.CredentialsDigest)
	m.CredentialsSetAt = tfkit.Planned(m.CredentialsSetAt, answered.CredentialsSetAt)
	m.CredentialsDueAt = tfkit.Planned(m.CredentialsDueAt, answered.CredentialsDueAt)
	m.CredentialsStatus = tfkit.Planned(m.CredentialsStatus, answered.CredentialsStatus)
	m.RefreshStatus = tfkit.Planned(m.RefreshStatus, answered.RefreshStatus)
	m.RefreshReason = tfkit.Planned(m.RefreshReason, answered.RefreshReason)
	return m
}
