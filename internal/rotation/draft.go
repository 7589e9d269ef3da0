package rotation

import (
	"slices"
	"time"
)

// draft is a credential being worked on: its own copy, and what has happened to it so far. Everything that changes
// a credential goes through one, so that no argument is ever written to.
type draft struct {
	c    Credential
	p    Policy
	done []Transition
}

func newDraft(c Credential, p Policy) *draft {
	c.Versions = slices.Clone(c.Versions)
	return &draft{c: c, p: p}
}

// live returns the version in a state that at most one version has; nil if there is none. The pointer is good until
// the next issue.
func (d *draft) live(s State) *Version {
	i := d.c.find(s)
	if i < 0 {
		return nil
	}
	return &d.c.Versions[i]
}

// record notes a transition, and brings what follows from the versions up to date.
func (d *draft) record(t Transition) {
	slices.Sort(t.Versions)
	d.done = append(d.done, t)

	pending, current := d.live(StatePending), d.live(StateCurrent)
	switch {
	case pending != nil && !pending.RolledBack:
		d.c.Version = pending.Number
	case current != nil:
		d.c.Version = current.Number
	}
	if pending == nil || pending.Evidence != nil {
		d.c.NotEnforced = false
	}
}

// issue adds the next version in the given state.
func (d *draft) issue(s State, at time.Time) *Version {
	d.c.Highest++
	v := Version{Number: d.c.Highest, State: s, IssuedAt: at}
	if s == StateCurrent {
		v.CurrentSince = at
	}
	d.c.Versions = append(d.c.Versions, v)
	return &d.c.Versions[len(d.c.Versions)-1]
}

// end makes a version retired or revoked, for good.
func (v *Version) end(s State, at time.Time, by, reason string) {
	v.State = s
	v.Deadline = time.Time{}
	v.EndedAt, v.EndedBy, v.EndReason = at, by, reason
}

// becomeCurrent makes a pending version the one to rely on.
func (v *Version) becomeCurrent(at time.Time, by string, forced bool) {
	v.State = StateCurrent
	v.CurrentSince = at
	v.Deadline = time.Time{}
	v.RolledBack = false
	v.PromotedBy, v.Forced = by, forced
}

// replaced makes the current version previous until its deadline.
func (v *Version) replaced(at, until time.Time) {
	v.State = StatePrevious
	v.PreviousSince = at
	v.Deadline = until
}

// restored makes the previous version current again. It keeps the date on which it first became current: going back
// is no rotation.
func (v *Version) restored() {
	v.State = StateCurrent
	v.PreviousSince = time.Time{}
	v.Deadline = time.Time{}
}

// hold sets a hold that comes with another step. A hold that is there already stays: it says who stopped this first.
func (d *draft) hold(reason, by string, at time.Time) {
	if d.c.Hold == nil {
		d.setHold(reason, by, at)
	}
}

func (d *draft) setHold(reason, by string, at time.Time) {
	d.c.Hold = &Hold{Reason: reason, At: at, By: by}
	d.record(Transition{Step: StepHold, At: at, Actor: by, Reason: reason})
}
