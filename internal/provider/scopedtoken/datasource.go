package scopedtoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rotate"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// tokenDataSource reads the metadata of a token by its name, without its value.
type tokenDataSource struct{ tfkit.DataSourceBase }

// NewDataSource makes the data source.
func NewDataSource() datasource.DataSource { return &tokenDataSource{} }

type dataModel struct {
	model
	RotationRequested types.Bool   `tfsdk:"rotation_requested"`
	Hold              *tfkit.Hold  `tfsdk:"hold"`
	LastUsedAt        types.String `tfsdk:"last_used_at"`
}

func (d *tokenDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = kind.Terraform
}

func (d *tokenDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The metadata of a scoped token, by its id or its name: who owns it, how old it is, whether " +
			"it is still used. It never has the token's value.",
		Attributes: dataAttributes(),
	}
}

func dataAttributes() map[string]schema.Attribute {
	attributes := tfkit.CommonDataAttributes(api.ScopedTokens)
	attributes["owner"] = tfkit.DataOwner()
	attributes["connector_id"] = schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "Id of the connector that the token is for.",
	}
	attributes["scopes"] = schema.SetAttribute{
		Computed:            true,
		ElementType:         types.StringType,
		MarkdownDescription: "What the token may do. What counts is what the connector's `allowed_scopes` cover of it.",
	}
	attributes["allowed_cidrs"] = schema.SetAttribute{
		Computed:            true,
		ElementType:         types.StringType,
		MarkdownDescription: "Address ranges from which the token is accepted; null for everywhere.",
	}
	attributes["expires_at"] = schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "When every version of the token ends (RFC 3339); null for never.",
	}
	attributes["rotation_policy_id"] = schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "Id of its rotation policy; null for none.",
	}
	attributes["rotate_when_changed"] = schema.MapAttribute{
		Computed:            true,
		ElementType:         types.StringType,
		MarkdownDescription: "Values whose change requests a rotation.",
	}
	attributes["minimum_version"] = schema.Int64Attribute{
		Computed:            true,
		MarkdownDescription: "No version below this number is valid; null for no limit.",
	}
	attributes["deletion_protection"] = schema.BoolAttribute{
		Computed:            true,
		MarkdownDescription: "Whether the platform refuses to delete it.",
	}
	attributes["handover"] = schema.Int64Attribute{Computed: true, MarkdownDescription: rotate.HandoverText}
	attributes["version"] = schema.Int64Attribute{Computed: true, MarkdownDescription: rotate.VersionText}
	attributes["rotation"] = rotate.DataAttribute()
	attributes["rotation_requested"] = schema.BoolAttribute{
		Computed:            true,
		MarkdownDescription: "Whether a rotation was requested that falls due as soon as the phase is stable.",
	}
	attributes["hold"] = tfkit.DataHold("Set while someone has put the token on hold: no step of a rotation is " +
		"taken. Null otherwise.")
	attributes["last_used_at"] = schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "When any version of it was last used, to the second (RFC 3339); null for never.",
	}
	return attributes
}

func (d *tokenDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m dataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	c := d.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	var found *api.ScopedToken
	var err error
	if m.ID.IsNull() {
		found, err = c.ScopedTokens().ByName(ctx, m.Name.ValueString())
	} else {
		found, err = c.ScopedTokens().Get(ctx, m.ID.ValueString())
	}
	if err != nil {
		d.Report(&resp.Diagnostics, err, tfkit.Subject{Type: kind.Terraform, Name: m.Name.ValueString()})
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, flattenData(ctx, found, &resp.Diagnostics))...)
}

func flattenData(ctx context.Context, t *api.ScopedToken, diags *diag.Diagnostics) dataModel {
	return dataModel{
		model:             flatten(ctx, t, types.StringNull(), diags),
		RotationRequested: types.BoolValue(t.RotationRequested),
		Hold:              tfkit.FlattenHold(t.Hold),
		LastUsedAt:        tfkit.TimeValue(t.LastUsedAt),
	}
}

// NewListDataSource makes the data source that lists scoped tokens.
func NewListDataSource() datasource.DataSource {
	return &tfkit.ListSource[api.ScopedToken, dataModel]{
		Kind: api.ScopedTokens, One: dataAttributes(), Filters: map[string]schema.Attribute{
			"owner": tfkit.FilterOwner(), "connector_id": tfkit.FilterReference(api.Connectors),
		},
		List: func(ctx context.Context, c *client.Client, f client.Filter) ([]api.ScopedToken, error) {
			return c.ScopedTokens().List(ctx, f)
		},
		Flatten: flattenData,
	}
}

var _ datasource.DataSourceWithConfigure = &tokenDataSource{}
