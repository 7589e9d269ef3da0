package scopedtoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rotate"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// kind is a scoped token in the words of descriptions and messages.
var kind = rotate.Kind{
	Kind:     api.ScopedTokens,
	Short:    "token",
	Secret:   "token",
	Awaiting: "The next apply promotes it after a consumer used it, or after an acknowledgement.",
	Ends:     "is refused",
	Unused:   "never used",
	Fails:    "Whoever holds an old value fails until it has the new one.",
}

// ModifyPlan puts the step of this apply into the plan. It depends on the configuration, the prior state and the
// private state, and uses no clock and no platform: Terraform plans again at apply time, and both plans must be the
// same.
func (r *tokenResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	defer r.Guard(ctx, api.ScopedTokens, req, resp)
	if req.State.Raw.IsNull() {
		r.planCreation(ctx, req, resp)
		return
	}
	if !r.BelongsHere(ctx, req.Private, req.State, &resp.Diagnostics) {
		return
	}
	var plan, state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if req.Plan.Raw.IsNull() {
		rotate.WarnDestroyed(ctx, kind, state.rotated(), &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !plan.Scopes.Equal(state.Scopes) || tfkit.Moved(plan.ConnectorID, state.ConnectorID) {
		r.Session().WarnScopes(&resp.Diagnostics, plan.ConnectorID, plan.Scopes)
	}
	tfkit.NoteProtection(ctx, resp.Private, state.Name, state.DeletionProtection, &resp.Diagnostics)
	if tfkit.Moved(plan.ConnectorID, state.ConnectorID) ||
		tfkit.ReplacesName(plan.NamePrefix, state.NamePrefix, state.Name) {
		rotate.WarnReplaced(ctx, kind, state.rotated(), "", &resp.Diagnostics)
		return // nothing is known about version and rotation of the token that follows
	}

	notes := rotate.LoadNotes(ctx, req.Private, &resp.Diagnostics)
	change := rotate.Decide(ctx, kind, state.rotated(), plan.rotated(), rotate.Supply{}, notes, &resp.Diagnostics)
	if change.Refused(&resp.Diagnostics) {
		return
	}
	change.Plan(ctx, &plan.Model, false, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	change.Warn(&resp.Diagnostics)
}

// planCreation knows little of the token: the platform chooses its number.
func (r *tokenResource) planCreation(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	tfkit.RefuseReplacement(ctx, req.Private, kind.Singular, &resp.Diagnostics)
	r.PlanHome(ctx, &resp.Plan, &resp.Diagnostics)
	var plan model
	if resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...); !resp.Diagnostics.HasError() {
		r.Session().WarnScopes(&resp.Diagnostics, plan.ConnectorID, plan.Scopes)
	}
}
