package rotation

import (
	"fmt"
	"time"
)

// guard is one condition of a step. It returns nil or an *Error that says what to do instead. It sees a settled
// credential.
type guard func(c Credential, p Policy, cmd Command, now time.Time) error

// guards lists the conditions of every step that a Command may request, in the order in which they are checked: what
// is wrong with the request, then the hold, then the phase, then the rest.
var guards = map[Step][]guard{
	StepBegin:       {notHeld, notQuarantined, inPhase(PhaseStable)},
	StepRotate:      {notHeld, notQuarantined, inPhase(PhaseStable), needsNoAcknowledgement},
	StepAcknowledge: {namesAVersion, inPhase(PhaseStaged), namesThePending},
	StepPromote:     {forceHasReason, notHeld, notQuarantined, inPhase(PhaseStaged), provenOrForced},
	StepRetire:      {forceHasReason, inPhase(PhaseDraining), quietOrForced},
	StepCancel:      {inPhase(PhaseStaged)},
	StepRollback:    {notHeld, notQuarantined, inPhase(PhaseDraining)},
	StepRevoke:      {hasReason, namesWhatToRevoke},
	StepReissue:     {notHeld, inPhase(PhaseRevoked), notExpired},
	StepHold:        {hasReason},
	StepRelease:     {isHeld},

	StepQuarantine:        {hasReason, endsInTime, hasValidVersion, addsToQuarantine},
	StepReleaseQuarantine: {hasReason, isQuarantined, mayLift},
}

// refusal returns why a step cannot be done; nil if it can.
func refusal(c Credential, p Policy, cmd Command, now time.Time) error {
	checks, known := guards[cmd.Step]
	if !known {
		return invalid("/step", "this is not a step that can be requested")
	}
	for _, check := range checks {
		if err := check(c, p, cmd, now); err != nil {
			return err
		}
	}
	return nil
}

func hasReason(_ Credential, _ Policy, cmd Command, _ time.Time) error {
	if cmd.Reason == "" {
		return invalid("/reason", fmt.Sprintf("%s needs a reason; say why in the field reason", cmd.Step))
	}
	return nil
}

func forceHasReason(_ Credential, _ Policy, cmd Command, _ time.Time) error {
	if cmd.Force && cmd.Reason == "" {
		return invalid("/reason", fmt.Sprintf("a forced %s needs a reason; say why in the field reason", cmd.Step))
	}
	return nil
}

func namesAVersion(_ Credential, _ Policy, cmd Command, _ time.Time) error {
	if cmd.Version < 1 {
		return invalid("/version", "acknowledge must name the pending version in the field version")
	}
	return nil
}

func namesWhatToRevoke(_ Credential, _ Policy, cmd Command, _ time.Time) error {
	if cmd.All && cmd.Below == 0 || !cmd.All && cmd.Below > 0 {
		return nil
	}
	return invalid("/below", "revoke must say either all, or below with a version number of 1 or more")
}

func notHeld(c Credential, _ Policy, cmd Command, _ time.Time) error {
	if c.Hold == nil {
		return nil
	}
	why := "%s refused: on hold since %s by %s: %s; release the hold first"
	by := actor(c.Hold.By, c.Hold.ByName)
	return &Error{Code: CodeHeld, Message: fmt.Sprintf(why, cmd.Step, date(c.Hold.At), by, c.Hold.Reason)}
}

func actor(id, name string) string {
	if name == "" {
		return id
	}
	return name + " (" + id + ")"
}

func isHeld(c Credential, _ Policy, cmd Command, _ time.Time) error {
	if c.Hold == nil {
		return conflict(cmd, "there is no hold")
	}
	return nil
}

func inPhase(want Phase) guard {
	return func(c Credential, p Policy, cmd Command, now time.Time) error {
		if c.Phase() == want {
			return nil
		}
		why := "it needs phase " + string(want) + ", but " + describePhase(c)
		if c.pausedAt(p, now) {
			why += "; a deadline has passed and waits, because the platform's clock jumped and is in doubt"
		}
		return conflict(cmd, why)
	}
}

func needsNoAcknowledgement(_ Credential, p Policy, cmd Command, _ time.Time) error {
	if p.RequireAcknowledgement {
		return unacknowledged(cmd, "the rotation policy requires an acknowledgement; begin instead, "+
			"and promote once the new version was seen in use")
	}
	return nil
}

