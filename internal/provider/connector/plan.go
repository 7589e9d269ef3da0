package connector

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/writeonly"
)

// ModifyPlan decides whether the configured credentials are sent, and plans an update if they are. It depends on
// configuration, prior state, private state and the comparison key, and on nothing else.
func (r *connectorResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	defer r.Guard(ctx, api.Connectors, req, resp)
	if !r.BelongsHere(ctx, req.Private, req.State, &resp.Diagnostics) {
		return
	}
	if req.State.Raw.IsNull() {
		r.PlanHome(ctx, &resp.Plan, &resp.Diagnostics)
		return // a creation, where everything else that is computed is unknown
	}
	var config, plan, state model
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); req.Plan.Raw.IsNull() {
		warnEnds(&resp.Diagnostics, state, "destroyed")
		return
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	writeonly.NotePlanned(ctx, resp.Private, config.CredentialsWO.IsNull(), &resp.Diagnostics)
	last := writeonly.LoadApplied(ctx, req.Private, &resp.Diagnostics)
	hold := loadHold(ctx, req.Private, &resp.Diagnostics)
	loadPreviousUse(ctx, req.Private, &resp.Diagnostics).warn(&resp.Diagnostics, state.Name.ValueString())
	if resp.Diagnostics.HasError() {
		return
	}
	if tfkit.ReplacesName(plan.NamePrefix, state.NamePrefix, state.Name) {
		warnEnds(&resp.Diagnostics, state, "replaced", tfkit.IfStopped)
		return // nothing is known about the credentials of the connector that follows
	}
	r.Session().PlanAllowedScopes(state.ID, plan.AllowedScopes)
	// What the framework leaves open is no difference by itself: a date may be spelled otherwise, and mean the same.
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan.withCredentialsOf(state))...)
	differs := !resp.Plan.Raw.Equal(req.State.Raw)
	f, _ := factsOf(r.Session(), config.CredentialsWO, plan, state, last)
	if writeonly.Unseen(f) {
		r.Session().WarnUnseen(&resp.Diagnostics)
	}
	if refuseTypeOnHold(&resp.Diagnostics, plan, state, hold) {
		return
	}
	d, because := writeonly.Decide(f)
	r.warn(&resp.Diagnostics, plan, state, hold, f, d, because)
	if hold != nil {
		d = writeonly.Keep
	}
	typeMayChange := !plan.Type.Equal(state.Type)
	switch {
	case d != writeonly.Keep || (differs && hold == nil && (typeMayChange || writeonly.MaySend(f))):
		if d == writeonly.Keep && !typeMayChange {
			writeonly.WarnOpen(&resp.Diagnostics, f, "credentials_wo", state.Name)
		}
		plan = plan.withCredentialsUnknown()
	case differs:
		plan = plan.withCredentialsKept(state)
	default:
		return
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// withCredentialsKept has the credentials of the state. What says how old they may get may move their dates.
func (m model) withCredentialsKept(state model) model {
	m = m.withCredentialsOf(state)
	if !m.RotationPolicyID.Equal(state.RotationPolicyID) || !m.ExpireAt.Equal(state.ExpireAt) {
		m.CredentialsDueAt, m.CredentialsStatus = types.StringUnknown(), types.StringUnknown()
	}
	if !m.Settings.Equal(state.Settings) { // the platform begins anew
		m.RefreshStatus, m.RefreshReason = types.StringUnknown(), types.StringUnknown()
	}
	return m
}

func (m model) withCredentialsUnknown() model {
	m.Version = types.Int64Unknown()
	m.CredentialsDigest = types.StringUnknown()
	m.CredentialsSetAt = types.StringUnknown()
	m.CredentialsDueAt = types.StringUnknown()
	m.CredentialsStatus = types.StringUnknown()
	m.RefreshStatus, m.RefreshReason = types.StringUnknown(), types.StringUnknown()
	return m
}

func (m model) withCredentialsOf(state model) model {
	m.Version = state.Version
	m.CredentialsDigest = state.CredentialsDigest
	m.CredentialsSetAt = state.CredentialsSetAt
	m.CredentialsDueAt = state.CredentialsDueAt
	m.CredentialsStatus = state.CredentialsStatus
	m.RefreshStatus, m.RefreshReason = state.RefreshStatus, state.RefreshReason
	return m
}
