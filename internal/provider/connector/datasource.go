package connector

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var _ datasource.DataSourceWithConfigure = (*connectorDataSource)(nil)

type connectorDataSource struct{ tfkit.DataSourceBase }

type dataModel struct {
	metadata
	Hold *holdModel `tfsdk:"hold"`
}

type holdModel struct {
	Reason types.String `tfsdk:"reason"`
	At     types.String `tfsdk:"at"`
	By     types.String `tfsdk:"by"`
}

// NewDataSource makes the data source quickconnect_connector.
func NewDataSource() datasource.DataSource { return &connectorDataSource{} }

// Metadata says what it is called.
func (d *connectorDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = typeName
}

// Schema says what it gives.
func (d *connectorDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = dataSourceSchema()
}

// Read finds the connector by its name.
func (d *connectorDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m dataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	c := d.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	found, err := c.ConnectorByName(ctx, m.Name.ValueString())
	if err != nil {
		d.Report(&resp.Diagnostics, err, tfkit.Subject{Type: typeName, Name: m.Name.ValueString()})
		return
	}
	out := dataModel{metadata: flattenMetadata(found)}
	if h := found.Hold; h != nil {
		out.Hold = &holdModel{Reason: types.StringValue(h.Reason), At: tfkit.TimeValue(&h.At), By: types.StringValue(h.By)}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, out)...)
}
