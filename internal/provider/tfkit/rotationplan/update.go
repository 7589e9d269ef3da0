package rotationplan

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// Answer is the part of an answer of the platform that an update looks at.
type Answer struct {
	Version  int64
	Rotation api.Rotation
	Notes    Notes
}

func (a Answer) numbers() numbers { return numbersOf(types.Int64Value(a.Version), flatten(a.Rotation)) }

// Vouches reports whether an answer stands where these planned attributes say. Only then may its etag be kept with them: where the object has moved on, the
// old one stays, so that a plan without a refresh, which would build on the numbers of this state, is refused.
func (a Answer) Vouches(ctx context.Context, version types.Int64, rotation types.Object, diags *diag.Diagnostics) bool {
	return a.numbers() == numbersOf(version, rotationOf(ctx, rotation, diags))
}

// Update is one run of a resource's Update: at most one PATCH, then at most one step. T is the platform's object.
type Update[T any] struct {
	Change Change
	Diags  *diag.Diagnostics

	// Patch changes the attributes; nil without an error where none differs.
	Patch func(ctx context.Context, w client.Write) (*T, error)
	// Step takes a step.
	Step func(ctx context.Context, verb string, w client.Write) (*T, error)
	// Look reads an answer.
	Look func(*T) Answer
	// Keep stores an answer as it is: something can still fail after it.
	Keep func(context.Context, *T)
	// Fail reports an error of the client.
	Fail func(error)
}

// Run carries the change out and returns the last answer; nil where nothing was to be asked. ok is false where it failed, which has been
// reported then.
func (u *Update[T]) Run(ctx context.Context) (answer *T, ok bool) {
	c := u.Change
	if u.Diags.HasError() || c.Refused(u.Diags) {
		return nil, false
	}
	etag := c.notes.Etag
	if c.decision.guarded() && etag == "" {
		u.Diags.AddError("Plan made without a refresh", "The state does not say which change of the "+c.noun.Short+" it has seen last, so a step of its rotation cannot be taken safely. Run terraform plan without -refresh=false and apply that plan.")
		return nil, false
	}
	answer, ok = u.patch(ctx, etag)
	if !ok {
		return nil, false
	}
	verb := c.decision.verb()
	if verb == "" || u.alreadyDone(answer) {
		return answer, true
	}
	return u.step(ctx, verb, etag, answer)
}

// patch changes the attributes. Where a step follows or minimum_version is raised, only if the object is still the one that the plan saw.
func (u *Update[T]) patch(ctx context.Context, etag string) (*T, bool) {
	d := u.Change.decision
	var w client.Write
	if d.guarded() {
		w.IfMatch = etag
	}
	t, err := u.Patch(ctx, w)
	if err != nil {
		u.Fail(err)
		return nil, false
	}
	if t == nil || d.step == "" {
		return t, true
	}
	// From here on something can still fail. What the platform has now is then the truth, with the etag that goes with it.
	u.Keep(ctx, t)
	if d.step == stepMinimumVersion && u.Look(t).numbers() != d.after {
		u.moved("The versions are not what the plan said: the platform ended a phase at its deadline in between. minimum_version is in force all the same.")
		return nil, false
	}
	return t, !u.Diags.HasError()
}

// alreadyDone reports whether the platform itself took the step at its deadline, as the answer of the PATCH shows. The PATCH met
// the object that the plan saw, so nothing but deadlines can have come in between.
func (u *Update[T]) alreadyDone(patched *T) bool {
	if patched == nil {
		return false
	}
	n, d := u.Look(patched).numbers(), u.Change.decision
	switch d.step {
	case api.StepPromote:
		return n.pending == 0 && n.current == d.after.current
	case api.StepRetire:
		return n.previous == 0 && n.current == d.after.current
	}
	return false
}

func (u *Update[T]) step(ctx context.Context, verb, etag string, patched *T) (*T, bool) {
	c := u.Change
	if patched != nil {
		now := u.Look(patched)
		if c.decision.issues(c.prior) && now.Rotation.NextVersion != c.prior.next {
			u.moved("The new name had a " + c.noun.Short + " before, whose version numbers are continued: the next version is not the one in the plan.")
			return nil, false
		}
		etag = now.Notes.Etag
	}
	t, err := u.Step(ctx, verb, client.Write{IfMatch: etag})
	if err != nil {
		u.Fail(err)
		if patched != nil {
			u.Diags.AddWarning("Attributes changed, step not taken", "The other changes of this "+c.noun.Short+" were made and are in the state; the rotation step "+verb+" was not taken.")
		}
		return nil, false
	}
	return t, true
}

func (u *Update[T]) moved(what string) {
	u.Diags.AddError("Changed since the plan", what+" What the platform has now is in the state. Run terraform plan again and apply that plan.")
}
