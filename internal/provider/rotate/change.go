package rotate

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Object is the part of a state or a plan that decides about a step.
type Object struct {
	tfkit.Common
	Model
	NamePrefix types.String // what the name of a new object begins with; empty or null where it is given
	ExpiresAt  types.String // null for a kind that does not expire
}

// Change is what one plan, or one apply, does about the rotation of one object.
type Change struct {
	kind     Kind
	state    Object
	rotation rotationModel // of the state
	prior    prior
	wanted   wanted
	decision decision
	notes    Notes
}

// Decide decides what is done. The result depends on the arguments and on nothing else.
func Decide(
	ctx context.Context, k Kind, state, plan Object, supply Supply, notes Notes, diags *diag.Diagnostics,
) Change {
	c := Change{kind: k, state: state, notes: notes, rotation: rotationOf(ctx, state.Rotation, diags)}
	c.prior = priorOf(state, c.rotation)
	c.wanted = wantedOf(state, plan, supply)
	c.decision = decide(c.prior, c.wanted)
	return c
}

// Unknown reports whether the configuration is not known well enough. The apply decides then.
func (c Change) Unknown() bool {
	return c.decision.reason == reasonUnknown || c.decision.reason == reasonPolicyOpen
}

// Steps reports whether a step is taken.
func (c Change) Steps() bool { return c.decision.step != "" }

// Requests reports whether the PATCH records a request for a rotation.
func (c Change) Requests() bool { return !c.Unknown() && c.prior.triggeredBy(c.wanted) }

// SendsValue reports whether the configured value is sent with the step.
func (c Change) SendsValue() bool {
	switch c.decision.reason {
	case reasonMinimumWithValue, reasonValue, reasonValueDrifted, reasonValueAgain, reasonValueAfterRevoked:
		return true
	}
	return false
}

// SendsValueInPatch reports whether it is sent with the PATCH, which carries out a raised minimum_version.
func (c Change) SendsValueInPatch() bool { return c.decision.reason == reasonMinimumWithValue }

// Plan sets version and rotation of a plan. The framework marks every computed value unknown as soon as anything
// differs, and none if nothing does. Both are wrong here, so Plan sets everything that is known. differs says that the
// plan changes something else as well. Plan reports whether version and rotation are left unknown.
func (c Change) Plan(_ context.Context, plan *Model, differs bool, diags *diag.Diagnostics) (unknown bool) {
	changes := differs || c.Steps() || c.Requests()
	supply := c.wanted.supply
	switch {
	case c.Unknown(), c.SendsValue(), changes && supply.MaySend && (supply.Configured || !c.Steps()):
		plan.Version, plan.Rotation = types.Int64Unknown(), types.ObjectUnknown(memberTypes())
		plan.Handover = types.Int64Unknown()
		return true
	case c.Steps():
		plan.Handover = types.Int64Value(c.decision.after.Handover())
		plan.Version = types.Int64Value(c.decision.after.Version)
		plan.Rotation = promised(c.decision.after, c.decision.step, c.rotation.CurrentExpiresAt).object(diags)
	default:
		plan.Version, plan.Rotation, plan.Handover = c.state.Version, c.state.Rotation, c.state.Handover
	}
	return false
}

// Refused adds the error of what cannot be done, and reports whether there is one.
func (c Change) Refused(diags *diag.Diagnostics) bool {
	attribute, summary, detail := c.refusal()
	if summary == "" {
		return false
	}
	diags.AddAttributeError(path.Root(attribute), summary, detail)
	return true
}

// issues reports whether the step takes the next number.
func (c Change) issues() bool { return c.decision.after.Next > c.prior.Next }

// recordsRequest reports whether a request is recorded that this apply does not answer. A raised minimum_version does
// not answer it, although it may issue a version: the PATCH carries it out, and the request may come after it.
func (c Change) recordsRequest() bool {
	switch c.decision.step {
	case rotation.StepBegin, rotation.StepRotate, rotation.StepReissue:
		return false
	}
	return c.Requests() && !c.needsValue()
}

// needsValue reports whether only a new value can begin the rotation that is wanted.
func (c Change) needsValue() bool {
	return c.decision.reason == reasonNeedsValue || c.wanted.supply.Barred && !c.prior.stopped()
}

// superseded reports whether the platform went back to another value than the configured one, and the phase does not
// allow to send any.
func (c Change) superseded() bool {
	return c.wanted.supply.New && !c.SendsValue() && c.decision.left == "" && !c.needsValue() && !c.prior.stopped() &&
		c.decision.step != rotation.StepMinimumVersion
}

func priorOf(state Object, r rotationModel) prior {
	p := prior{
		Numbers:                 numbersOf(state.Version, r),
		due:                     rotation.Step(r.Due.ValueString()),
		reason:                  r.Reason.ValueString(),
		requiresAcknowledgement: r.RequiresAcknowledgement.ValueBool(),
		minimumVersion:          state.MinimumVersion.ValueInt64(),
		triggers:                tfkit.StringMap(state.RotateWhenChanged),
		expiresAt:               state.ExpiresAt.ValueString(),
		phaseEnds:               r.PendingExpiresAt.ValueString(),
	}
	if p.Phase == rotation.PhaseDraining {
		p.phaseEnds = r.PreviousExpiresAt.ValueString()
	}
	return p
}

func wantedOf(state, plan Object, s Supply) wanted {
	return wanted{
		policyMoves:           tfkit.Moved(plan.RotationPolicyID, state.RotationPolicyID),
		policyUnknown:         plan.RotationPolicyID.IsUnknown(),
		minimumVersion:        plan.MinimumVersion.ValueInt64(),
		minimumVersionUnknown: plan.MinimumVersion.IsUnknown(),
		triggers:              tfkit.StringMap(plan.RotateWhenChanged),
		triggersUnknown:       plan.RotateWhenChanged.IsUnknown() || anyUnknown(plan.RotateWhenChanged.Elements()),
		expiresAt:             plan.ExpiresAt.ValueString(),
		expiresAtUnknown:      plan.ExpiresAt.IsUnknown(),
		supply:                s,
	}
}

func anyUnknown(values map[string]attr.Value) bool {
	for _, v := range values {
		if v.IsUnknown() {
			return true
		}
	}
	return false
}
