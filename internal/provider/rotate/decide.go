package rotate

import (
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// prior is what the state says about the rotation of an object.
type prior struct {
	rotation.Numbers
	due                     rotation.Step
	reason                  string // the platform's reason for what is due
	requiresAcknowledgement bool
	minimumVersion          int64             // 0 is null
	triggers                map[string]string // nil is null
	expiresAt               string            // empty is null
	phaseEnds               string            // the date at which the phase ends by itself; empty for none
}

// wanted is what the configuration says about it. A value that is not known yet has only its flag.
type wanted struct {
	minimumVersion        int64
	minimumVersionUnknown bool
	triggers              map[string]string
	triggersUnknown       bool // the map or one of its values
	expiresAt             string
	expiresAtUnknown      bool
	policyMoves           bool // another rotation policy than in the state, or none, or one for the first time
	policyUnknown         bool
	supply                Supply
}

// Supply is what is known about a value that the configuration supplies, where the kind takes one. The zero value
// stands for a kind that takes none.
type Supply struct {
	Configured bool // the argument is set
	New        bool // the value is to be sent: the platform does not have it, or its number has changed
	ByUser     bool // New because the configuration has changed; otherwise because the platform has
	Unsure     bool // whether the value is to be sent is not known yet
	Revoked    bool // the value was revoked
	Barred     bool // it was revoked, and the configuration does not request it again: it is not sent
	MaySend    bool // an apply may find that the value is to be sent, although the plan does not
	Supplied   bool // the version that the platform has was supplied
	Argument   string
}

// Reason names why a plan takes its step, takes none, or is refused.
type Reason string

const (
	// A step is taken.
	reasonMinimum           Reason = "minimum_version is raised"
	reasonMinimumWithValue  Reason = "minimum_version is raised together with a new value"
	reasonValue             Reason = "the configuration has a new value"
	reasonValueDrifted      Reason = "the platform does not have the configured value"
	reasonValueAgain        Reason = "the configuration requests a revoked value again"
	reasonValueAfterRevoked Reason = "the configuration has a new value and no version is valid"
	reasonExpiryMoved       Reason = "expires_at of an expired object is moved or removed"
	reasonDue               Reason = "the step is due"
	reasonTrigger           Reason = "rotate_when_changed has changed"

	// No step is taken.
	reasonUnknown      Reason = "the configuration is not known well enough"
	reasonPolicyMoves  Reason = "the step is left to the next plan, because the rotation policy changes"
	reasonPolicyOpen   Reason = "whether the step is left to the next plan is open, because the rotation policy is unknown"
	reasonHeld         Reason = "on hold"
	reasonQuarantined  Reason = "in quarantine"
	reasonValueRevoked Reason = "the configured value was revoked"
	reasonNeedsValue   Reason = "a rotation is wanted that only a new value can begin"
	reasonNothing      Reason = "nothing to do"

	// The plan is refused.
	refusedAboveNext  Reason = "minimum_version is above the next version"
	refusedOnHold     Reason = "minimum_version is raised on hold"
	refusedSameValue  Reason = "minimum_version would revoke the configured value"
	refusedInProgress Reason = "the configuration has a new value in the middle of a rotation"
)

// decision is what one apply does about the rotation of one object.
type decision struct {
	reason Reason
	step   rotation.Step    // the one step of this apply; empty for none
	after  rotation.Numbers // what the step leaves behind; without a step what the state says
	left   rotation.Step    // the step that is left to the next plan, or may be; empty for none
}

// check decides, or returns an empty reason to leave the decision to the next check.
type check func(p prior, w wanted) (Reason, rotation.Step)

// checks run in order; the first that returns a reason decides. They use no clock and no platform: Terraform plans
// again at apply time, and refuses a plan that differs then.
var checks = []check{
	checkUnknown,
	checkMinimumAboveNext,
	checkMinimumOnHold,
	checkMinimum,
	checkHold,
	checkQuarantine,
	checkRevokedValue,
	checkNewValue,
	checkValueInProgress,
	checkReissueDue,
	checkExpiryMoved,
	checkRotationDue,
	checkStepDue,
	checkTrigger,
}

func decide(p prior, w wanted) decision {
	for _, c := range checks {
		reason, step := c(p, w)
		if why := leavesStep(w, step); why != "" {
			return decision{reason: why, left: step, after: p.Numbers}
		}
		if reason != "" {
			return decision{reason: reason, step: step, after: p.after(step, w)}
		}
	}
	return decision{reason: reasonNothing, after: p.Numbers}
}

// leavesStep returns why a step is not taken beside a change of the rotation policy; empty where it is. Which step is
// due depends on the policy: it may be another one under the new one, or none. A step that follows no policy is taken.
func leavesStep(w wanted, step rotation.Step) Reason {
	switch step {
	case rotation.StepBegin, rotation.StepRotate, rotation.StepPromote, rotation.StepRetire:
		if w.policyMoves {
			return reasonPolicyMoves
		}
		if w.policyUnknown {
			return reasonPolicyOpen
		}
	}
	return ""
}

func (p prior) after(step rotation.Step, w wanted) rotation.Numbers {
	if step == rotation.StepMinimumVersion {
		return p.AfterMinimum(w.minimumVersion)
	}
	return p.After(step)
}

func checkUnknown(p prior, w wanted) (Reason, rotation.Step) {
	expiryMatters := p.expired() && w.expiresAtUnknown
	if w.minimumVersionUnknown || w.triggersUnknown || expiryMatters || w.supply.Unsure {
		return reasonUnknown, ""
	}
	return "", ""
}

func checkMinimumAboveNext(p prior, w wanted) (Reason, rotation.Step) {
	if p.raisedBy(w) && w.minimumVersion > p.Next {
		return refusedAboveNext, ""
	}
	return "", ""
}

func checkMinimumOnHold(p prior, w wanted) (Reason, rotation.Step) {
	if p.raisedBy(w) && p.AnyBelow(w.minimumVersion) && p.held() {
		return refusedOnHold, ""
	}
	return "", ""
}

// checkMinimum takes the step that the PATCH carries out. Where no valid version remains, the next one is issued, with
// the configured value if there is one.
func checkMinimum(p prior, w wanted) (Reason, rotation.Step) {
	issues := p.AfterMinimum(w.minimumVersion).Next > p.Next
	switch {
	case !p.raisedBy(w) || !p.AnyBelow(w.minimumVersion):
		return "", ""
	case !issues || !w.supply.Configured:
		return reasonMinimum, rotation.StepMinimumVersion
	case !w.supply.New || !w.supply.ByUser:
		return refusedSameValue, ""
	}
	return reasonMinimumWithValue, rotation.StepMinimumVersion
}

func checkHold(p prior, _ wanted) (Reason, rotation.Step) {
	if p.held() {
		return reasonHeld, ""
	}
	return "", ""
}

func checkRevokedValue(p prior, w wanted) (Reason, rotation.Step) {
	if w.supply.Barred && (p.Phase == rotation.PhaseRevoked || p.Phase == rotation.PhaseStable) {
		return reasonValueRevoked, ""
	}
	return "", ""
}

func checkNewValue(p prior, w wanted) (Reason, rotation.Step) {
	step := p.startStep()
	switch {
	case !w.supply.New:
		return "", ""
	case p.Phase == rotation.PhaseRevoked:
		step = rotation.StepReissue
	case p.Phase != rotation.PhaseStable:
		return "", ""
	}
	switch {
	case w.supply.Revoked:
		return reasonValueAgain, step
	case step == rotation.StepReissue:
		return reasonValueAfterRevoked, step
	case !w.supply.ByUser:
		return reasonValueDrifted, step
	}
	return reasonValue, step
}

// checkValueInProgress comes after checkNewValue, so a rotation is in progress here.
func checkValueInProgress(_ prior, w wanted) (Reason, rotation.Step) {
	if w.supply.New && w.supply.ByUser {
		return refusedInProgress, ""
	}
	return "", ""
}

func checkReissueDue(p prior, _ wanted) (Reason, rotation.Step) {
	if p.due == rotation.StepReissue {
		return reasonDue, p.due
	}
	return "", ""
}

func checkExpiryMoved(p prior, w wanted) (Reason, rotation.Step) {
	if p.expired() && !api.SameInstant(p.expiresAt, w.expiresAt) {
		return reasonExpiryMoved, rotation.StepReissue
	}
	return "", ""
}

func checkRotationDue(p prior, w wanted) (Reason, rotation.Step) {
	if p.due != rotation.StepBegin && p.due != rotation.StepRotate {
		return "", ""
	}
	// Without a request, a supplied value is followed by another supplied one. A request without a
	// supplied value means that the platform makes it.
	requested := p.triggeredBy(w) || p.reason == rotation.ReasonRequested
	if w.supply.Configured || w.supply.Supplied && !requested {
		return reasonNeedsValue, ""
	}
	return reasonDue, p.due
}

func checkStepDue(p prior, _ wanted) (Reason, rotation.Step) {
	if p.due == rotation.StepPromote || p.due == rotation.StepRetire {
		return reasonDue, p.due
	}
	return "", ""
}

func checkTrigger(p prior, w wanted) (Reason, rotation.Step) {
	switch {
	case !p.triggeredBy(w) || p.Phase != rotation.PhaseStable:
		return "", ""
	case w.supply.Configured:
		return reasonNeedsValue, ""
	}
	return reasonTrigger, p.startStep()
}

func (p prior) held() bool { return p.reason == rotation.ReasonHeld }

func (p prior) expired() bool {
	return p.Phase == rotation.PhaseRevoked && p.reason == rotation.ReasonExpired
}

func (p prior) startStep() rotation.Step { return rotation.StartStep(p.requiresAcknowledgement) }

func (p prior) raisedBy(w wanted) bool { return w.minimumVersion > p.minimumVersion }

// triggeredBy reports whether a key that is in both maps has another value. Adding or removing a key, or the whole
// argument, triggers nothing: to start using the argument is no request for a rotation.
func (p prior) triggeredBy(w wanted) bool {
	for k, v := range w.triggers {
		if old, ok := p.triggers[k]; ok && old != v {
			return true
		}
	}
	return false
}
