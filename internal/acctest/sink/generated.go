package sink

import (
	"context"
	"crypto/rand"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// generatedEphemeral stands for the providers that make or fetch a secret: without `fixed` it has another value each
// time it is opened, so also between a plan and its apply; with it, it gives that back, but not before it is known.
type generatedEphemeral struct{}

type generatedModel struct {
	Fixed types.String `tfsdk:"fixed"`
	Value types.String `tfsdk:"value"`
}

func (generatedEphemeral) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = "sink_generated"
}

func (generatedEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"fixed": schema.StringAttribute{Optional: true, Description: "The value to give back."},
		"value": schema.StringAttribute{Computed: true, Sensitive: true, Description: "The secret."},
	}}
}

func (generatedEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m generatedModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); resp.Diagnostics.HasError() {
		return
	}
	m.Value = m.Fixed
	if m.Fixed.IsNull() {
		m.Value = types.StringValue(rand.Text())
	}
	resp.Diagnostics.Append(resp.Result.Set(ctx, m)...)
}
