package actions

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// probe asks now whether a receiver accepts the pending versions of its signing secrets.
type probe struct{ base }

func newProbe() action.Action {
	return &probe{base{name: "probe", permission: api.PermissionAcknowledge}}
}

type probeModel struct {
	EndpointID types.String `tfsdk:"endpoint_id"`
}

func (p *probe) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: p.text("Probes now whether the receiver of a webhook endpoint accepts the pending versions " +
			"of its signing secrets, and refuses a forged signature. The platform also probes by itself while a rotation " +
			"is staged. A version that is proven is promoted by the next plan. Where no rotation is staged, nothing is " +
			"sent, and the action says so."),
		Attributes: map[string]schema.Attribute{
			"endpoint_id": idAttribute([]api.Kind{api.WebhookEndpoints}, "Id of the webhook endpoint."),
		},
	}
}

func (p *probe) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var m probeModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	c := p.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id := m.EndpointID.ValueString()
	says(resp, "Probing the receiver of webhook endpoint %s.", id)
	answer, err := c.WebhookEndpoints().Probe(ctx, id)
	switch {
	case err != nil:
		p.report(&resp.Diagnostics, err)
	case answer == nil:
		says(resp, "The platform has probed. The role of the provider's token may not read the result: "+
			"the next plan of the signing secret shows it.")
	case len(answer.Probes) == 0:
		says(resp, "No signing secret of webhook endpoint %s has a pending version. Nothing was sent.", id)
	default:
		for _, result := range answer.Probes {
			says(resp, "Signing secret %s, version %d: %s. %s", result.SigningSecretID, result.Version, result.Result,
				result.Detail)
		}
	}
}

var (
	_ action.ActionWithConfigure  = &probe{}
	_ action.ActionWithModifyPlan = &probe{}
)
