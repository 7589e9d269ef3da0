package rotationpolicy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var _ datasource.DataSourceWithConfigure = (*policyDataSource)(nil)

type policyDataSource struct{ tfkit.DataSourceBase }

// NewDataSource makes the data source.
func NewDataSource() datasource.DataSource { return &policyDataSource{} }

func (d *policyDataSource) Metadata(
	_ context.Context,
	_ datasource.MetadataRequest,
	resp *datasource.MetadataResponse,
) {
	resp.TypeName = kind.Terraform
}

func (d *policyDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = dataSourceSchema()
}

func (d *policyDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	c := d.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	var found *api.RotationPolicy
	var err error
	if m.ID.IsNull() {
		found, err = c.RotationPolicies().ByName(ctx, m.Name.ValueString())
	} else {
		found, err = c.RotationPolicies().Get(ctx, m.ID.ValueString())
	}
	if err != nil {
		d.Report(&resp.Diagnostics, err, m.subject())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, flatten(found))...)
}

// NewListDataSource makes the data source that lists rotation policies.
func NewListDataSource() datasource.DataSource {
	return &tfkit.ListSource[api.RotationPolicy, model]{
		Kind: kind, One: dataAttributes(),
		List: func(ctx context.Context, c *client.Client, f client.Filter) ([]api.RotationPolicy, error) {
			return c.RotationPolicies().List(ctx, f)
		},
		Flatten: func(_ context.Context, p *api.RotationPolicy, _ *diag.Diagnostics) model { return flatten(p) },
	}
}
