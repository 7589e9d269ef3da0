package rotate

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Snapshot is the part of the platform's answer that an apply looks at.
type Snapshot struct {
	Version  int64
	Rotation api.Rotation
	Notes    Notes
}

func (a Snapshot) numbers() rotation.Numbers {
	return numbersOf(types.Int64Value(a.Version), flatten(a.Rotation))
}

// Matches reports whether an answer has the numbers of the model that is stored. Only then may its etag be stored with
// them. Otherwise the object has changed since the plan: with the old etag, a plan without a refresh, which builds on
// the numbers of this state, is refused.
func (a Snapshot) Matches(ctx context.Context, stored Model, diags *diag.Diagnostics) bool {
	return a.numbers() == numbersOf(stored.Version, rotationOf(ctx, stored.Rotation, diags))
}

// Call is the call that takes a step: its verb, and the etag that the object must have. An empty verb is no call.
type Call struct{ Verb, IfMatch string }

// Start returns the call that takes the step, as long as no PATCH comes before it. It adds an error and returns false
// if the change cannot be made.
func (c Change) Start(diags *diag.Diagnostics) (step Call, ok bool) {
	if diags.HasError() || c.Refused(diags) {
		return Call{}, false
	}
	if c.guarded() && c.notes.Etag == "" {
		diags.AddError("Plan made without a refresh",
			"The state does not say which change of "+c.named()+" it has seen last, so a step of its rotation "+
				"cannot be taken safely. Run terraform plan without -refresh=false and apply that plan.")
		return Call{}, false
	}
	if !c.Steps() || c.decision.step == rotation.StepMinimumVersion {
		return Call{}, true
	}
	return Call{Verb: string(c.decision.step), IfMatch: c.notes.Etag}, true
}

// PatchIfMatch is the etag that the object must have at the PATCH; empty for any. A step must meet the object that the
// plan saw, and so must a raised minimum_version.
func (c Change) PatchIfMatch() string {
	if c.guarded() {
		return c.notes.Etag
	}
	return ""
}

// Resume returns the call that is left after the PATCH, by its answer. It adds an error and returns false if the
// object is not what the plan said.
func (c Change) Resume(step Call, patched Snapshot, diags *diag.Diagnostics) (left Call, ok bool) {
	if diags.HasError() {
		return Call{}, false
	}
	if c.decision.step == rotation.StepMinimumVersion && patched.numbers() != c.decision.after {
		changedSincePlan(diags, c.named(), "The versions are not what the plan said: the platform ended a phase at its "+
			"deadline "+
			"in between. minimum_version is in force all the same.")
		return Call{}, false
	}
	if step.Verb == "" || c.alreadyDone(patched) {
		return Call{}, true
	}
	if c.issues() && patched.Rotation.NextVersion != c.prior.Next {
		changedSincePlan(diags, c.named(), "The new name had a "+c.kind.Short+" before, whose version numbers are "+
			"continued: "+
			"the next version is not the one in the plan.")
		return Call{}, false
	}
	return Call{Verb: step.Verb, IfMatch: patched.Notes.Etag}, true
}

// StepFailed adds a warning where the PATCH went through and the step after it did not.
func (c Change) StepFailed(step Call, diags *diag.Diagnostics) {
	diags.AddWarning("Attributes changed, step not taken", "The other changes of "+c.named()+
		" were made and are in the state; the rotation step "+step.Verb+" was not taken.")
}

// alreadyDone reports whether the platform took the step itself, at its deadline. The PATCH met the object that the
// plan saw, so only deadlines can have come in between.
func (c Change) alreadyDone(patched Snapshot) bool {
	n := patched.numbers()
	switch c.decision.step {
	case rotation.StepPromote:
		return n.Pending == 0 && n.Current == c.decision.after.Current
	case rotation.StepRetire:
		return n.Previous == 0 && n.Current == c.decision.after.Current
	}
	return false
}

func (c Change) guarded() bool {
	return c.Steps() || !c.Unknown() && c.prior.raisedBy(c.wanted)
}

// named is the object in a message, such as: token "notifier".
func (c Change) named() string { return c.kind.Short + " " + strconv.Quote(c.state.Name.ValueString()) }

func changedSincePlan(diags *diag.Diagnostics, object, what string) {
	diags.AddError("Changed since the plan",
		"This is about "+object+". "+what+" What the platform has now is in the state. Run terraform plan again and "+
			"apply that plan.")
}
