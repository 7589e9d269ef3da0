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

var _ datasource.DataSourceWithConfigure = (*endpointDataSource)(nil)

// endpointDataSource reads the metadata of one webhook endpoint.
type endpointDataSource struct{ tfkit.DataSourceBase }

// NewDataSource makes the data source.
func NewDataSource() datasource.DataSource { return &endpointDataSource{} }

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

func (d *endpointDataSource) Metadata(
	_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = kind.Terraform
}

func (d *endpointDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A webhook endpoint that is managed elsewhere, by its id or its name. It needs a token " +
			"that may read.",
		Attributes: dataAttributes(),
	}
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

func (d *endpointDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m dataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	c := d.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	var found *api.WebhookEndpoint
	var err error
	if m.ID.IsNull() {
		found, err = c.WebhookEndpoints().ByName(ctx, m.Name.ValueString())
	} else {
		found, err = c.WebhookEndpoints().Get(ctx, m.ID.ValueString())
	}
	if err != nil {
		d.Report(&resp.Diagnostics, err, tfkit.Subject{Type: kind.Terraform, Name: m.Name.ValueString()})
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, flattenData(ctx, found, &resp.Diagnostics))...)
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

// NewListDataSource makes the data source that lists webhook endpoints.
func NewListDataSource() datasource.DataSource {
	return &tfkit.ListSource[api.WebhookEndpoint, dataModel]{
		Kind: kind, One: dataAttributes(), Filters: map[string]schema.Attribute{
			"connector_id": tfkit.FilterReference(api.Connectors),
		},
		List: func(ctx context.Context, c *client.Client, f client.Filter) ([]api.WebhookEndpoint, error) {
			return c.WebhookEndpoints().List(ctx, f)
		},
		Flatten: flattenData,
	}
}
