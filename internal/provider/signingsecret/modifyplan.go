package signingsecret

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rotate"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/writeonly"
)

// kind is a signing secret in the words of descriptions and messages.
var kind = rotate.Kind{
	Kind:   api.SigningSecrets,
	Short:  "signing secret",
	Secret: "secret",
	Awaiting: "The next apply promotes it after the receiver accepted it (2xx) and refused a forged event (any 4xx " +
		"except 408, 410, 425 and 429), or after an acknowledgement.",
	Ends: "signs nothing",
	EndsNow: "Remove it from the receiver at the same time: otherwise the receiver continues to accept what a thief " +
		"signs with it.",
	Unused: "never proven",
	Fails:  "Deliveries are refused, and tried again, until the receiver has the new one.",
	Reissues: ", or the new value of `secret_wo` sent. Deliveries are signed by that alone then, and fail until the " +
		"receiver knows it; they are tried again for about three days",
	UsedTogether: true,
}

// ModifyPlan puts the step of this apply into the plan. It depends on the configuration, the prior state, the private
// state and the comparison key, and uses no clock and no platform: Terraform plans again at apply time, and both plans
// must be the same.
func (r *secretResource) ModifyPlan(
	ctx context.Context,
	req resource.ModifyPlanRequest,
	resp *resource.ModifyPlanResponse,
) {
	defer r.Guard(ctx, api.SigningSecrets, req, resp)
	if req.State.Raw.IsNull() {
		tfkit.RefuseReplacement(ctx, req.Private, kind.Singular, &resp.Diagnostics)
		r.PlanHome(ctx, &resp.Plan, &resp.Diagnostics)
		return // a creation: the platform chooses the number
	}
	if !r.BelongsHere(ctx, req.Private, req.State, &resp.Diagnostics) {
		return
	}
	var config, plan, state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if req.Plan.Raw.IsNull() {
		rotate.WarnDestroyed(ctx, kind, state.rotated(), &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	writeonly.NotePlanned(ctx, resp.Private, config.SecretWO.IsNull(), &resp.Diagnostics)
	last := writeonly.LoadApplied(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	notes := rotate.LoadNotes(ctx, req.Private, &resp.Diagnostics)
	facts := factsOf(r.Session(), config.SecretWO, plan.SecretWOVersion, state, last)
	tfkit.NoteProtection(ctx, resp.Private, state.Name, state.DeletionProtection, &resp.Diagnostics)
	if tfkit.Moved(plan.EndpointID, state.EndpointID) || tfkit.Moved(plan.Algorithm, state.Algorithm) ||
		tfkit.ReplacesName(plan.NamePrefix, state.NamePrefix, state.Name) {
		rotate.WarnReplaced(ctx, kind, state.rotated(), withoutReplacement(plan, state), &resp.Diagnostics)
		refuseRevoked(&resp.Diagnostics, facts, notes)
		return // nothing is known about version and rotation of the signing secret that follows
	}

	if writeonly.Unseen(facts) {
		r.Session().WarnUnseen(&resp.Diagnostics)
	}
	supply := supplyOf(facts, notes)
	change := rotate.Decide(ctx, kind, state.rotated(), plan.rotated(), supply, notes, &resp.Diagnostics)
	if change.Refused(&resp.Diagnostics) {
		return
	}
	unknown := change.Plan(ctx, &plan.Model, changes(ctx, req, resp, plan, state), &resp.Diagnostics)
	plan = plan.withValuesOf(state, change, unknown)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	change.Warn(&resp.Diagnostics)
	if change.Unknown() {
		return
	}
	warnAdopted(&resp.Diagnostics, plan, state, facts)
	if unknown && !change.SendsValue() {
		writeonly.WarnOpen(&resp.Diagnostics, facts, "secret_wo", state.Name)
	}
}

// changes reports whether a plan changes something besides the step. What the framework leaves open is no difference by
// itself: a name_prefix may be the beginning of the name.
func changes(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, plan, state model,
) bool {
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan.withComputedOf(state))...)
	return !resp.Plan.Raw.Equal(req.State.Raw)
}

// withValuesOf keeps what follows from the values of the versions, as far as the change leaves it.
func (m model) withValuesOf(state model, change rotate.Change, unknown bool) model {
	m.SecretDigest, m.PublicKeys = state.SecretDigest, state.PublicKeys
	if unknown || change.Steps() && (!state.SecretDigest.IsNull() || returns(m, state)) {
		m.SecretDigest = types.StringUnknown()
	}
	if (unknown || change.Steps()) && !state.PublicKeys.IsNull() {
		m.PublicKeys = types.ListUnknown(types.StringType)
	}
	return m
}

// withComputedOf has what the platform makes as the state has it.
func (m model) withComputedOf(state model) model {
	m.SecretDigest, m.PublicKeys = state.SecretDigest, state.PublicKeys
	m.Version, m.Handover, m.Rotation = state.Version, state.Handover, state.Rotation
	return m
}

// withoutReplacement says how to get another algorithm without a replacement; empty where that is not the reason.
func withoutReplacement(plan, state model) string {
	if !tfkit.Moved(plan.Algorithm, state.Algorithm) || tfkit.Moved(plan.EndpointID, state.EndpointID) {
		return ""
	}
	return "To change the algorithm without that, add a second signing secret with the other one to the endpoint, " +
		"give the receiver both, and remove this one when the receiver knows the new one."
}

// returns reports whether a step goes on to a version that existed before, but is not the state's: one that was rolled
// back. It may be a supplied one where the state's is not.
func returns(plan, state model) bool {
	next := func(m model) attr.Value { return m.Rotation.Attributes()["next_version"] }
	return !plan.Version.Equal(state.Version) && next(plan).Equal(next(state))
}
