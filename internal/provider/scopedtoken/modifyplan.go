package scopedtoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/rotationplan"
)

// ModifyPlan puts the step of this apply into the plan. It knows the configuration, the prior state and the private state, and
// asks nobody: no clock, no platform.
func (r *tokenResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() {
		return // a creation: the platform chooses the number
	}
	if !r.BelongsHere(ctx, req.State, &resp.Diagnostics) {
		return
	}
	var plan, state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if req.Plan.Raw.IsNull() {
		tfkit.Protect(&resp.Diagnostics, noun.Name, state.Name, state.DeletionProtection, "destroys")
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !plan.ConnectorID.Equal(state.ConnectorID) {
		tfkit.Protect(&resp.Diagnostics, noun.Name, state.Name, state.DeletionProtection, "replaces")
		return // another token follows: of its version and rotation nothing is known
	}

	c := rotationplan.Decide(ctx, noun, state.Name.ValueString(), state.rotating(), plan.rotating(), rotationplan.Supply{},
		rotationplan.LoadNotes(ctx, req.Private, &resp.Diagnostics), &resp.Diagnostics)
	if c.Refused(&resp.Diagnostics) {
		return
	}
	version, rotation, _ := c.Planned(ctx, false, &resp.Diagnostics)
	if !version.Equal(plan.Version) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("version"), version)...)
	}
	if !rotation.Equal(plan.Rotation) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("rotation"), rotation)...)
	}
	if !c.Open() { // otherwise the same function decides once the values are known, and this runs again then
		c.Warn(&resp.Diagnostics)
	}
}

// noun is how a token is called in messages.
var noun = rotationplan.Noun{
	Name: "scoped token", Short: "token", Kind: api.KindScopedTokens,
	Awaiting: "It is promoted by the next apply after a consumer used it or somebody acknowledged it.",
	Ends:     "is refused",
	Fails:    "Whoever holds an old value fails until it has the new one.",
}
