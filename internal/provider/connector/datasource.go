package connector

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var _ datasource.DataSourceWithConfigure = (*connectorDataSource)(nil)

type connectorDataSource struct{ tfkit.DataSourceBase }

type dataModel struct {
	metadata
	Hold *tfkit.Hold `tfsdk:"hold"`
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
	found, err := c.Connectors().ByName(ctx, m.Name.ValueString())
	if err != nil {
		d.Report(&resp.Diagnostics, err, tfkit.Subject{Type: typeName, Name: m.Name.ValueString()})
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, dataModel{metadata: flattenMetadata(found), Hold: tfkit.FlattenHold(found.Hold)})...)
}
