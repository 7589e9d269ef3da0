package rolebinding

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var (
	_ resource.ResourceWithIdentity    = (*bindingResource)(nil)
	_ resource.ResourceWithConfigure   = (*bindingResource)(nil)
	_ resource.ResourceWithImportState = (*bindingResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*bindingResource)(nil)
)

type bindingResource struct{ tfkit.ResourceBase }

// NewResource makes the managed resource.
func NewResource() resource.Resource { return &bindingResource{} }

func (r *bindingResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = kind.Terraform
}

func (r *bindingResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = resourceSchema()
}

// ModifyPlan refuses a state of another environment, and warns of what the provider may not do.
func (r *bindingResource) ModifyPlan(
	ctx context.Context,
	req resource.ModifyPlanRequest,
	resp *resource.ModifyPlanResponse,
) {
	if !r.BelongsHere(ctx, req.Private, req.State, &resp.Diagnostics) {
		return
	}
	if !req.Plan.Raw.Equal(req.State.Raw) {
		r.Session().NeedToPlan(&resp.Diagnostics, kind.WritePermission(), "role bindings")
	}
	if !req.Plan.Raw.IsNull() && req.State.Raw.IsNull() {
		r.PlanHome(ctx, &resp.Plan, &resp.Diagnostics)
	}
}

func (r *bindingResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	c := r.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	b, err := c.RoleBindings().Create(ctx, plan.expand())
	if err != nil {
		r.Report(&resp.Diagnostics, err, plan.subject())
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	made := flatten(b)
	plan.ID, plan.CreatedAt, plan.Tenant, plan.Environment = made.ID, made.CreatedAt, made.Tenant, made.Environment
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	tfkit.Identify(ctx, resp.Identity, plan.common(), &resp.Diagnostics)
}

// Read removes the binding from the state only if the platform itself says not_found.
func (r *bindingResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientToRead(ctx, req, resp, state.common())
	if c == nil {
		return
	}
	b, err := c.RoleBindings().Get(ctx, state.ID.ValueString())
	if r.Gone(ctx, err, req.Private, &resp.Diagnostics) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		r.Report(&resp.Diagnostics, err, state.subject())
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, flatten(b))...)
}

func (r *bindingResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientToUpdate(ctx, req, resp, state.common())
	if c == nil {
		return
	}
	in := api.RoleBindingPatch{
		Group: tfkit.ChangedString(plan.Group, state.Group), Email: tfkit.ChangedString(plan.Email, state.Email),
		Role: tfkit.ChangedString(plan.Role, state.Role),
	}
	if _, err := c.RoleBindings().Patch(ctx, state.ID.ValueString(), in, client.Write{}); err != nil {
		r.Report(&resp.Diagnostics, err, plan.subject())
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *bindingResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientFor(ctx, req.Private, state.Tenant, state.Environment, &resp.Diagnostics)
	if c == nil {
		return
	}
	err := c.RoleBindings().Delete(ctx, state.ID.ValueString())
	if err != nil && !r.Gone(ctx, err, req.Private, &resp.Diagnostics) {
		r.Report(&resp.Diagnostics, err, state.subject())
	}
}

// ImportState takes the id of the binding, or the group or the e-mail address where that has one binding only.
func (r *bindingResource) ImportState(
	ctx context.Context,
	req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	tfkit.Import(ctx, &r.ResourceBase, req, resp, kind, (*client.Client).RoleBindings)
}
