package workloadidentity

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var (
	_ resource.ResourceWithIdentity       = (*identityResource)(nil)
	_ resource.ResourceWithConfigure      = (*identityResource)(nil)
	_ resource.ResourceWithImportState    = (*identityResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*identityResource)(nil)
	_ resource.ResourceWithValidateConfig = (*identityResource)(nil)
)

type identityResource struct{ tfkit.ResourceBase }

// NewResource makes the managed resource.
func NewResource() resource.Resource { return &identityResource{} }

func (r *identityResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = kind.Terraform
}

func (r *identityResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = resourceSchema()
}

// ValidateConfig checks the claims that the preset requires, as far as they are known.
func (r *identityResource) ValidateConfig(
	ctx context.Context,
	req resource.ValidateConfigRequest,
	resp *resource.ValidateConfigResponse,
) {
	var m managed
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); resp.Diagnostics.HasError() || m.Preset.IsUnknown() {
		return
	}
	if m.Issuer.IsNull() {
		if err := api.CheckIssuerGiven(m.Preset.ValueString(), ""); err != nil {
			tfkit.Invalid(&resp.Diagnostics, path.Root("issuer"), err)
		}
	}
	if m.Claims.IsNull() || m.Claims.IsUnknown() {
		return
	}
	for _, w := range api.CheckClaims(m.Preset.ValueString(), m.Issuer.ValueString(), tfkit.StringMap(m.Claims)) {
		tfkit.Invalid(&resp.Diagnostics, path.Root(w.Where), w.Err)
	}
}

// ModifyPlan refuses a state of another environment, which a plan without a refresh would not notice, and warns of what
// the provider may not do, and of what would end its own identity.
func (r *identityResource) ModifyPlan(
	ctx context.Context,
	req resource.ModifyPlanRequest,
	resp *resource.ModifyPlanResponse,
) {
	defer r.Guard(ctx, api.WorkloadIdentities, req, resp)
	if req.State.Raw.IsNull() {
		r.PlanHome(ctx, &resp.Plan, &resp.Diagnostics)
		r.warnOfPlan(ctx, req, resp)
		return
	}
	if r.BelongsHere(ctx, req.Private, req.State, &resp.Diagnostics) {
		r.warnOfPlan(ctx, req, resp)
	}
}

func (r *identityResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan managed
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	c := r.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	created := tfkit.Create(ctx, &r.ResourceBase, resp, plan.subject(), plan.expand(),
		c.WorkloadIdentities().CreateClaimed)
	if created == nil {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(flatten(created)))...)
}

// reading is how an identity is read.
var reading = tfkit.Reading[api.WorkloadIdentity, managed]{
	Reads:   func(c *client.Client) tfkit.Refreshes[api.WorkloadIdentity] { return c.WorkloadIdentities() },
	Common:  func(m managed) tfkit.Common { return m.Common },
	Subject: managed.subject,
	Observe: func(
		_ context.Context, w *api.WorkloadIdentity, state managed, _ tfkit.Private, _ *diag.Diagnostics,
	) managed {
		return read(w, state)
	},
}

func (r *identityResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	reading.Read(ctx, &r.ResourceBase, req, resp)
}

func (r *identityResource) Unchanged(ctx context.Context, has tfkit.Stored) (after context.Context, identity []byte) {
	return reading.Unchanged(ctx, &r.ResourceBase, r, has)
}

func (r *identityResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state managed
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientToUpdate(ctx, req, resp, state.Common)
	if c == nil {
		return
	}
	w, err := c.WorkloadIdentities().Patch(ctx, state.ID.ValueString(), plan.expandPatch(state), client.Write{})
	if err != nil {
		r.Report(&resp.Diagnostics, err, plan.subject())
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(flatten(w)))...)
}

func (r *identityResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	tfkit.Remove(ctx, &r.ResourceBase, req, resp, tfkit.Subject{Type: kind.Terraform},
		(*client.Client).WorkloadIdentities)
}

func (r *identityResource) ImportState(
	ctx context.Context,
	req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	tfkit.Import(ctx, &r.ResourceBase, req, resp, kind, (*client.Client).WorkloadIdentities)
}
