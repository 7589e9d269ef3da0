package rotation

import "time"

// dueRule answers what is due and why; ok is false if the rule has nothing to say. It sees a settled credential.
type dueRule func(c Credential, p Policy, now time.Time) (due Step, reason string, ok bool)

// dueRules are asked in order; the first that has something to say is right.
var dueRules = []dueRule{
	dueHeld,
	dueExpired,
	dueRevoked,
	dueOverdue,
	dueRequested,
	dueInterval,
	dueRolledBack,
	duePromote,
	dueNotEnforced,
	dueAwaiting,
	dueQuiet,
}

func due(c Credential, p Policy, now time.Time) (Step, string) {
	for _, rule := range dueRules {
		if step, reason, ok := rule(c, p, now); ok {
			return step, reason
		}
	}
	return StepNone, ""
}

func dueHeld(c Credential, _ Policy, _ time.Time) (Step, string, bool) {
	return StepNone, ReasonHeld, c.Hold != nil
}

func dueExpired(c Credential, _ Policy, now time.Time) (Step, string, bool) {
	return StepNone, ReasonExpired, c.Phase() == PhaseRevoked && c.expired(now)
}

func dueRevoked(c Credential, _ Policy, _ time.Time) (Step, string, bool) {
	return StepReissue, ReasonRevoked, c.Phase() == PhaseRevoked
}

func dueOverdue(c Credential, p Policy, now time.Time) (Step, string, bool) {
	return rotationStep(p), ReasonOverdue, c.Phase() == PhaseStable && c.olderThan(p.MaxAge, now)
}

func dueRequested(c Credential, p Policy, _ time.Time) (Step, string, bool) {
	return rotationStep(p), ReasonRequested, c.Phase() == PhaseStable && c.Requested()
}

func dueInterval(c Credential, p Policy, now time.Time) (Step, string, bool) {
	return rotationStep(p), ReasonInterval, c.Phase() == PhaseStable && c.olderThan(p.Interval, now)
}

func dueRolledBack(c Credential, _ Policy, _ time.Time) (Step, string, bool) {
	v, _ := c.Pending()
	return StepNone, "", v.RolledBack
}

func duePromote(c Credential, p Policy, _ time.Time) (Step, string, bool) {
	v, _ := c.Pending()
	if v.Evidence != nil {
		return StepPromote, ReasonAcknowledged, true
	}
	return StepPromote, "", promotable(c, p)
}

func dueNotEnforced(c Credential, _ Policy, _ time.Time) (Step, string, bool) {
	return StepNone, ReasonNotEnforced, c.Phase() == PhaseStaged && c.NotEnforced
}

func dueAwaiting(c Credential, _ Policy, _ time.Time) (Step, string, bool) {
	return StepNone, ReasonAwaitingAcknowledgement, c.Phase() == PhaseStaged
}

func dueQuiet(c Credential, p Policy, now time.Time) (Step, string, bool) {
	return StepRetire, ReasonQuiet, quiet(c, p, now)
}

// rotationStep is the step that starts a rotation under a policy.
func rotationStep(p Policy) Step {
	if p.RequireAcknowledgement {
		return StepBegin
	}
	return StepRotate
}

// olderThan tells whether the current version has reached an age; an age of zero is never reached.
func (c Credential) olderThan(age time.Duration, now time.Time) bool {
	v, ok := c.Current()
	return ok && age > 0 && !now.Before(v.CurrentSince.Add(age))
}
