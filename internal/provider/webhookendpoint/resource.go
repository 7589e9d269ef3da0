package webhookendpoint

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var (
	_ resource.ResourceWithIdentity    = (*endpointResource)(nil)
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

// note stores what the next plan warns about.
func note(ctx context.Context, private tfkit.PrivateWriter, e *api.WebhookEndpoint, diags *diag.Diagnostics) {
	tfkit.StorePrivate(ctx, private, disabledKey, e.Disabled, diags)
	tfkit.StorePrivate(ctx, private, failingKey, e.Failing, diags)
}

func (r *endpointResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	c := r.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	created := tfkit.Create(ctx, &r.ResourceBase, resp, plan.subject(), plan.expand(valuesOf(config)),
		c.WebhookEndpoints().CreateClaimed)
	if created == nil {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(flatten(created)))...)
	for what, left := range appliedOf(created) {
		tfkit.StorePrivate(ctx, resp.Private, keyOf(what), left, &resp.Diagnostics)
	}
}

// reading is how an endpoint is read.
var reading = tfkit.Reading[api.WebhookEndpoint, model]{
	Reads:   func(c *client.Client) tfkit.Refreshes[api.WebhookEndpoint] { return c.WebhookEndpoints() },
	Common:  func(m model) tfkit.Common { return m.Common },
	Subject: model.subject,
	Observe: func(
		ctx context.Context, found *api.WebhookEndpoint, state model, private tfkit.Private, diags *diag.Diagnostics,
	) model {
		tfkit.WarnDeleting(kind, found.ID, found.Name, found.Deletion, diags)
		tfkit.WarnUses(kind, found.Name, found.Uses, diags)
		note(ctx, private, found, diags)
		for what, left := range appliedOf(found) {
			if loadApplied(ctx, private, what, diags) == nil {
				left.Imported = true
				tfkit.StorePrivate(ctx, private, keyOf(what), left, diags)
			}
		}
		return read(found, state)
	},
}

func (r *endpointResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	reading.Read(ctx, &r.ResourceBase, req, resp)
}

func (r *endpointResource) Unchanged(ctx context.Context, has tfkit.Stored) (after context.Context, identity []byte) {
	return reading.Unchanged(ctx, &r.ResourceBase, r, has)
}

func (r *endpointResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientToUpdate(ctx, req, resp, state.Common)
	if c == nil {
		return
	}
	// The values that are configured now decide what is sent.
	config = config.withoutIgnored(ctx, req.Private, &resp.Diagnostics)
	a := argumentsOf(ctx, r.Session(), req.Private, config, plan, state, &resp.Diagnostics)
	patch := plan.expandPatch(state, a.sent(plan, config))
	changed, err := c.WebhookEndpoints().Patch(ctx, state.ID.ValueString(), patch, client.Write{})
	if err != nil {
		r.Report(&resp.Diagnostics, err, plan.subject())
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(flatten(changed)))...)
	note(ctx, resp.Private, changed, &resp.Diagnostics)
	a.keep(ctx, resp.Private, patch, changed, &resp.Diagnostics)
}

func (r *endpointResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	tfkit.RemoveWhenUnused(ctx, &r.ResourceBase, req, resp, kind, (*client.Client).WebhookEndpoints)
}

func (r *endpointResource) ImportState(
	ctx context.Context,
	req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	tfkit.Import(ctx, &r.ResourceBase, req, resp, kind, (*client.Client).WebhookEndpoints)
}
