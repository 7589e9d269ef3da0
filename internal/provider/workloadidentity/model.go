package workloadidentity

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// model is the part that resource and data sources share.
type model struct {
	tfkit.Common
	Owner        types.String `tfsdk:"owner"`
	Role         types.String `tfsdk:"role"`
	Preset       types.String `tfsdk:"preset"`
	Issuer       types.String `tfsdk:"issuer"`
	Audience     types.String `tfsdk:"audience"`
	Claims       types.Map    `tfsdk:"claims"`
	MaxTTL       types.String `tfsdk:"max_ttl"`
	AllowedCIDRs types.Set    `tfsdk:"allowed_cidrs"`
	JWKS         types.String `tfsdk:"jwks"`
}

// managed is the resource.
type managed struct {
	model
	NamePrefix types.String `tfsdk:"name_prefix"`
}

func (m managed) subject() tfkit.Subject {
	return tfkit.Subject{Type: kind.Terraform, Name: tfkit.NameOf(m.Name, m.NamePrefix)}
}

func (m managed) expand() api.WorkloadIdentityCreate {
	in := api.WorkloadIdentityCreate{
		Name:         m.Name.ValueString(),
		NamePrefix:   m.NamePrefix.ValueString(),
		Description:  m.Description.ValueStringPointer(),
		Labels:       tfkit.StringMap(m.Labels),
		Owner:        m.Owner.ValueString(),
		Role:         m.Role.ValueString(),
		Preset:       m.Preset.ValueString(),
		Audience:     m.Audience.ValueString(),
		Claims:       tfkit.StringMap(m.Claims),
		MaxTTL:       m.MaxTTL.ValueStringPointer(),
		AllowedCIDRs: tfkit.StringSlice(m.AllowedCIDRs),
		JWKS:         m.JWKS.ValueStringPointer(),
	}
	if !m.Issuer.IsUnknown() {
		in.Issuer = m.Issuer.ValueStringPointer()
	}
	return in
}

func (m managed) expandPatch(state managed) api.WorkloadIdentityPatch {
	in := api.WorkloadIdentityPatch{
		Name:         tfkit.ChangedString(m.Name, state.Name),
		Description:  tfkit.ChangedString(m.Description, state.Description),
		Labels:       tfkit.ChangedMap(m.Labels, state.Labels),
		Owner:        tfkit.ChangedString(m.Owner, state.Owner),
		Role:         tfkit.ChangedString(m.Role, state.Role),
		Preset:       tfkit.ChangedString(m.Preset, state.Preset),
		Issuer:       tfkit.ChangedString(m.Issuer, state.Issuer),
		Audience:     tfkit.ChangedString(m.Audience, state.Audience),
		Claims:       tfkit.ChangedMap(m.Claims, state.Claims),
		MaxTTL:       tfkit.ChangedString(m.MaxTTL, state.MaxTTL),
		AllowedCIDRs: tfkit.ChangedSet(m.AllowedCIDRs, state.AllowedCIDRs),
		JWKS:         tfkit.ChangedString(m.JWKS, state.JWKS),
	}
	if m.Issuer.IsUnknown() { // the preset was not known at the plan, and the issuer is the preset's
		in.Issuer = api.Null[string]()
	}
	return in
}

func flatten(w *api.WorkloadIdentity) model {
	return model{
		Common:       tfkit.Flatten(w.Object),
		Owner:        types.StringValue(w.Owner),
		Role:         types.StringValue(w.Role),
		Preset:       types.StringValue(w.Preset),
		Issuer:       types.StringValue(w.Issuer),
		Audience:     types.StringValue(w.Audience),
		Claims:       tfkit.MapValue(w.Claims),
		MaxTTL:       types.StringValue(w.MaxTTL),
		AllowedCIDRs: tfkit.SetValue(w.AllowedCIDRs),
		JWKS:         types.StringPointerValue(w.JWKS),
	}
}

// read is what Read stores over a state. Over the zero value it is what an import begins with.
func read(w *api.WorkloadIdentity, state managed) managed {
	next := managed{flatten(w), tfkit.ReadPrefix(state.NamePrefix)}
	next.Common = next.ReadOver(state.Common)
	return next
}

// planned is what is stored after a write: what the plan shows, and from the answer what the plan left open.
func (m managed) planned(answered model) managed {
	m.Common = m.Planned(answered.Common)
	m.Issuer = tfkit.Planned(m.Issuer, answered.Issuer)
	return m
}
