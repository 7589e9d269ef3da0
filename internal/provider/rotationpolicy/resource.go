package rotationpolicy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var (
	_ resource.ResourceWithConfigure      = (*policyResource)(nil)
	_ resource.ResourceWithImportState    = (*policyResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*policyResource)(nil)
	_ resource.ResourceWithValidateConfig = (*policyResource)(nil)
)

type policyResource struct{ tfkit.ResourceBase }

// NewResource makes the resource quickconnect_rotation_policy.
func NewResource() resource.Resource { return &policyResource{} }

// Metadata says what it is called.
func (r *policyResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

// Schema says what it takes.
func (r *policyResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = resourceSchema()
}

// ValidateConfig checks the durations against each other, as far as they are known.
func (r *policyResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m model
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); resp.Diagnostics.HasError() {
		return
	}
	// What is not known counts as something that is never wrong.
	or := func(v types.String, otherwise string) string {
		if v.IsNull() || v.IsUnknown() {
			return otherwise
		}
		return v.ValueString()
	}
	field, err := api.CheckRotationPolicy(or(m.Interval, "1s"), or(m.Overlap, api.DefaultOverlap), or(m.MaxStage, api.DefaultMaxStage),
		or(m.MaxAge, ""), or(m.OnStageTimeout, api.DefaultOnStageTimeout), or(m.QuietPeriod, ""))
	if err == nil {
		return
	}
	// A text that is no duration at all has its error from the attribute's own validator.
	if v, ok := map[string]types.String{
		"interval": m.Interval, "overlap": m.Overlap, "max_stage": m.MaxStage, "max_age": m.MaxAge, "quiet_period": m.QuietPeriod,
	}[field]; ok {
		if _, malformed := api.ParseDuration(v.ValueString()); malformed != nil {
			return
		}
	}
	tfkit.Invalid(&resp.Diagnostics, path.Root(field), err)
}

// ModifyPlan refuses a state that belongs elsewhere, which a plan without a refresh would not notice.
func (r *policyResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	r.BelongsHere(ctx, req.State, &resp.Diagnostics)
}

// Create makes the policy.
func (r *policyResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	c := r.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	created, err := c.RotationPolicies().Create(ctx, plan.expand())
	if err != nil {
		r.Report(&resp.Diagnostics, err, plan.subject())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(flatten(created)))...)
}

// Read brings the state up to date. Only the platform's own not_found removes the policy from it.
func (r *policyResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientFor(state.Tenant, state.Environment, &resp.Diagnostics)
	if c == nil {
		return
	}
	p, err := c.RotationPolicies().Get(ctx, state.ID.ValueString())
	if client.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		r.Report(&resp.Diagnostics, err, state.subject())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, flatten(p))...)
}

// Update changes the policy in place.
func (r *policyResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientFor(state.Tenant, state.Environment, &resp.Diagnostics)
	if c == nil {
		return
	}
	p, err := c.RotationPolicies().Patch(ctx, state.ID.ValueString(), plan.expandPatch(state), client.Write{})
	if err != nil {
		r.Report(&resp.Diagnostics, err, plan.subject())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(flatten(p)))...)
}

// Delete deletes the policy.
func (r *policyResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	tfkit.Remove(ctx, &r.ResourceBase, req, resp, tfkit.Subject{Type: typeName, Referred: true},
		(*client.Client).RotationPolicies)
}

// ImportState takes a name or an id.
func (r *policyResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	tfkit.Import(ctx, &r.ResourceBase, req, resp, typeName, "pol_", (*client.Client).RotationPolicies)
}
