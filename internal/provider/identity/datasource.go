// Package identity has the data source quickconnect_identity.
package identity

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var _ datasource.DataSourceWithConfigure = (*identityDataSource)(nil)

type identityDataSource struct{ tfkit.DataSourceBase }

type model struct {
	PrincipalID types.String `tfsdk:"principal_id"`
	Name        types.String `tfsdk:"name"`
	Role        types.String `tfsdk:"role"`
	Permissions types.Set    `tfsdk:"permissions"`
	Tenant      types.String `tfsdk:"tenant"`
	Environment types.String `tfsdk:"environment"`
	ExpiresAt   types.String `tfsdk:"expires_at"`

	PlatformID       types.String `tfsdk:"platform_id"`
	Incarnation      types.Int64  `tfsdk:"incarnation"`
	RestoreConfirmed types.Bool   `tfsdk:"restore_confirmed"`
	EgressAddresses  types.Set    `tfsdk:"egress_addresses"`
}

// NewDataSource makes the data source.
func NewDataSource() datasource.DataSource { return &identityDataSource{} }

func (d *identityDataSource) Metadata(
	_ context.Context,
	_ datasource.MetadataRequest,
	resp *datasource.MetadataResponse,
) {
	resp.TypeName = "quickconnect_identity"
}

func (d *identityDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "As whom this configuration runs: the principal whose token the provider uses. It is " +
			"what the platform said when the provider was configured.",
		Attributes: map[string]schema.Attribute{
			"principal_id": schema.StringAttribute{Computed: true, MarkdownDescription: "Id of the principal."},
			"name":         schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the principal."},
			"role": schema.StringAttribute{Computed: true, MarkdownDescription: "Role of the principal: `auditor`, " +
				"`planner` (enough for every plan), `operator`, `deployer` " +
				"(enough for every apply), `security` or `runtime`."},
			"permissions": schema.SetAttribute{
				Computed:    true,
				ElementType: types.StringType,
				MarkdownDescription: "What the role may do: `read`, `reveal`, `write`, `contain`, " +
					"`acknowledge`, `introspect`, `use`, `manage_principals`, " +
					"`grant`, `govern`, `exempt`. An error \"Permission missing\" " +
					"names one that is not in here.",
			},
			"tenant": schema.StringAttribute{Computed: true, MarkdownDescription: "Tenant of the principal: " +
				"the one that the provider configuration names, otherwise the run ends with an error before it plans."},
			"environment": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "Environment of the principal: the one that the provider configuration names, " +
					"otherwise the run ends with an error before it plans.",
			},
			"expires_at": schema.StringAttribute{Computed: true, MarkdownDescription: "When the principal's token " +
				"ends (RFC 3339, UTC). Null where it does not."},
			"platform_id": schema.StringAttribute{Computed: true, MarkdownDescription: "Id of the platform " +
				"(`plt_…`). It was made with the platform's database and never changes."},
			"incarnation": schema.Int64Attribute{Computed: true, MarkdownDescription: "1 at first, and a higher " +
				"number after every restore of a backup."},
			"restore_confirmed": schema.BoolAttribute{Computed: true, MarkdownDescription: "False from a restore of " +
				"a backup until an operator confirms it on the platform's machine. Until then, an object that was last " +
				"seen before the restore and is not found is an error, and stays in the state."},
			"egress_addresses": schema.SetAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "The networks (CIDR) that the platform delivers webhooks from, for receivers that " +
					"filter by address. Null where the platform's operator does not state them " +
					"(`quickconnectd serve --egress-addresses`).",
			},
		},
	}
}

// Read copies what Configure learned. It makes no request.
func (d *identityDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	if d.Client(&resp.Diagnostics) == nil {
		return
	}
	who, _ := d.Session().Identity()
	resp.Diagnostics.Append(resp.State.Set(ctx, model{
		PrincipalID: types.StringValue(who.PrincipalID),
		Name:        types.StringValue(who.Name),
		Role:        types.StringValue(who.Role),
		Permissions: tfkit.SetValue(who.Permissions),
		Tenant:      types.StringValue(who.Tenant),
		Environment: types.StringValue(who.Environment),
		ExpiresAt:   tfkit.TimeValue(who.ExpiresAt),

		PlatformID:       types.StringValue(who.PlatformID),
		Incarnation:      types.Int64Value(who.Incarnation),
		RestoreConfirmed: types.BoolValue(who.RestoreConfirmed),
		EgressAddresses:  tfkit.SetValue(who.EgressAddresses),
	})...)
}
