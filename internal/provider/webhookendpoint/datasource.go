package webhookendpoint

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// sources are the two data sources of the kind.
var sources = tfkit.DataSources[api.WebhookEndpoint, dataModel]{
	Kind: kind,
	Text: "A webhook endpoint that is managed elsewhere, by its id or its name. It needs a token " +
		"that may read.",
	Attributes: dataAttributes,
	Filters: func() map[string]schema.Attribute {
		return map[string]schema.Attribute{"connector_id": tfkit.FilterReference(api.Connectors)}
	},
	Reads:   func(c *client.Client) tfkit.Reads[api.WebhookEndpoint] { return c.WebhookEndpoints() },
	Flatten: flattenData,
}

// NewDataSource makes the data source that reads one webhook endpoint.
func NewDataSource() datasource.DataSource { return sources.One() }

// NewListDataSource makes the data source that lists webhook endpoints.
func NewListDataSource() datasource.DataSource { return sources.List() }

type dataModel struct {
	tfkit.Common
	ConnectorID  types.String `tfsdk:"connector_id"`
	URL          types.String `tfsdk:"url"`
	URLHost      types.String `tfsdk:"url_host"`
	EventTypes   types.Set    `tfsdk:"event_types"`
	Enabled      types.Bool   `tfsdk:"enabled"`
	FailingSince types.String `tfsdk:"failing_since"`
	PausedUntil  types.String `tfsdk:"paused_until"`
}

func dataAttributes() map[string]schema.Attribute {
	attributes := tfkit.CommonDataAttributes(kind)
	attributes["connector_id"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Id of the connector whose events are delivered.",
	}
	attributes["url"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Where events are posted to; null for a URL that is a secret.",
	}
	attributes["url_host"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "The host of the URL, with its port where it has one.",
	}
	attributes["event_types"] = schema.SetAttribute{
		Computed: true, ElementType: types.StringType,
		MarkdownDescription: "The types of events that are delivered; null for all.",
	}
	attributes["enabled"] = schema.BoolAttribute{
		Computed: true, MarkdownDescription: "Whether events are delivered.",
	}
	attributes["failing_since"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Since when no delivery is accepted (RFC 3339); null while they are.",
	}
	attributes["paused_until"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Until when deliveries pause (RFC 3339); null for no pause.",
	}
	return attributes
}

func flattenData(_ context.Context, e *api.WebhookEndpoint, _ *diag.Diagnostics) dataModel {
	m := dataModel{
		Common:      tfkit.Flatten(e.Object),
		ConnectorID: types.StringValue(e.ConnectorID),
		URL:         types.StringPointerValue(e.URL),
		URLHost:     types.StringValue(e.URLHost),
		EventTypes:  tfkit.SetValue(e.EventTypes),
		Enabled:     types.BoolValue(e.Enabled),
		PausedUntil: tfkit.TimeValue(e.PausedUntil),
	}
	if e.Failing != nil {
		m.FailingSince = tfkit.TimeValue(&e.Failing.Since)
	}
	return m
}
