package scopedtoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
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
		protect(&resp.Diagnostics, state, "destroys")
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !plan.ConnectorID.Equal(state.ConnectorID) {
		protect(&resp.Diagnostics, state, "replaces")
		return // another token follows: of its version and rotation nothing is known
	}

	p, w := state.prior(ctx, &resp.Diagnostics), plan.wanted()
	d := decide(p, w)
	if d.refused != nil {
		d.refused.report(&resp.Diagnostics)
		return
	}
	// The framework marks every computed value unknown as soon as anything differs, and none if nothing does. Both are wrong
	// here: so what is known of version and rotation is always set.
	version, rotation := state.Version, state.Rotation
	switch {
	case d.open:
		version, rotation = types.Int64Unknown(), types.ObjectUnknown(rotationTypes())
	case d.step != "":
		version = types.Int64Value(d.after.version)
		rotation = plannedRotation(d.after).object(ctx, &resp.Diagnostics)
	}
	if !version.Equal(plan.Version) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("version"), version)...)
	}
	if !rotation.Equal(plan.Rotation) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("rotation"), rotation)...)
	}
	if d.open {
		return // the same function decides once the values are known, and this runs again then
	}
	warn(&resp.Diagnostics, state.Name.ValueString(), p, rotationOf(ctx, state.Rotation, &resp.Diagnostics), holdOf(ctx, req.Private, &resp.Diagnostics), w, d)
}

func protect(diags *diag.Diagnostics, state model, verb string) {
	if state.DeletionProtection.ValueBool() {
		diags.AddAttributeError(path.Root("deletion_protection"), "Token protected from deletion",
			"This plan "+verb+" the scoped token "+state.Name.String()+", which has deletion_protection = true. If that is meant, set deletion_protection = false, apply that first, and plan again.")
	}
}

func (r refusal) report(diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root(r.attribute), r.summary, r.detail)
}

// What the private state remembers between a read and the next apply.
const (
	keyEtag = "etag"
	keyHold = "hold"
)

// remember keeps what later plans need of an answer: the etag that a step must meet, and who holds the token and why.
func remember(ctx context.Context, private tfkit.PrivateWriter, t *api.ScopedToken, diags *diag.Diagnostics) {
	tfkit.StorePrivate(ctx, private, keyEtag, &t.Etag, diags)
	tfkit.StorePrivate(ctx, private, keyHold, t.Hold, diags)
}

// etagOf is empty where the state has none; a step is then refused until a refresh.
func etagOf(ctx context.Context, private tfkit.PrivateReader, diags *diag.Diagnostics) string {
	if etag := tfkit.LoadPrivate[string](ctx, private, keyEtag, diags); etag != nil {
		return *etag
	}
	return ""
}

func holdOf(ctx context.Context, private tfkit.PrivateReader, diags *diag.Diagnostics) *api.Hold {
	return tfkit.LoadPrivate[api.Hold](ctx, private, keyHold, diags)
}
