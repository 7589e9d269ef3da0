package rotation

import "time"

// Settle carries out every deadline that has passed, in order and each as of its own moment, so that settling late,
// early or twice gives the same result. A deadline has passed when now is not before it. Holds do not stop deadlines; a
// policy that is Paused does.
//
// The policy must be the one that was in force when the deadlines passed: settle before you change it.
func Settle(c Credential, p Policy, now time.Time) (Credential, []Transition) {
	if at := c.NextDeadline(); at.IsZero() || now.Before(at) {
		return c, nil // nearly always so, and then without a copy
	}
	d := settled(c, p, now)
	return d.c, d.done
}

func settled(c Credential, p Policy, now time.Time) *draft {
	d := newDraft(c, p)
	if !p.Paused {
		d.settle(time.Time{}, now)
	}
	return d
}

// settle carries out the deadlines from one moment to another, both included, up to the first one that is before.
func (d *draft) settle(from, to time.Time) {
	for {
		at := d.c.NextDeadline()
		if at.IsZero() || at.Before(from) || to.Before(at) {
			return
		}
		// Where expires_at falls together with another deadline, expires_at wins: nothing comes after it.
		if d.c.expires() && at.Equal(d.c.ExpiresAt) {
			d.revokeBelow(d.c.Highest+1, StepExpire, ReasonExpired, ActorPlatform, at)
		} else if q := d.c.Quarantine; q != nil && at.Equal(q.Until) {
			d.endQuarantine(at)
		} else if at.Equal(d.c.CurrentEnds()) {
			d.endBounded(at)
		} else if pending := d.live(StatePending); pending != nil {
			d.endStage(*pending, at)
		} else {
			d.retire(at, ActorPlatform, ReasonOverlapEnded, false)
		}
	}
}

// endBounded ends a bounded current version. The pending version takes its place, with evidence or without: nothing
// else is valid then. One that was rolled back does not, because it was rejected.
func (d *draft) endBounded(at time.Time) {
	if pending := d.live(StatePending); pending != nil && pending.RolledBack {
		d.cancel(at, ActorPlatform, ReasonRolledBack)
	}
	current := d.live(StateCurrent)
	current.end(StateRetired, at, ActorPlatform, ReasonOverlapEnded)
	t := Transition{
		Step: StepRevoke, At: at, Actor: ActorPlatform, Reason: ReasonOverlapEnded, Versions: []int64{current.Number},
	}
	if pending := d.live(StatePending); pending != nil {
		t.Forced = !promotable(d.c, d.p)
		t.Versions = append(t.Versions, pending.Number)
		pending.promote(at, ActorPlatform, t.Forced)
	}
	d.record(t)
}

func (d *draft) endStage(pending Version, at time.Time) {
	out := d.p.atStageDeadline(pending)
	if out.promotes {
		d.promote(at, ActorPlatform, out.reason, out.forced)
	} else {
		d.cancel(at, ActorPlatform, out.reason)
	}
}
