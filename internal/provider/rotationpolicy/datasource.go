package rotationpolicy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var _ datasource.DataSourceWithConfigure = (*policyDataSource)(nil)

type policyDataSource struct{ tfkit.DataSourceBase }

// NewDataSource makes the data source quickconnect_rotation_policy.
func NewDataSource() datasource.DataSource { return &policyDataSource{} }

// Metadata says what it is called.
func (d *policyDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = typeName
}

// Schema says what it gives.
func (d *policyDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = dataSourceSchema()
}

// Read finds the policy by its name.
func (d *policyDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	c := d.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p, err := c.RotationPolicies().ByName(ctx, m.Name.ValueString())
	if err != nil {
		d.Report(&resp.Diagnostics, err, m.subject())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, flatten(p))...)
}
