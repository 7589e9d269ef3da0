package rotation

import (
	"slices"
	"time"
)

// checkChange checks one change of the eager copy, by one step or one deadline.
func (w *world) checkChange(before, next Credential, done []Transition) {
	if next.Highest < before.Highest {
		w.fail("the highest number fell from %d to %d", before.Highest, next.Highest)
	}
	for _, old := range before.Versions {
		v, known := next.Lookup(old.Number)
		if !known {
			w.fail("version %d disappeared", old.Number)
		}
		if !old.State.Valid() && !sameVersion(old, v) {
			w.fail("version %d had ended, and changed to %+v", old.Number, v)
		}
		if old.State.Valid() && !v.State.Valid() &&
			(v.EndedAt.IsZero() || v.EndedBy == "" || v.EndReason == "" || !v.Deadline.IsZero()) {
			w.fail("version %d ended without saying when, by whom and why: %+v", old.Number, v)
		}
	}
	for _, v := range next.Versions {
		_, old := before.Lookup(v.Number)
		announced := slices.ContainsFunc(done, func(tr Transition) bool { return tr.Issued == v.Number })
		if old == announced || !old && v.Number <= before.Highest {
			w.fail("version %d: new %t, announced %t, highest before %d", v.Number, !old, announced, before.Highest)
		}
	}
	if before.Phase() != PhaseRevoked && next.Phase() == PhaseRevoked {
		last := done[len(done)-1]
		if last.Step == StepHold { // a revoke that sets one as well
			last = done[len(done)-2]
		}
		ends := slices.Contains([]Step{StepRevoke, StepExpire, StepEndQuarantine}, last.Step)
		if !ends || last.Actor == ActorPlatform && last.Step == StepRevoke && !last.At.Equal(before.CurrentEnds()) {
			w.fail("%s left nothing valid", last.Step)
		}
	}
	w.checkConsumer(before, next)
	w.checkHold(before, next, done)
	w.checkQuarantine(before, next, done)
}

// checkQuarantine checks that a quarantine comes and goes by its own steps, that who set it stays, that its end is
// bounded, and that what it has covered is never active before it was released.
func (w *world) checkQuarantine(before, next Credential, done []Transition) {
	var set, gone bool
	for _, tr := range done {
		set = set || tr.Step == StepQuarantine
		gone = gone || tr.Step == StepReleaseQuarantine || tr.Step == StepEndQuarantine
	}
	was, is := before.Quarantine, next.Quarantine
	switch {
	case is != nil && (was == nil || *was != *is) && !set:
		w.fail("a quarantine appeared or changed with %+v", done)
	case is == nil && was != nil && !gone:
		w.fail("a quarantine disappeared with %+v", done)
	case is != nil && was != nil && (is.By != was.By || !is.At.Equal(was.At) || is.Through < was.Through):
		w.fail("the quarantine %+v became %+v", was, is)
	case is != nil && is.Until.After(w.now.Add(MaxQuarantine)):
		w.fail("the quarantine ends at %s", is.Until)
	}
	for _, v := range before.Quarantined() {
		now, _ := next.Lookup(v)
		if now.State.Valid() && is == nil && done[len(done)-1].Step != StepReleaseQuarantine {
			w.fail("version %d came out of quarantine with %+v", v, done)
		}
	}
	if covered := len(next.Quarantined()); covered != 0 && covered != len(next.Numbers().Valid()) {
		w.fail("the quarantine covers %d of the valid versions %v", covered, next.Numbers().Valid())
	}
}

// checkHold checks that no deadline sets or releases a hold, and that a cancel and a rollback set one.
func (w *world) checkHold(before, next Credential, done []Transition) {
	var set, released, wanted bool
	for _, tr := range done {
		set = set || tr.Step == StepHold && tr.Actor != ActorPlatform
		released = released || tr.Step == StepRelease
		wanted = wanted || tr.Step == StepRollback || tr.Step == StepCancel && tr.Actor != ActorPlatform
	}
	switch {
	case next.Hold != nil && before.Hold == nil && !set:
		w.fail("a hold appeared with %+v", done)
	case next.Hold == nil && before.Hold != nil && !released:
		w.fail("a hold disappeared with %+v", done)
	case next.Hold == nil && wanted:
		w.fail("no hold after %+v", done)
	}
}

// checkConsumer checks the version that a consumer should hold: the pending one while staged, unless rolled back,
// otherwise the current one. Phase revoked keeps the last.
func (w *world) checkConsumer(before, next Credential) {
	want := before.Version
	if v, ok := next.Current(); ok {
		want = v.Number
	}
	if v, ok := next.Pending(); ok && !v.RolledBack {
		want = v.Number
	}
	if next.Version != want {
		w.fail("the consumer's version is %d, want %d", next.Version, want)
	}
}

// check checks both copies after a step, now and at a later time without a step in between.
func (w *world) check(arg uint16) {
	c := w.eager
	settled, done := Settle(c, w.p, w.now)
	if len(done) > 0 || !sameCredential(settled, c) {
		w.fail("a second settling did %+v", done)
	}
	late, _ := Settle(w.lazy, w.p, w.now)
	w.checkAgreement(late)
	w.checkShape(c)
	w.checkMoment(w.lazy, late, w.now)
	if c.Phase() != PhaseStable || !c.ExpiresAt.IsZero() {
		soon := w.now.Add(max(0, waits[arg*2+1](w)))
		then, _ := Settle(w.lazy, w.p, soon)
		w.checkMoment(w.lazy, then, soon)
	}
	w.checkStatus(c)
}