func namesThePending(c Credential, _ Policy, cmd Command, _ time.Time) error {
	if v, _ := c.Pending(); v.Number != cmd.Version {
		return conflict(cmd,
			fmt.Sprintf("the pending version is %d, not the one named; test that one and name it", v.Number))
	}
	return nil
}

func provenOrForced(c Credential, p Policy, cmd Command, _ time.Time) error {
	if cmd.Force || promotable(c, p) {
		return nil
	}
	v, _ := c.Pending()
	if v.RolledBack {
		return conflict(cmd, fmt.Sprintf("version %d was rolled back and has not been seen in use since; "+
			"acknowledge it, cancel it, or force with a reason; it is cancelled at %s", v.Number, date(v.Deadline)))
	}
	return unacknowledged(cmd, fmt.Sprintf("version %d has not been seen in use; "+
		"use or acknowledge it, or force with a reason; its stage ends at %s", v.Number, date(v.Deadline)))
}

func quietOrForced(c Credential, p Policy, cmd Command, now time.Time) error {
	if cmd.Force || quiet(c, p, now) {
		return nil
	}
	v, _ := c.Previous()
	if p.QuietPeriod <= 0 {
		return conflict(cmd, fmt.Sprintf("the rotation policy has no quiet_period; "+
			"wait until %s, or force with a reason", date(v.Deadline)))
	}
	return conflict(cmd, fmt.Sprintf("version %d is not unused for the policy's quiet_period before %s; "+
		"wait until then or until its deadline %s, or force with a reason",
		v.Number, date(quietAt(v, p)), date(v.Deadline)))
}

func notExpired(c Credential, _ Policy, cmd Command, now time.Time) error {
	if c.expired(now) {
		return conflict(cmd,
			fmt.Sprintf("the credential expired at %s; move or remove expires_at first", date(c.ExpiresAt)))
	}
	return nil
}

// promotable reports whether the pending version may be promoted without force.
func promotable(c Credential, p Policy) bool {
	v, ok := c.Pending()
	return ok && (v.Evidence != nil || !p.RequireAcknowledgement && !v.RolledBack)
}

// quiet reports whether the previous version may be retired early without force.
func quiet(c Credential, p Policy, now time.Time) bool {
	v, ok := c.Previous()
	return ok && p.QuietPeriod > 0 && !now.Before(quietAt(v, p))
}

// quietAt is when a previous version will have been unused for the quiet period. The time before it was replaced does
// not count: consumers had no reason to leave it then.
func quietAt(v Version, p Policy) time.Time {
	from := v.PreviousSince
	if v.LastUsedAt.After(from) {
		from = v.LastUsedAt
	}
	return from.Add(p.QuietPeriod)
}

func conflict(cmd Command, why string) error {
	return &Error{Code: CodeConflict, Message: string(cmd.Step) + " refused: " + why}
}

// unacknowledged is the conflict of a step that the policy would allow if it required no acknowledgement.
func unacknowledged(cmd Command, why string) error {
	return &Error{Code: CodeAcknowledgementRequired, Message: string(cmd.Step) + " refused: " + why}
}

// describePhase names the phase, when it ends, and the ways out of it.
func describePhase(c Credential) string {
	ends := date(c.PhaseEnds())
	switch c.Phase() {
	case PhaseStaged:
		v, _ := c.Pending()
		return fmt.Sprintf("the phase is staged until %s (version %d is pending); promote it, cancel it, or wait",
			ends, v.Number)
	case PhaseDraining:
		v, _ := c.Previous()
		return fmt.Sprintf("the phase is draining until %s (version %d is valid until then); "+
			"retire it, roll back, or wait", ends, v.Number)
	case PhaseRevoked:
		return "the phase is revoked (no version is valid); reissue first"
	case PhaseStable:
		if v, _ := c.Current(); v.Bounded {
			return fmt.Sprintf("the phase is stable until %s (version %d ends then, because the newer one was revoked); "+
				"begin or rotate", ends, v.Number)
		}
	}
	return "the phase is stable, which has no end (no rotation is in progress; begin or rotate starts one)"
}

func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }
