package rotation

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"
)

// move is one step of a random sequence: wait, then act.
type move struct{ action, wait, arg uint16 }

// world is the state of a random sequence, and what the invariants need of its past.
type world struct {
	t   *rapid.T
	p   Policy
	now time.Time

	eager    Credential   // settled at each deadline, in its moment
	eagerLog []Transition // everything that happened to it
	lazy     Credential   // settled only by the steps themselves; sometimes forgets what has ended
	lazyLog  []Transition

	overlaps map[int64]time.Time // by the newer version: the end of its overlap, from its first promotion
	stages   map[int64]time.Time // by pending version: the end of its stage, from its beginning
	bounds   map[int64]time.Time // by version: the end of the overlap in which the newer one was revoked
	trace    []played
}

// played is a move and its result, for the report of a failure.
type played struct {
	at     time.Time
	action string
	arg    uint16
	code   string
}

// policies of a random sequence: each field has several values, short and long.
var policies = []Policy{
	DefaultPolicy(),
	testPolicy(),
	withoutAcknowledgement(testPolicy()),
	{
		Interval: day, Overlap: 3 * day, MaxStage: 2 * day, MaxAge: 2 * day, QuietPeriod: 12 * time.Hour,
		RequireAcknowledgement: true, OnStageTimeout: OnTimeoutPromote,
	},
	{Interval: 30 * day, Overlap: 30 * day, MaxStage: time.Hour, OnStageTimeout: OnTimeoutPromote},
	{
		Overlap: time.Hour, MaxStage: 30 * day, MaxAge: 40 * day,
		RequireAcknowledgement: true, OnStageTimeout: OnTimeoutCancel,
	},
	{Interval: time.Hour, Overlap: 0, MaxStage: day, OnStageTimeout: OnTimeoutPromote},
	{
		Interval: 12 * time.Hour, Overlap: time.Minute, MaxStage: time.Minute, QuietPeriod: time.Minute,
		OnStageTimeout: OnTimeoutCancel,
	},
}

// waits are the times that may pass before a step.
var waits = []func(w *world) time.Duration{
	func(*world) time.Duration { return 0 },
	func(*world) time.Duration { return time.Minute },
	func(*world) time.Duration { return 0 },
	func(w *world) time.Duration { return w.untilDeadline() / 2 },
	func(*world) time.Duration { return tick },
	func(w *world) time.Duration { return w.untilDeadline() },
	func(*world) time.Duration { return time.Hour },
	func(w *world) time.Duration { return w.untilDeadline() - tick },
	func(w *world) time.Duration { return w.p.QuietPeriod },
	func(*world) time.Duration { return 12 * time.Hour },
	func(w *world) time.Duration { return w.untilDeadline() + time.Hour },
	func(w *world) time.Duration { return w.untilDeadline() + w.p.Overlap },
	func(w *world) time.Duration { return w.p.Interval },
	func(*world) time.Duration { return 3 * day },
	func(*world) time.Duration { return 31 * day },
	func(*world) time.Duration { return 125 * day },
}

func (w *world) untilDeadline() time.Duration {
	if d := w.eager.NextDeadline(); !d.IsZero() {
		return d.Sub(w.now)
	}
	return 0
}

func newWorld(t *rapid.T, origin uint16) *world {
	w := &world{
		t: t, now: start, p: policies[origin&7],
		overlaps: map[int64]time.Time{}, stages: map[int64]time.Time{}, bounds: map[int64]time.Time{},
	}
	var expires time.Time
	if origin>>3&3 == 3 {
		expires = at(50 * day)
	}
	lowest := int64(origin >> 5)
	c, tr := Create(start, anyone, lowest, expires)
	if want := max(lowest, 1); tr.Issued != want || c.Version != want || c.Highest != want {
		w.fail("creation at %d issued %d", lowest, tr.Issued)
	}
	w.eager, w.lazy = c, c
	w.eagerLog, w.lazyLog = []Transition{tr}, []Transition{tr}
	return w
}

// step lets time pass, acts, and checks all invariants.
func (w *world) step(m move) {
	w.pass(max(0, waits[m.wait](w)))
	a := actions[actionAt[m.action]]
	w.trace = append(w.trace, played{at: w.now, action: a.name, arg: m.arg})

	before, lazyBefore := w.eager, w.lazy
	kept, lazyKept := slices.Clone(before.Versions), slices.Clone(lazyBefore.Versions)
	cmd, change := a.prepare(w, m.arg)
	next, done, err := change(before)
	lazyNext, lazyDone, lazyErr := change(lazyBefore)
	w.trace[len(w.trace)-1].code = code(err)
	if !sameVersions(kept, before.Versions) || !sameVersions(lazyKept, lazyBefore.Versions) {
		w.fail("the argument was changed")
	}
	if code(err) != code(lazyErr) {
		w.fail("settled on time: %v; settled late: %v", err, lazyErr)
	}
	w.lazy = lazyNext
	w.lazyLog = append(w.lazyLog, lazyDone...)
	w.checkResult(cmd, before, next, done, err)
	w.advance(next, done)
	w.check(m.arg)
}

