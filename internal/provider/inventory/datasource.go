// Package inventory has the data source quickconnect_credentials.
package inventory

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

const typeName = "quickconnect_credentials"

// Sizes of the result. A state has all of it.
const (
	defaultLimit = 1000
	maxLimit     = 10_000
)

var _ datasource.DataSourceWithConfigure = (*listDataSource)(nil)

type listDataSource struct{ tfkit.DataSourceBase }

// NewListDataSource makes the data source.
func NewListDataSource() datasource.DataSource { return &listDataSource{} }

func (d *listDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = typeName
}

func (d *listDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = listSchema()
}

func (d *listDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	c := d.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	limit := defaultLimit
	if !config.Limit.IsNull() {
		limit = int(config.Limit.ValueInt64())
	}
	found, more, err := read(ctx, c, config, limit)
	if err != nil {
		d.Report(&resp.Diagnostics, err, tfkit.Subject{Type: typeName})
		return
	}
	config.Truncated, config.Credentials = types.BoolValue(more), make([]item, len(found))
	for i := range found {
		config.Credentials[i] = flatten(&found[i])
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}

// read reads as many entries as the configuration wants, and says whether there are more. It keeps these and one page.
func read(
	ctx context.Context, c *client.Client, m model, limit int,
) (found []api.InventoryEntry, more bool, err error) {
	f := m.filter()
	if m.Riskiest.ValueBool() {
		return c.Riskiest(ctx, f, limit)
	}
	for e, err := range c.Inventory(ctx, f) {
		if err != nil {
			return nil, false, err
		}
		if len(found) == limit {
			return found, true, nil
		}
		found = append(found, *e)
	}
	return found, false, nil
}
