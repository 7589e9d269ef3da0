package actions

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// sendTestEvent queues an event for a webhook endpoint.
type sendTestEvent struct{ base }

func newSendTestEvent() action.Action {
	return &sendTestEvent{base{name: "send_test_event", permission: api.PermissionWrite}}
}

type sendTestEventModel struct {
	EndpointID types.String `tfsdk:"endpoint_id"`
	EventType  types.String `tfsdk:"event_type"`
}

func (s *sendTestEvent) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: s.text("Queues a test event for a webhook endpoint: it is signed and delivered like any " +
			"other one, with the same retries. Its data is an empty object. A request that is repeated because its answer " +
			"was lost queues no second event."),
		Attributes: map[string]schema.Attribute{
			"endpoint_id": idAttribute([]api.Kind{api.WebhookEndpoints}, "Id of the webhook endpoint."),
			"event_type": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Type of the event, such as `message.delivered`; one of those that the endpoint " +
					"receives.",
				Validators: []validator.String{tfkit.StringCheck("the type of an event", api.CheckEventType)},
			},
		},
	}
}

func (s *sendTestEvent) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var m sendTestEventModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	c := s.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id := m.EndpointID.ValueString()
	sent, err := c.WebhookEndpoints().SendTestEvent(ctx, id, api.TestEventRequest{Type: m.EventType.ValueString()},
		client.Write{})
	if err != nil {
		s.report(&resp.Diagnostics, err)
		return
	}
	says(resp, "Event %s (%s) is queued for webhook endpoint %s. GET /v1/webhook-endpoints/%s/deliveries shows how it "+
		"was answered.", sent.ID, m.EventType.ValueString(), id, id)
}

var (
	_ action.ActionWithConfigure  = &sendTestEvent{}
	_ action.ActionWithModifyPlan = &sendTestEvent{}
)