// checkAgreement checks that late settling gives the same credential as timely settling.
func (w *world) checkAgreement(late Credential) {
	if !sameFacts(late, w.eager) {
		w.fail("settled late, the credential differs: %+v", late)
	}
	for _, v := range w.eager.Versions {
		l, known := late.Lookup(v.Number)
		if known && !sameVersion(l, v) || !known && v.State.Valid() {
			w.fail("settled late, version %d is %+v", v.Number, l)
		}
	}
}

// checkShape checks that the valid versions have the states of the phase, and the order of their states.
func (w *world) checkShape(c Credential) {
	count := map[State]int{}
	for _, v := range c.Versions {
		count[v.State]++
		if v.Number > c.Highest {
			w.fail("version %d is above the highest, %d", v.Number, c.Highest)
		}
	}
	want := map[Phase][3]int{ // pending, current, previous
		PhaseStable: {0, 1, 0}, PhaseStaged: {1, 1, 0}, PhaseDraining: {0, 1, 1}, PhaseRevoked: {0, 0, 0},
	}[c.Phase()]
	if got := [3]int{count[StatePending], count[StateCurrent], count[StatePrevious]}; got != want {
		w.fail("phase %s with pending, current, previous %v", c.Phase(), got)
	}
	current, ok := c.Current()
	if v, staged := c.Pending(); staged && v.Number < current.Number {
		w.fail("pending %d is older than current %d", v.Number, current.Number)
	}
	if v, draining := c.Previous(); draining && v.Number > current.Number {
		w.fail("previous %d is newer than current %d", v.Number, current.Number)
	}
	if ok && current.Deadline.IsZero() == current.Bounded {
		w.fail("current %d is bounded %t and has the deadline %s", current.Number, current.Bounded, current.Deadline)
	}
}

// checkMoment checks that a use of the unsettled credential gives the same result as settling. A version is valid
// unless all are revoked or expired, and no two are valid after the end of their overlap or stage.
func (w *world) checkMoment(unsettled, settled Credential, now time.Time) {
	var valid []int64
	for _, v := range unsettled.Versions {
		is := unsettled.ValidAt(w.p, v.Number, now)
		if s, _ := settled.Lookup(v.Number); is != (s.State.Valid() && !settled.Quarantine.Covers(v.Number)) {
			w.fail("at %s version %d is valid at use: %t, but settled it is %s", now, v.Number, is, s.State)
		}
		if is {
			valid = append(valid, v.Number)
		}
	}
	expired := !w.eager.ExpiresAt.IsZero() && !now.Before(w.eager.ExpiresAt)
	quarantined := len(w.eager.Quarantined()) > 0
	if none := w.eager.Phase() == PhaseRevoked || expired || quarantined || w.ranOut(now); none != (len(valid) == 0) {
		w.fail("at %s valid: %v", now, valid)
	}
	for _, number := range valid {
		if end, bounded := w.bounds[number]; bounded && !now.Before(end) {
			w.fail("at %s version %d is valid, but the newer one was revoked, and its overlap ended at %s", now, number, end)
		}
	}
	if len(valid) > 2 {
		w.fail("at %s valid: %v", now, valid)
	}
	if len(valid) < 2 {
		return
	}
	newer := max(valid[0], valid[1])
	end, promoted := w.overlaps[newer]
	if !promoted {
		end = w.stages[newer]
		if now.After(w.now) { // the end of the stage, still to come, may promote it
			end = end.Add(w.p.Overlap)
		}
	}
	if !now.Before(end) {
		w.fail("at %s versions %v are both valid, but that had to end at %s", now, valid, end)
	}
}

// ranOut reports whether nobody acts until a moment on a version that is left alone with a deadline, so that it ends.
func (w *world) ranOut(now time.Time) bool {
	current, _ := w.eager.Current()
	if !current.Bounded || now.Before(current.Deadline) {
		return false
	}
	pending, staged := w.eager.Pending()
	if !staged || pending.RolledBack {
		return true
	}
	inTime := pending.Deadline.Before(current.Deadline) // then the end of the stage decides
	return inTime && pending.Evidence == nil && w.p.OnStageTimeout == OnTimeoutCancel
}

// checkStatus: what is due is a step that is accepted, a hold leaves nothing due, a quarantine only a reissue, and an
// open request falls due.
func (w *world) checkStatus(c Credential) {
	s := StatusAt(w.lazy, w.p, w.now)
	if s.Phase != c.Phase() || s.Version != c.Version || s.NextVersion != c.Highest+1 {
		w.fail("status %+v", s)
	}
	if c.Hold != nil && (s.Due != StepNone || s.Reason != ReasonHeld) {
		w.fail("on hold, but due is %s (%s)", s.Due, s.Reason)
	}
	if c.Quarantine != nil && s.Due != StepNone && s.Due != StepReissue {
		w.fail("in quarantine, but due is %s (%s)", s.Due, s.Reason)
	}
	current, _ := c.Current()
	wanted := c.Phase() == PhaseStable && c.Hold == nil && c.Quarantine == nil &&
		(current.Number <= c.RequestedAfter || current.Bounded)
	if wanted && s.Due != StepBegin && s.Due != StepRotate {
		w.fail("a rotation was requested, or the current version has an end, but due is %s", s.Due)
	}
	if s.Due == StepNone {
		return
	}
	_, done, err := Apply(c, w.p, Command{Step: s.Due, Actor: "terraform"}, w.now)
	if err != nil || len(done) == 0 || done[0].Step != s.Due {
		w.fail("%s is due (%s), but: %+v, %v", s.Due, s.Reason, done, err)
	}
}
