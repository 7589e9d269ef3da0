package webhookendpoint

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

type model struct {
	tfkit.Common
	ConnectorID types.String `tfsdk:"connector_id"`
	URL         types.String `tfsdk:"url"`
	EventTypes  types.Set    `tfsdk:"event_types"`
	Enabled     types.Bool   `tfsdk:"enabled"`
}

func (m model) subject() tfkit.Subject {
	return tfkit.Subject{
		Type:     kind.Terraform,
		Name:     m.Name.ValueString(),
		Referred: true,
		Sent:     map[string][]string{"event_types": tfkit.StringSlice(m.EventTypes)},
	}
}

func (m model) expand() api.WebhookEndpointCreate {
	return api.WebhookEndpointCreate{
		Name:        m.Name.ValueString(),
		Description: m.Description.ValueStringPointer(),
		Labels:      tfkit.StringMap(m.Labels),
		ConnectorID: m.ConnectorID.ValueString(),
		URL:         m.URL.ValueString(),
		EventTypes:  tfkit.StringSlice(m.EventTypes),
		Enabled:     m.Enabled.ValueBoolPointer(),
	}
}

func (m model) expandPatch(state model) api.WebhookEndpointPatch {
	return api.WebhookEndpointPatch{
		Name:        tfkit.ChangedString(m.Name, state.Name),
		Description: tfkit.ChangedString(m.Description, state.Description),
		Labels:      tfkit.ChangedMap(m.Labels, state.Labels),
		URL:         tfkit.ChangedString(m.URL, state.URL),
		EventTypes:  tfkit.ChangedSet(m.EventTypes, state.EventTypes),
		Enabled:     tfkit.ChangedBool(m.Enabled, state.Enabled),
	}
}

func flatten(e *api.WebhookEndpoint) model {
	return model{
		Common:      tfkit.Flatten(e.Object),
		ConnectorID: types.StringValue(e.ConnectorID),
		URL:         types.StringValue(e.URL),
		EventTypes:  tfkit.SetValue(e.EventTypes),
		Enabled:     types.BoolValue(e.Enabled),
	}
}

// planned is what is stored after a write: what the plan shows, and from the answer what the plan left open. Only
// computed fields of Common can be open.
func (m model) planned(answered model) model {
	m.Common = m.Planned(answered.Common)
	return m
}
