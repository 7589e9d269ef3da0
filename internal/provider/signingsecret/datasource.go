package signingsecret

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

var _ datasource.DataSourceWithConfigure = (*secretDataSource)(nil)

// secretDataSource reads the metadata of one signing secret.
type secretDataSource struct{ tfkit.DataSourceBase }

// NewDataSource makes the data source.
func NewDataSource() datasource.DataSource { return &secretDataSource{} }

type dataModel struct {
	tfkit.Common
	Owner            types.String `tfsdk:"owner"`
	EndpointID       types.String `tfsdk:"endpoint_id"`
	Algorithm        types.String `tfsdk:"algorithm"`
	PublicKeys       types.List   `tfsdk:"public_keys"`
	RotationPolicyID types.String `tfsdk:"rotation_policy_id"`
	Version          types.Int64  `tfsdk:"version"`
	Rotation         types.Object `tfsdk:"rotation"`
	Hold             *tfkit.Hold  `tfsdk:"hold"`
	LastUsedAt       types.String `tfsdk:"last_used_at"`
}

func (d *secretDataSource) Metadata(
	_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = kind.Terraform
}

func (d *secretDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The metadata of a webhook signing secret, by its id or its name: who owns it, how old it is, " +
			"its public keys. It never has the secret.",
		Attributes: dataAttributes(),
	}
}

func dataAttributes() map[string]schema.Attribute {
	attributes := tfkit.CommonDataAttributes(api.SigningSecrets)
	attributes["owner"] = tfkit.DataOwner()
	attributes["endpoint_id"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Id of the webhook endpoint whose deliveries it signs.",
	}
	attributes["algorithm"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "`hmac-sha256` or `ed25519`.",
	}
	attributes["public_keys"] = schema.ListAttribute{
		Computed: true, ElementType: types.StringType,
		MarkdownDescription: "The public keys (`whpk_…`) of the valid versions, the newest first; null unless " +
			"`algorithm` is `ed25519`.",
	}
	attributes["rotation_policy_id"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Id of its rotation policy.",
	}
	attributes["version"] = schema.Int64Attribute{Computed: true, MarkdownDescription: rotate.VersionText}
	attributes["rotation"] = rotate.DataAttribute()
	attributes["hold"] = tfkit.DataHold("Set while someone has put the signing secret on hold: no step of a rotation is " +
		"taken. Null otherwise.")
	attributes["last_used_at"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "When it last signed an accepted delivery (RFC 3339); null for never.",
	}
	return attributes
}

func (d *secretDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m dataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	c := d.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	var found *api.SigningSecret
	var err error
	if m.ID.IsNull() {
		found, err = c.SigningSecrets().ByName(ctx, m.Name.ValueString())
	} else {
		found, err = c.SigningSecrets().Get(ctx, m.ID.ValueString())
	}
	if err != nil {
		d.Report(&resp.Diagnostics, err, tfkit.Subject{Type: kind.Terraform, Name: m.Name.ValueString()})
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, flattenData(ctx, found, &resp.Diagnostics))...)
}

func flattenData(ctx context.Context, s *api.SigningSecret, diags *diag.Diagnostics) dataModel {
	m := flatten(ctx, s, diags)
	return dataModel{
		Common: m.Common, Owner: m.Owner, EndpointID: m.EndpointID, Algorithm: m.Algorithm, PublicKeys: m.PublicKeys,
		RotationPolicyID: m.RotationPolicyID, Version: m.Version, Rotation: m.Rotation,
		Hold: tfkit.FlattenHold(s.Hold), LastUsedAt: tfkit.TimeValue(s.LastUsedAt),
	}
}

// NewListDataSource makes the data source that lists signing secrets.
func NewListDataSource() datasource.DataSource {
	return &tfkit.ListSource[api.SigningSecret, dataModel]{
		Kind: api.SigningSecrets, One: dataAttributes(), Filters: map[string]schema.Attribute{
			"owner": tfkit.FilterOwner(), "endpoint_id": tfkit.FilterReference(api.WebhookEndpoints),
		},
		List: func(ctx context.Context, c *client.Client, f client.Filter) ([]api.SigningSecret, error) {
			return c.SigningSecrets().List(ctx, f)
		},
		Flatten: flattenData,
	}
}
