package webhookendpoint

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// model is the resource. The write-only arguments are null everywhere except in a configuration.
type model struct {
	tfkit.Common
	NamePrefix  types.String `tfsdk:"name_prefix"`
	ConnectorID types.String `tfsdk:"connector_id"`
	URL         types.String `tfsdk:"url"`
	URLHost     types.String `tfsdk:"url_host"`
	EventTypes  types.Set    `tfsdk:"event_types"`
	Enabled     types.Bool   `tfsdk:"enabled"`

	URLWO              types.String `tfsdk:"url_wo"`
	URLWOVersion       types.Int64  `tfsdk:"url_wo_version"`
	URLDigest          types.String `tfsdk:"url_digest"`
	HeadersWO          types.Map    `tfsdk:"headers_wo"`
	HeadersWOVersion   types.Int64  `tfsdk:"headers_wo_version"`
	HeadersDigest      types.String `tfsdk:"headers_digest"`
	CACertificate      types.String `tfsdk:"ca_certificate"`
	ClientCertificate  types.String `tfsdk:"client_certificate"`
	ClientKeyWO        types.String `tfsdk:"client_key_wo"`
	ClientKeyWOVersion types.Int64  `tfsdk:"client_key_wo_version"`
	ClientKeyDigest    types.String `tfsdk:"client_key_digest"`
	RateLimitPerSecond types.Int64  `tfsdk:"rate_limit_per_second"`
}

func (m model) subject() tfkit.Subject {
	return tfkit.Subject{
		Type: kind.Terraform,
		Name: tfkit.NameOf(m.Name, m.NamePrefix),
		Sent: map[string][]string{"event_types": tfkit.StringSlice(m.EventTypes)},
	}
}

// expand has the whole configuration. The values are those of the write-only arguments.
func (m model) expand(v values) api.WebhookEndpointCreate {
	return api.WebhookEndpointCreate{
		Name:        m.Name.ValueString(),
		NamePrefix:  m.NamePrefix.ValueString(),
		Description: m.Description.ValueStringPointer(),
		Labels:      tfkit.StringMap(m.Labels),
		ConnectorID: m.ConnectorID.ValueString(),
		URL:         m.URL.ValueStringPointer(),
		EventTypes:  tfkit.StringSlice(m.EventTypes),
		Enabled:     m.Enabled.ValueBoolPointer(),

		SecretURL:          v.url,
		URLWOVersion:       m.URLWOVersion.ValueInt64Pointer(),
		Headers:            v.headers,
		HeadersWOVersion:   m.HeadersWOVersion.ValueInt64Pointer(),
		CACertificate:      m.CACertificate.ValueStringPointer(),
		ClientCertificate:  m.ClientCertificate.ValueStringPointer(),
		ClientKey:          v.clientKey,
		ClientKeyWOVersion: m.ClientKeyWOVersion.ValueInt64Pointer(),
		RateLimitPerSecond: m.RateLimitPerSecond.ValueInt64Pointer(),
	}
}

// expandPatch has what differs from the state, and the values that are sent.
func (m model) expandPatch(state model, v values) api.WebhookEndpointPatch {
	return api.WebhookEndpointPatch{
		Name:        tfkit.ChangedString(m.Name, state.Name),
		Description: tfkit.ChangedString(m.Description, state.Description),
		Labels:      tfkit.ChangedMap(m.Labels, state.Labels),
		URL:         tfkit.ChangedString(m.URL, state.URL),
		EventTypes:  tfkit.ChangedSet(m.EventTypes, state.EventTypes),
		Enabled:     tfkit.ChangedBool(m.Enabled, state.Enabled),

		SecretURL:          v.url,
		Headers:            v.headers,
		URLWOVersion:       tfkit.ChangedInt64(m.URLWOVersion, state.URLWOVersion),
		HeadersWOVersion:   tfkit.ChangedInt64(m.HeadersWOVersion, state.HeadersWOVersion),
		CACertificate:      tfkit.ChangedString(m.CACertificate, state.CACertificate),
		ClientCertificate:  tfkit.ChangedString(m.ClientCertificate, state.ClientCertificate),
		ClientKey:          v.clientKey,
		ClientKeyWOVersion: tfkit.ChangedInt64(m.ClientKeyWOVersion, state.ClientKeyWOVersion),
		RateLimitPerSecond: tfkit.ChangedInt64(m.RateLimitPerSecond, state.RateLimitPerSecond),
	}
}

func flatten(e *api.WebhookEndpoint) model {
	return model{
		Common:      tfkit.Flatten(e.Object),
		ConnectorID: types.StringValue(e.ConnectorID),
		URL:         types.StringPointerValue(e.URL),
		URLHost:     types.StringValue(e.URLHost),
		EventTypes:  tfkit.SetValue(e.EventTypes),
		Enabled:     types.BoolValue(e.Enabled),

		URLWOVersion:       types.Int64PointerValue(e.URLWOVersion),
		URLDigest:          types.StringPointerValue(e.URLDigest),
		HeadersWO:          types.MapNull(types.StringType),
		HeadersWOVersion:   types.Int64PointerValue(e.HeadersWOVersion),
		HeadersDigest:      types.StringPointerValue(e.HeadersDigest),
		CACertificate:      types.StringPointerValue(e.CACertificate),
		ClientCertificate:  types.StringPointerValue(e.ClientCertificate),
		ClientKeyWOVersion: types.Int64PointerValue(e.ClientKeyWOVersion),
		ClientKeyDigest:    types.StringPointerValue(e.ClientKeyDigest),
		RateLimitPerSecond: types.Int64PointerValue(e.RateLimitPerSecond),
	}
}

// read is what Read stores over a state. Over the zero value it is what an import begins with.
func read(e *api.WebhookEndpoint, state model) model {
	next := flatten(e)
	next.Common = next.ReadOver(state.Common)
	next.NamePrefix = tfkit.ReadPrefix(state.NamePrefix)
	return next
}

// planned is what is stored after a write: what the plan shows, and from the answer what the plan left open. The fields
// that are not listed are known in every plan.
func (m model) planned(answered model) model {
	m.Common = m.Planned(answered.Common)
	m.URLHost = tfkit.Planned(m.URLHost, answered.URLHost)
	m.URLDigest = tfkit.Planned(m.URLDigest, answered.URLDigest)
	m.HeadersDigest = tfkit.Planned(m.HeadersDigest, answered.HeadersDigest)
	m.ClientKeyDigest = tfkit.Planned(m.ClientKeyDigest, answered.ClientKeyDigest)
	return m
}

// withDigestsOf has what follows from the URL and the write-only arguments as the state has it.
func (m model) withDigestsOf(state model) model {
	m.URLHost, m.URLDigest = state.URLHost, state.URLDigest
	m.HeadersDigest, m.ClientKeyDigest = state.HeadersDigest, state.ClientKeyDigest
	return m
}
