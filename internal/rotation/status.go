package rotation

import "time"

// Status is what a client sees of a credential's rotation: the `rotation` object, and the consumer's version.
// A zero number or time stands for null.
type Status struct {
	Phase                   Phase
	Due                     Step
	Reason                  string
	RequiresAcknowledgement bool
	Acknowledged            bool
	CurrentVersion          int64
	PendingVersion          int64
	PreviousVersion         int64
	NextVersion             int64
	PendingExpiresAt        time.Time
	PreviousExpiresAt       time.Time
	CurrentExpiresAt        time.Time // only where the current version is bounded
	LastRotatedAt           time.Time // zero in phase revoked
	NextRotationAt          time.Time // zero in phase revoked and without an interval
	Version                 int64     // the number a consumer should hold
	DeadlinePaused          bool      // a deadline has passed and is not carried out, because the clock is in doubt
}

// StatusAt computes the status at a moment, as it will be once every passed deadline is settled. While the clock is in
// doubt it is the status before them.
func StatusAt(c Credential, p Policy, now time.Time) Status {
	c, _ = Settle(c, p, now)
	s := Status{
		Phase:                   c.Phase(),
		RequiresAcknowledgement: p.RequireAcknowledgement,
		NextVersion:             c.NextVersion(),
		Version:                 c.Version,
		DeadlinePaused:          c.pausedAt(p, now),
	}
	s.Due, s.Reason = due(c, p, now)
	if v, ok := c.Current(); ok {
		s.CurrentVersion = v.Number
		s.LastRotatedAt = v.CurrentSince
		s.CurrentExpiresAt = v.Deadline
		if p.Interval > 0 {
			s.NextRotationAt = v.CurrentSince.Add(p.Interval)
		}
	}
	if v, ok := c.Pending(); ok {
		s.PendingVersion = v.Number
		s.PendingExpiresAt = c.PhaseEnds()
		s.Acknowledged = v.Evidence != nil
	}
	if v, ok := c.Previous(); ok {
		s.PreviousVersion = v.Number
		s.PreviousExpiresAt = v.Deadline
	}
	return s
}

// dueRule returns what is due and why; ok is false if the rule does not apply. It sees a settled credential.
type dueRule func(c Credential, p Policy, now time.Time) (due Step, reason string, ok bool)

// dueRules are tried in order; the first that applies decides.
var dueRules = []dueRule{
	dueHeld,
	dueExpired,
	dueRevoked,
	dueQuarantined,
	dueBounded,
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

// dueQuarantined: nothing falls due meanwhile but to reissue what has no valid version.
func dueQuarantined(c Credential, _ Policy, _ time.Time) (Step, string, bool) {
	return StepNone, ReasonQuarantined, c.Quarantine != nil
}

// dueBounded: the newer version was revoked, so there has to be another one before this one ends.
func dueBounded(c Credential, p Policy, _ time.Time) (Step, string, bool) {
	v, _ := c.Current()
	return StartStep(p.RequireAcknowledgement), ReasonRevoked, c.Phase() == PhaseStable && v.Bounded
}

func dueOverdue(c Credential, p Policy, now time.Time) (Step, string, bool) {
	return StartStep(p.RequireAcknowledgement), ReasonOverdue, c.Phase() == PhaseStable && c.olderThan(p.MaxAge, now)
}

func dueRequested(c Credential, p Policy, _ time.Time) (Step, string, bool) {
	return StartStep(p.RequireAcknowledgement), ReasonRequested, c.Phase() == PhaseStable && c.Requested()
}

func dueInterval(c Credential, p Policy, now time.Time) (Step, string, bool) {
	return StartStep(p.RequireAcknowledgement), ReasonInterval, c.Phase() == PhaseStable && c.olderThan(p.Interval, now)
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
