package rotation

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// draft is a copy of a credential that is being changed, with the transitions so far. Every change of a credential goes
// through a draft, so that no function changes its arguments.
type draft struct {
	c    Credential
	p    Policy
	done []Transition
}

func newDraft(c Credential, p Policy) *draft {
	c.Versions = slices.Clone(c.Versions)
	return &draft{c: c, p: p}
}

// live returns the version in a state that at most one version has; nil if there is none. The pointer is valid until
// the next issue.
func (d *draft) live(s State) *Version {
	i := d.c.find(s)
	if i < 0 {
		return nil
	}
	return &d.c.Versions[i]
}

// record appends a transition, and updates what follows from the versions.
func (d *draft) record(t Transition) {
	slices.Sort(t.Versions)
	d.done = append(d.done, t)

	d.c.Version = d.c.Numbers().Version
	if pending := d.live(StatePending); pending == nil || pending.Evidence != nil {
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

// take carries out the step table for t.Step, whose guards hold, and records t. A version that becomes pending or
// previous ends at until.
func (d *draft) take(t Transition, until time.Time) {
	e := effects[t.Step]
	for i := range d.c.Versions {
		v := &d.c.Versions[i]
		if s := e.on(v.State); s != "" {
			v.enter(s, t, until)
			t.Versions = append(t.Versions, v.Number)
		}
	}
	if e.issued != "" {
		v := d.issue(e.issued, t.At)
		if v.State == StatePending {
			v.Deadline = until
		}
		t.Issued = v.Number
		t.Versions = append(t.Versions, v.Number)
	}
	d.record(t)
}

// enter gives a version another state.
func (v *Version) enter(s State, t Transition, until time.Time) {
	switch s {
	case StatePrevious:
		if v.Bounded && v.Deadline.Before(until) {
			until = v.Deadline
		}
		v.State, v.PreviousSince, v.Deadline = s, t.At, until
	case StatePending:
		v.rollBack(until)
	case StateCurrent:
		if v.State == StatePrevious {
			v.restore()
		} else {
			v.promote(t.At, t.Actor, t.Forced)
		}
	default:
		v.end(s, t.At, t.Actor, t.Reason)
	}
}

// promote makes a pending version current.
func (v *Version) promote(at time.Time, by string, forced bool) {
	v.State = StateCurrent
	v.CurrentSince = at
	v.Deadline = time.Time{}
	v.RolledBack = false
	v.PromotedBy, v.Forced = by, forced
}

// rollBack makes a current version pending again. It has to be seen in use once more.
func (v *Version) rollBack(until time.Time) {
	v.State = StatePending
	v.Deadline = until
	v.CurrentSince = time.Time{}
	v.PromotedBy, v.Forced = "", false
	v.Evidence = nil
	v.RolledBack = true
}

// restore makes a previous version current again. CurrentSince stays: going back is not a rotation. A bounded version
// keeps its deadline.
func (v *Version) restore() {
	v.State = StateCurrent
	v.PreviousSince = time.Time{}
	if !v.Bounded {
		v.Deadline = time.Time{}
	}
}

// end makes a version retired or revoked, for good.
func (v *Version) end(s State, at time.Time, by, reason string) {
	v.State = s
	v.Deadline, v.Bounded = time.Time{}, false
	v.EndedAt, v.EndedBy, v.EndReason = at, by, reason
}

func (d *draft) begin(at time.Time, by, reason string) {
	d.take(Transition{Step: StepBegin, At: at, Actor: by, Reason: reason}, at.Add(d.p.MaxStage))
}

func (d *draft) rotate(at time.Time, by, reason string) {
	d.take(Transition{Step: StepRotate, At: at, Actor: by, Reason: reason}, at.Add(d.p.Overlap))
	d.live(StateCurrent).PromotedBy = by
}

func (d *draft) acknowledge(at time.Time, by, kind string) {
	v := d.live(StatePending)
	if v.Evidence != nil {
		return // only the first evidence counts
	}
	v.Evidence = &Evidence{Kind: kind, At: at, Actor: by}
	d.record(Transition{Step: StepAcknowledge, At: at, Actor: by, Reason: kind, Versions: []int64{v.Number}})
}

func (d *draft) promote(at time.Time, by, reason string, forced bool) {
	until := at.Add(d.p.Overlap)
	// A version that was rolled back has overlapped with the current one before. That overlap continues, so that no
	// sequence of steps makes it longer.
	if next := d.live(StatePending); next.RolledBack && next.Deadline.Before(until) {
		until = next.Deadline
	}
	d.take(Transition{Step: StepPromote, At: at, Actor: by, Reason: reason, Forced: forced}, until)
}

func (d *draft) retire(at time.Time, by, reason string, forced bool) {
	d.take(Transition{Step: StepRetire, At: at, Actor: by, Reason: reason, Forced: forced}, time.Time{})
}

// cancel ends the pending version. The hold that an operator's cancel sets is not part of it: a stage that times out
// sets none.
func (d *draft) cancel(at time.Time, by, reason string) {
	d.take(Transition{Step: StepCancel, At: at, Actor: by, Reason: reason}, time.Time{})
}

func (d *draft) rollback(at time.Time, by, reason string) {
	until := d.live(StatePrevious).Deadline
	d.take(Transition{Step: StepRollback, At: at, Actor: by, Reason: reason}, until)
	d.hold(cmp.Or(reason, ReasonRollback), by, at)
}

func (d *draft) reissue(at time.Time, by, reason string) {
	d.c.UnusedFrom = at
	d.take(Transition{Step: StepReissue, At: at, Actor: by, Reason: reason}, time.Time{})
}

// revokeBelow revokes every valid version below n and makes the newest that remains current. It records nothing if
// there is nothing to revoke.
func (d *draft) revokeBelow(n int64, step Step, reason, by string, at time.Time) {
	if touched := d.endBelow(n, reason, by, at); len(touched) > 0 {
		d.record(Transition{Step: step, At: at, Actor: by, Reason: reason, Versions: touched})
	}
}

// endBelow is revokeBelow without the record. It returns the numbers of the versions it changed.
func (d *draft) endBelow(n int64, reason, by string, at time.Time) []int64 {
	left := d.c.Numbers().from(n)
	var touched []int64
	for i := range d.c.Versions {
		switch v := &d.c.Versions[i]; {
		case v.State.Valid() && v.Number < n:
			v.end(StateRevoked, at, by, reason)
			touched = append(touched, v.Number)
		case v.State == StatePending && v.Number == left.Current:
			v.promote(at, by, false)
			touched = append(touched, v.Number)
		}
	}
	return touched
}

// hold sets a hold that comes with another step. An existing hold stays: it says who stopped the rotation first.
func (d *draft) hold(reason, by string, at time.Time) {
	if d.c.Hold == nil {
		d.setHold(reason, by, at)
	}
}

// maxHoldReason is how long the reason of a hold may get by the reasons of revocations, in bytes.
const maxHoldReason = 2048

// holdToo sets the hold that is requested with a revocation. An existing hold stays, and keeps both reasons.
func (d *draft) holdToo(reason, by string, at time.Time) {
	if d.c.Hold == nil {
		d.setHold(reason, by, at)
		return
	}
	h := *d.c.Hold
	if h.Reason = bothReasons(h.Reason, reason); h.Reason == d.c.Hold.Reason {
		return
	}
	d.c.Hold = &h
	d.record(Transition{Step: StepHold, At: at, Actor: by, Reason: reason})
}

// bothReasons adds a reason to others, unless it is among them or they get too long.
func bothReasons(reasons, another string) string {
	const between = "; "
	known := slices.Contains(strings.Split(reasons, between), another)
	if known || len(reasons)+len(between)+len(another) > maxHoldReason {
		return reasons
	}
	return reasons + between + another
}

func (d *draft) setHold(reason, by string, at time.Time) {
	d.c.Hold = &Hold{Reason: reason, At: at, By: by}
	d.record(Transition{Step: StepHold, At: at, Actor: by, Reason: reason})
}
