// Package principal has the data source quickconnect_principals.
package principal

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

const typeName = "quickconnect_principals"

var _ datasource.DataSourceWithConfigure = (*listDataSource)(nil)

type listDataSource struct{ tfkit.DataSourceBase }

type model struct {
	Name       types.String `tfsdk:"name"`
	Principals []item       `tfsdk:"principals"`
}

type item struct {
	ID         types.String `tfsdk:"id"`
	Name       types.String `tfsdk:"name"`
	Role       types.String `tfsdk:"role"`
	CreatedAt  types.String `tfsdk:"created_at"`
	ExpiresAt  types.String `tfsdk:"expires_at"`
	LastUsedAt types.String `tfsdk:"last_used_at"`
}

// NewListDataSource makes the data source.
func NewListDataSource() datasource.DataSource { return &listDataSource{} }

func (d *listDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = typeName
}

func (d *listDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The principals of the environment: the static tokens (`qcp_…`) that may call the platform, " +
			"without the tokens themselves. Expired ones are listed, ended ones are not. Use it to find tokens that never " +
			"end and tokens that are not used. It needs a token that may read.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				Optional: true, Validators: []validator.String{tfkit.StringCheck("a name", api.CheckName)},
				MarkdownDescription: "Only principals with this name. Several may have the same. Default: all.",
			},
			"principals": schema.ListNestedAttribute{
				Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: itemAttributes()},
				MarkdownDescription: "The principals, in the order of their creation. Empty if there are none.",
			},
		},
	}
}

func itemAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id": schema.StringAttribute{Computed: true, MarkdownDescription: "Its id (`prn_…`)."},
		"name": schema.StringAttribute{
			Computed: true, MarkdownDescription: "The name that it was made with.",
		},
		"role":       schema.StringAttribute{Computed: true, MarkdownDescription: "What it may do."},
		"created_at": schema.StringAttribute{Computed: true, MarkdownDescription: "When it was made (RFC 3339, UTC)."},
		"expires_at": schema.StringAttribute{
			Computed: true, MarkdownDescription: "When its token ends, or has ended (RFC 3339, UTC). Null for never.",
		},
		"last_used_at": schema.StringAttribute{
			Computed: true, MarkdownDescription: "The last request with its token (RFC 3339, UTC), at most a minute behind. " +
				"Null for never. The token of the provider itself is used by every plan.",
		},
	}
}

func (d *listDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	c := d.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	found, err := c.Principals(ctx, config.Name.ValueString())
	if err != nil {
		d.Report(&resp.Diagnostics, err, tfkit.Subject{Type: typeName, Name: config.Name.ValueString()})
		return
	}
	config.Principals = make([]item, len(found))
	for i, p := range found {
		config.Principals[i] = item{
			ID: types.StringValue(p.ID), Name: types.StringValue(p.Name), Role: types.StringValue(p.Role),
			CreatedAt: tfkit.TimeValue(&p.CreatedAt), ExpiresAt: tfkit.TimeValue(p.ExpiresAt),
			LastUsedAt: tfkit.TimeValue(p.LastUsedAt),
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