// pass advances the clock and settles the eager copy at each deadline.
func (w *world) pass(d time.Duration) {
	until := w.now.Add(d)
	for {
		due := w.eager.NextDeadline()
		if due.IsZero() || due.After(until) {
			break
		}
		if early, done := Settle(w.eager, w.p, due.Add(-tick)); len(done) > 0 || !sameCredential(early, w.eager) {
			w.fail("settled before the deadline %s: %v", due, done)
		}
		next, done := Settle(w.eager, w.p, due)
		if len(done) == 0 {
			w.fail("nothing happened at the deadline %s", due)
		}
		for _, tr := range done {
			if !tr.At.Equal(due) || tr.Actor != ActorPlatform || tr.Issued != 0 {
				w.fail("the deadline %s made %+v", due, tr)
			}
		}
		w.now = due
		w.advance(next, done)
	}
	w.now = until
}

// advance sets the eager copy, and records what the invariants need.
func (w *world) advance(next Credential, done []Transition) {
	w.checkChange(w.eager, next, done)
	for _, tr := range done {
		switch tr.Step {
		case StepBegin:
			w.stages[tr.Issued] = tr.At.Add(w.p.MaxStage)
		case StepPromote, StepRotate:
			newer := tr.Versions[1]
			if _, again := w.overlaps[newer]; !again {
				w.overlaps[newer] = tr.At.Add(w.p.Overlap)
			}
		}
	}
	if previous, draining := w.eager.Previous(); draining && len(done) > 0 && done[0].Step == StepRevoke {
		if v, _ := next.Lookup(previous.Number); v.State == StateCurrent {
			if end, again := w.bounds[v.Number]; !again || previous.Deadline.Before(end) {
				w.bounds[v.Number] = previous.Deadline
			}
		}
	}
	w.eager = next
	w.eagerLog = append(w.eagerLog, done...)
}

// finish settles the lazy copy. Both copies must have the same transitions.
func (w *world) finish() {
	_, done := Settle(w.lazy, w.p, w.now)
	w.lazyLog = append(w.lazyLog, done...)
	if !slices.EqualFunc(w.eagerLog, w.lazyLog, sameTransition) {
		w.fail("settled on time: %+v\nsettled late: %+v", w.eagerLog, w.lazyLog)
	}
	issued := int64(0)
	for _, tr := range w.eagerLog {
		if tr.Issued != 0 && tr.Issued <= issued {
			w.fail("%d was issued after %d", tr.Issued, issued)
		}
		issued = max(issued, tr.Issued)
	}
}

// describe prints a credential without the fields that are empty.
func describe(c Credential) string {
	s := fmt.Sprintf("%s, highest %d, consumer %d, requested after %d, not enforced %t",
		c.Phase(), c.Highest, c.Version, c.RequestedAfter, c.NotEnforced)
	if c.Hold != nil {
		s += fmt.Sprintf(", hold %+v", *c.Hold)
	}
	if c.Quarantine != nil {
		s += fmt.Sprintf(", quarantine %+v", *c.Quarantine)
	}
	if !c.ExpiresAt.IsZero() {
		s += ", expires " + c.ExpiresAt.Format(time.RFC3339Nano)
	}
	for _, v := range c.Versions {
		s += fmt.Sprintf("\n  %d %s", v.Number, v.State)
		for what, at := range map[string]time.Time{
			"issued": v.IssuedAt, "current since": v.CurrentSince, "previous since": v.PreviousSince,
			"deadline": v.Deadline, "ended": v.EndedAt, "used": v.LastUsedAt,
		} {
			if !at.IsZero() {
				s += ", " + what + " " + at.Format(time.RFC3339Nano)
			}
		}
		s += fmt.Sprintf(", rolled back %t, evidence %t, end reason %q", v.RolledBack, v.Evidence != nil, v.EndReason)
	}
	return s
}

func (w *world) fail(format string, args ...any) {
	for _, p := range w.trace {
		w.t.Logf("%s  %s (arg %d) %s", p.at.Format("2006-01-02 15:04:05.000000"), p.action, p.arg, p.code)
	}
	w.t.Logf("policy %+v", w.p)
	w.t.Logf("now %s", w.now)
	w.t.Logf("settled on time: %s", describe(w.eager))
	w.t.Logf("settled late: %s", describe(w.lazy))
	w.t.Fatalf(format, args...)
}
