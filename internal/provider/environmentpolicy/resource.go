package environmentpolicy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var (
	_ resource.ResourceWithIdentity       = (*policyResource)(nil)
	_ resource.ResourceWithConfigure      = (*policyResource)(nil)
	_ resource.ResourceWithImportState    = (*policyResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*policyResource)(nil)
	_ resource.ResourceWithValidateConfig = (*policyResource)(nil)
)

type policyResource struct{ tfkit.ResourceBase }

// NewResource makes the managed resource.
func NewResource() resource.Resource { return &policyResource{} }

func (r *policyResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = kind.Terraform
}

func (r *policyResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = resourceSchema()
}

// ValidateConfig checks the rules as soon as all of them are known.
func (r *policyResource) ValidateConfig(
	ctx context.Context,
	req resource.ValidateConfigRequest,
	resp *resource.ValidateConfigResponse,
) {
	if !req.Config.Raw.IsFullyKnown() {
		return
	}
	var m model
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); resp.Diagnostics.HasError() {
		return
	}
	for _, w := range api.CheckRules(m.rules(ctx, &resp.Diagnostics)) {
		tfkit.Invalid(&resp.Diagnostics, path.Root(w.Where), w.Err)
	}
}

func (r *policyResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	rules := plan.rules(ctx, &resp.Diagnostics)
	c := r.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p, err := c.EnvironmentPolicies().Create(ctx, rules)
	if err != nil {
		r.Report(&resp.Diagnostics, err, subject)
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	plan.ID, plan.CreatedAt = tfkit.Flatten(p.AsObject()).ID, tfkit.TimeValue(&p.CreatedAt)
	plan.Tenant, plan.Environment = tfkit.Flatten(p.AsObject()).Tenant, tfkit.Flatten(p.AsObject()).Environment
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	tfkit.Identify(ctx, resp.Identity, plan.common(), &resp.Diagnostics)
}

// Read removes the policy from the state only if the platform itself says not_found.
func (r *policyResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientToRead(ctx, req, resp, state.common())
	if c == nil {
		return
	}
	p, err := c.EnvironmentPolicies().Get(ctx, state.ID.ValueString())
	if r.Gone(ctx, err, req.Private, &resp.Diagnostics) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		r.Report(&resp.Diagnostics, err, subject)
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, flatten(ctx, p, &resp.Diagnostics))...)
}

func (r *policyResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	rules := plan.rules(ctx, &resp.Diagnostics)
	c := r.ClientToUpdate(ctx, req, resp, state.common())
	if c == nil || resp.Diagnostics.HasError() {
		return
	}
	if _, err := c.EnvironmentPolicies().Replace(ctx, state.ID.ValueString(), rules, client.Write{}); err != nil {
		r.Report(&resp.Diagnostics, err, subject)
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *policyResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientFor(ctx, req.Private, state.Tenant, state.Environment, &resp.Diagnostics)
	if c == nil {
		return
	}
	err := c.EnvironmentPolicies().Delete(ctx, state.ID.ValueString())
	if err != nil && !r.Gone(ctx, err, req.Private, &resp.Diagnostics) {
		r.Report(&resp.Diagnostics, err, subject)
	}
}

// ImportState takes the id of the policy, or the name of the environment, which has one at most.
func (r *policyResource) ImportState(
	ctx context.Context,
	req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	tfkit.Import(ctx, &r.ResourceBase, req, resp, kind, (*client.Client).EnvironmentPolicies)
}
