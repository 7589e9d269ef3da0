package guardrailexemption

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var (
	_ resource.ResourceWithIdentity    = (*exemptionResource)(nil)
	_ resource.ResourceWithConfigure   = (*exemptionResource)(nil)
	_ resource.ResourceWithImportState = (*exemptionResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*exemptionResource)(nil)
)

type exemptionResource struct{ tfkit.ResourceBase }

// NewResource makes the managed resource.
func NewResource() resource.Resource { return &exemptionResource{} }

func (r *exemptionResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = kind.Terraform
}

func (r *exemptionResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = resourceSchema()
}

// ModifyPlan warns of the exemption in every plan.
func (r *exemptionResource) ModifyPlan(
	ctx context.Context,
	req resource.ModifyPlanRequest,
	resp *resource.ModifyPlanResponse,
) {
	if !r.BelongsHere(ctx, req.Private, req.State, &resp.Diagnostics) {
		return
	}
	if !req.Plan.Raw.Equal(req.State.Raw) {
		r.Session().NeedToPlan(&resp.Diagnostics, kind.WritePermission(), "guardrail exemptions")
	}
	if req.Plan.Raw.IsNull() {
		return
	}
	if req.State.Raw.IsNull() {
		r.PlanHome(ctx, &resp.Plan, &resp.Diagnostics)
	}
	var plan model
	if resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...); resp.Diagnostics.HasError() {
		return
	}
	summary := fmt.Sprintf("Exemption from the guardrail %s: %s %q", plan.Rule.ValueString(), plan.Kind.ValueString(),
		plan.Name.ValueString())
	resp.Diagnostics.AddWarning(summary, fmt.Sprintf(
		"%s %q may break the guardrail %s until %s: %q. Remove the exemption as soon as the object needs it no more, or "+
			"once it has ended.", plan.Kind.ValueString(), plan.Name.ValueString(), plan.Rule.ValueString(),
		plan.ExpiresAt.ValueString(), plan.Reason.ValueString()))
}

func (r *exemptionResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	c := r.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	e, err := c.GuardrailExemptions().Create(ctx, api.GuardrailExemptionCreate{
		Kind: plan.Kind.ValueString(), Name: plan.Name.ValueString(), Rule: plan.Rule.ValueString(),
		Reason: plan.Reason.ValueString(), ExpiresAt: plan.ExpiresAt.ValueString(),
	})
	if err != nil {
		r.Report(&resp.Diagnostics, err, plan.subject())
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	made := flatten(e)
	plan.ID, plan.CreatedAt, plan.Tenant, plan.Environment = made.ID, made.CreatedAt, made.Tenant, made.Environment
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	tfkit.Identify(ctx, resp.Identity, plan.common(), &resp.Diagnostics)
}

// Read removes the exemption from the state only if the platform itself says not_found.
func (r *exemptionResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientToRead(ctx, req, resp, state.common())
	if c == nil {
		return
	}
	e, err := c.GuardrailExemptions().Get(ctx, state.ID.ValueString())
	if r.Gone(ctx, err, req.Private, &resp.Diagnostics) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		r.Report(&resp.Diagnostics, err, state.subject())
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, flatten(e))...)
}

func (r *exemptionResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientToUpdate(ctx, req, resp, state.common())
	if c == nil {
		return
	}
	in := api.GuardrailExemptionPatch{
		Reason:    tfkit.ChangedString(plan.Reason, state.Reason),
		ExpiresAt: tfkit.ChangedString(plan.ExpiresAt, state.ExpiresAt),
	}
	if _, err := c.GuardrailExemptions().Patch(ctx, state.ID.ValueString(), in, client.Write{}); err != nil {
		r.Report(&resp.Diagnostics, err, plan.subject())
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *exemptionResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	tfkit.Remove(ctx, &r.ResourceBase, req, resp, tfkit.Subject{Type: kind.Terraform},
		(*client.Client).GuardrailExemptions)
}

// ImportState takes the id of the exemption, or the name of its object where that has one exemption only.
func (r *exemptionResource) ImportState(
	ctx context.Context,
	req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	tfkit.Import(ctx, &r.ResourceBase, req, resp, kind, (*client.Client).GuardrailExemptions)
}
