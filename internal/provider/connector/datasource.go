package connector

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

var _ datasource.DataSourceWithConfigure = (*connectorDataSource)(nil)

type connectorDataSource struct{ tfkit.DataSourceBase }

type dataModel struct {
	metadata
	Hold                 *tfkit.Hold `tfsdk:"hold"`
	PreviousInUseBy      []consumer  `tfsdk:"previous_in_use_by"`
	SafeToRevokePrevious types.Bool  `tfsdk:"safe_to_revoke_previous"`
}

// NewDataSource makes the data source.
func NewDataSource() datasource.DataSource { return &connectorDataSource{} }

func (d *connectorDataSource) Metadata(
	_ context.Context,
	_ datasource.MetadataRequest,
	resp *datasource.MetadataResponse,
) {
	resp.TypeName = kind.Terraform
}

func (d *connectorDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = dataSourceSchema()
}

func (d *connectorDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m dataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	c := d.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	var found *api.Connector
	var err error
	if m.ID.IsNull() {
		found, err = c.Connectors().ByName(ctx, m.Name.ValueString())
	} else {
		found, err = c.Connectors().Get(ctx, m.ID.ValueString())
	}
	if err != nil {
		d.Report(&resp.Diagnostics, err, tfkit.Subject{Type: kind.Terraform, Name: m.Name.ValueString()})
		return
	}
	out := flattenData(ctx, found, &resp.Diagnostics)
	d.Session().ReadAllowedScopes(out.ID, out.AllowedScopes)
	resp.Diagnostics.Append(resp.State.Set(ctx, out)...)
}

func flattenData(_ context.Context, c *api.Connector, _ *diag.Diagnostics) dataModel {
	return dataModel{
		metadata: flattenMetadata(c), Hold: tfkit.FlattenHold(c.Hold),
		PreviousInUseBy:      flattenConsumers(c.PreviousInUseBy),
		SafeToRevokePrevious: types.BoolPointerValue(c.SafeToRevokePrevious),
	}
}

// NewListDataSource makes the data source that lists connectors.
func NewListDataSource() datasource.DataSource {
	return &tfkit.ListSource[api.Connector, dataModel]{
		Kind: kind, One: dataAttributes(), Filters: map[string]schema.Attribute{"owner": tfkit.FilterOwner()},
		List: func(ctx context.Context, c *client.Client, f client.Filter) ([]api.Connector, error) {
			return c.Connectors().List(ctx, f)
		},
		Flatten: flattenData,
	}
}
