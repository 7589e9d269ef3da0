package webhookendpoint

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var (
	_ resource.ResourceWithConfigure   = (*endpointResource)(nil)
	_ resource.ResourceWithImportState = (*endpointResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*endpointResource)(nil)
)

type endpointResource struct{ tfkit.ResourceBase }

// The keys of the notes in the private state: why the platform disabled the endpoint, and since when no delivery is
// accepted.
const (
	disabledKey = "disabled"
	failingKey  = "failing"
)

// NewResource makes the managed resource.
func NewResource() resource.Resource { return &endpointResource{} }

func (r *endpointResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = kind.Terraform
}

func (r *endpointResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = resourceSchema()
}

// ModifyPlan refuses a state of another environment, which a plan without a refresh would not notice. It warns where
// the platform has disabled the endpoint, or no delivery is accepted.
func (r *endpointResource) ModifyPlan(
	ctx context.Context,
	req resource.ModifyPlanRequest,
	resp *resource.ModifyPlanResponse,
) {
	if !r.BelongsHere(ctx, req.Private, req.State, &resp.Diagnostics) || req.State.Raw.IsNull() || req.Plan.Raw.IsNull() {
		return
	}
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	disabled := tfkit.LoadPrivate[api.Disabled](ctx, req.Private, disabledKey, &resp.Diagnostics)
	failing := tfkit.LoadPrivate[api.Failing](ctx, req.Private, failingKey, &resp.Diagnostics)
	// A plan with nothing to do is silent. It therefore has no warning about an endpoint that the configuration
	// disables as well. A replacement begins without a history.
	if resp.Diagnostics.HasError() || !plan.Enabled.ValueBool() || tfkit.Moved(plan.ConnectorID, state.ConnectorID) {
		return
	}
	switch {
	case disabled != nil && !state.Enabled.ValueBool():
		resp.Diagnostics.AddAttributeWarning(
			path.Root("enabled"),
			fmt.Sprintf("Webhook endpoint %s was disabled", state.Name.String()),
			fmt.Sprintf("At %s it answered the event %s with 410 (gone), and the platform disabled it. This plan "+
				"enables it again, and what waits is delivered, that event included. "+
				"If the receiver is gone for good, set enabled = false, or remove the endpoint.",
				rfc3339(disabled.At), disabled.By),
		)
	case failing != nil && state.Enabled.ValueBool() && plan.URL.Equal(state.URL):
		resp.Diagnostics.AddAttributeWarning(
			path.Root("url"),
			fmt.Sprintf("Deliveries to %s are not accepted", state.Name.String()),
			fmt.Sprintf("None was accepted since %s. The last attempt, at %s: %s. Each event is tried for about "+
				"three days; the first one that is accepted ends this warning, "+
				"and POST /v1/%[4]s/%[5]s/test-events sends one. The records of all: GET /v1/%[4]s/%[5]s/deliveries.",
				rfc3339(failing.Since), rfc3339(failing.At), failing.Detail, kind.Path, state.ID.ValueString()),
		)
	}
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// note stores what the next plan warns about.
func note(ctx context.Context, private tfkit.PrivateWriter, e *api.WebhookEndpoint, diags *diag.Diagnostics) {
	tfkit.StorePrivate(ctx, private, disabledKey, e.Disabled, diags)
	tfkit.StorePrivate(ctx, private, failingKey, e.Failing, diags)
}

func (r *endpointResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	c := r.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	created := tfkit.Create(ctx, &r.ResourceBase, resp.Private, plan.subject(), plan.expand(),
		c.WebhookEndpoints().CreateClaimed, &resp.Diagnostics)
	if created == nil {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(flatten(created)))...)
}

// Read removes the endpoint from the state only if the platform itself says not_found.
func (r *endpointResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientToRead(ctx, req.Private, state.Tenant, state.Environment, &resp.Diagnostics)
	if c == nil {
		return
	}
	claim := tfkit.ClaimOf(ctx, req.Private, &resp.Diagnostics)
	found, err := c.WebhookEndpoints().GetClaimed(ctx, state.ID.ValueString(), claim)
	if r.Gone(ctx, err, req.Private, &resp.Diagnostics) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		r.Report(&resp.Diagnostics, err, state.subject())
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	next := flatten(found)
	next.Common = next.ReadOver(state.Common)
	resp.Diagnostics.Append(resp.State.Set(ctx, next)...)
	note(ctx, resp.Private, found, &resp.Diagnostics)
}

func (r *endpointResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientFor(ctx, req.Private, state.Tenant, state.Environment, &resp.Diagnostics)
	if c == nil {
		return
	}
	changed, err := c.WebhookEndpoints().Patch(ctx, state.ID.ValueString(), plan.expandPatch(state), client.Write{})
	if err != nil {
		r.Report(&resp.Diagnostics, err, plan.subject())
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(flatten(changed)))...)
	note(ctx, resp.Private, changed, &resp.Diagnostics)
}

func (r *endpointResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	tfkit.Remove(ctx, &r.ResourceBase, req, resp, tfkit.Subject{Type: kind.Terraform, Referred: true},
		(*client.Client).WebhookEndpoints)
}

func (r *endpointResource) ImportState(
	ctx context.Context,
	req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	tfkit.Import(ctx, &r.ResourceBase, req, resp, kind, (*client.Client).WebhookEndpoints)
}
