package scopedtoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// update is one run of Update: at most one PATCH, then at most one step.
type update struct {
	resource    *tokenResource
	client      *client.Client
	plan, state model
	resp        *resource.UpdateResponse

	prior    prior
	decision decision
	etag     string // what the step must meet
	patched  bool
}

func (u *update) run(ctx context.Context) {
	diags := &u.resp.Diagnostics
	u.prior = u.state.prior(ctx, diags)
	u.decision = decide(u.prior, u.plan.wanted())
	u.etag = etagOf(ctx, u.resp.Private, diags)
	if diags.HasError() {
		return
	}
	if u.decision.refused != nil {
		u.decision.refused.report(diags)
		return
	}
	if u.decision.guarded() && u.etag == "" {
		diags.AddError("Plan made without a refresh", "The state does not say which change of the token it has seen last, so a step of its rotation cannot be taken safely. Run terraform plan without -refresh=false and apply that plan.")
		return
	}

	answer, ok := u.patch(ctx)
	if !ok {
		return
	}
	if verb := u.decision.verb(); verb != "" && !u.alreadyDone(answer) {
		if answer, ok = u.step(ctx, verb, answer); !ok {
			return
		}
	}
	u.store(ctx, answer)
}

// patch changes the attributes. Where a step follows or minimum_version is raised, only if the token is still the one that the plan saw.
func (u *update) patch(ctx context.Context) (*api.ScopedToken, bool) {
	in := u.plan.patch(u.state)
	in.RotationRequested = u.decision.requested
	if in == (api.ScopedTokenPatch{}) {
		return nil, true
	}
	var w client.Write
	if u.decision.guarded() {
		w.IfMatch = u.etag
	}
	t, err := u.client.PatchScopedToken(ctx, u.state.ID.ValueString(), in, w)
	if err != nil {
		u.fail(err)
		return nil, false
	}
	u.patched = true
	if u.decision.step == "" {
		return t, true
	}
	// From here on something can still fail. What the platform has now is then the truth, with the etag that goes with it.
	u.etag = t.Etag
	u.storeAnswer(ctx, t)
	if u.decision.step == stepMinimumVersion && !u.landed(t) {
		u.moved("The versions are not what the plan said: the platform ended a phase at its deadline in between. minimum_version is in force all the same.")
		return nil, false
	}
	return t, !u.resp.Diagnostics.HasError()
}

// alreadyDone reports whether the platform itself took the step at its deadline, as the answer of the PATCH shows. The PATCH met
// the token that the plan saw, so nothing but deadlines can have come in between.
func (u *update) alreadyDone(patched *api.ScopedToken) bool {
	if patched == nil {
		return false
	}
	n := numbersOf(patched)
	switch u.decision.step {
	case api.StepPromote:
		return n.pending == 0 && n.current == u.decision.after.current
	case api.StepRetire:
		return n.previous == 0 && n.current == u.decision.after.current
	}
	return false
}

// landed reports whether the PATCH left the versions that the plan said.
func (u *update) landed(t *api.ScopedToken) bool {
	return numbersOf(t) == u.decision.after
}

func (u *update) step(ctx context.Context, verb string, patched *api.ScopedToken) (*api.ScopedToken, bool) {
	if patched != nil && u.decision.issues(u.prior) && patched.Rotation.NextVersion != u.prior.next {
		u.moved("The new name had a token before, whose version numbers are continued: the next version is not the one in the plan.")
		return nil, false
	}
	t, err := u.client.StepScopedToken(ctx, u.state.ID.ValueString(), verb, api.StepRequest{}, client.Write{IfMatch: u.etag})
	if err != nil {
		u.fail(err)
		if u.patched {
			u.resp.Diagnostics.AddWarning("Attributes changed, step not taken", "The other changes of this token were made and are in the state; the rotation step "+verb+" was not taken.")
		}
		return nil, false
	}
	return t, true
}

// store writes what was planned, and from the answer what the plan left open.
func (u *update) store(ctx context.Context, answer *api.ScopedToken) {
	diags := &u.resp.Diagnostics
	answered := u.state
	if answer != nil {
		answered = flatten(ctx, answer, u.plan.ExpiresAt, diags)
	}
	next := u.plan.planned(ctx, answered, diags)
	diags.Append(u.resp.State.Set(ctx, next)...)
	// The etag vouches for the state that it is stored with. Where the token has moved on, the old one stays, so that a plan
	// without a refresh, which would build on the numbers of this state, is refused.
	if answer != nil && numbersOf(answer) == next.prior(ctx, diags).numbers {
		remember(ctx, u.resp.Private, answer, diags)
	}
}

func (u *update) storeAnswer(ctx context.Context, t *api.ScopedToken) {
	diags := &u.resp.Diagnostics
	diags.Append(u.resp.State.Set(ctx, flatten(ctx, t, u.plan.ExpiresAt, diags))...)
	remember(ctx, u.resp.Private, t, diags)
}

func (u *update) fail(err error) {
	u.resource.Report(&u.resp.Diagnostics, err, u.plan.subject())
}

func (u *update) moved(what string) {
	u.resp.Diagnostics.AddError("Changed since the plan", what+" What the platform has now is in the state. Run terraform plan again and apply that plan.")
}
