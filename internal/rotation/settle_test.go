package rotation

import (
	"slices"
	"testing"
	"time"
)

// TestStageDeadline promotes a version with evidence. Otherwise the policy decides. A hold has no effect.
func TestStageDeadline(t *testing.T) {
	promoting := testPolicy()
	promoting.OnStageTimeout = OnTimeoutPromote
	for _, tc := range []struct {
		name   string
		c      Credential
		p      Policy
		step   Step
		reason string
		forced bool
		want   []State
	}{
		{
			"no evidence, cancel", staged(t), testPolicy(), StepCancel, ReasonStageTimeout, false,
			[]State{StateCurrent, StateRevoked},
		},
		{
			"no evidence, promote", staged(t), promoting, StepPromote, ReasonStageTimeout, true,
			[]State{StatePrevious, StateCurrent},
		},
		{
			"evidence, cancel", acknowledged(t), testPolicy(), StepPromote, ReasonAcknowledged, false,
			[]State{StatePrevious, StateCurrent},
		},
		{
			"evidence, promote", acknowledged(t), promoting, StepPromote, ReasonAcknowledged, false,
			[]State{StatePrevious, StateCurrent},
		},
		{
			"no acknowledgement required, cancel", staged(t), withoutAcknowledgement(testPolicy()), StepCancel,
			ReasonStageTimeout, false,
			[]State{StateCurrent, StateRevoked},
		},
		{
			"on hold", held(acknowledged(t)), testPolicy(), StepPromote, ReasonAcknowledged, false,
			[]State{StatePrevious, StateCurrent},
		},
		{
			"on hold, no evidence", held(staged(t)), promoting, StepPromote, ReasonStageTimeout, true,
			[]State{StatePrevious, StateCurrent},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, done := Settle(tc.c, tc.p, at(7*day-tick)); len(done) != 0 || !sameCredential(got, tc.c) {
				t.Errorf("before the deadline: %+v", done)
			}
			got, done := Settle(tc.c, tc.p, at(7*day))
			if len(done) != 1 || done[0].Step != tc.step || done[0].Reason != tc.reason ||
				done[0].Forced != tc.forced ||
				done[0].Actor != ActorPlatform {
				t.Fatalf("at the deadline: %+v", done)
			}
			wantStates(t, got, tc.want...)
			if !sameHold(got.Hold, tc.c.Hold) {
				t.Errorf("the hold is %+v", got.Hold)
			}
		})
	}
}

func sameHold(a, b *Hold) bool { return sameFacts(Credential{Hold: a}, Credential{Hold: b}) }

// TestSettlingLate counts the overlap from the stage deadline, not from the time of settling.
func TestSettlingLate(t *testing.T) {
	c, p := acknowledged(t), testPolicy()
	got, done := Settle(c, p, at(100*day))
	if !slices.Equal(steps(done), []Step{StepPromote, StepRetire}) {
		t.Fatalf("settled %v", steps(done))
	}
	wantTime(t, "promoted at", done[0].At, at(7*day))
	wantTime(t, "retired at", done[1].At, at(8*day))
	wantTime(t, "current since", got.Versions[1].CurrentSince, at(7*day))

	half, _ := Settle(c, p, at(7*day+time.Hour))
	previous, _ := half.Previous()
	wantTime(t, "overlap deadline", previous.Deadline, at(8*day))
	twice, _ := Settle(half, p, at(100*day))
	if !sameCredential(got, twice) {
		t.Errorf("settled twice: %s", describe(twice))
	}
}

// TestExpiry ends every version in any phase, on hold or not. Only a reissue can follow.
func TestExpiry(t *testing.T) {
	p := testPolicy()
	for name, c := range map[string]Credential{
		"stable": stable(), "staged": acknowledged(t), "draining": draining(t), "held": held(staged(t)),
	} {
		t.Run(name, func(t *testing.T) {
			c.ExpiresAt = at(time.Hour)
			if _, done := Settle(c, p, at(time.Hour-tick)); len(done) != 0 {
				t.Errorf("before: %+v", done)
			}
			got, done := Settle(c, p, at(time.Hour))
			if len(done) != 1 || done[0].Step != StepExpire || done[0].Reason != ReasonExpired ||
				got.Phase() != PhaseRevoked {
				t.Fatalf("then: %+v, %s", done, got.Phase())
			}
			for _, v := range got.Versions {
				if v.State != StateRevoked || v.EndReason != ReasonExpired {
					t.Errorf("version %d is %s (%s)", v.Number, v.State, v.EndReason)
				}
			}
			if got.Version != c.Version {
				t.Errorf("the consumer's version is %d, want %d as before", got.Version, c.Version)
			}
			if again, done := Settle(got, p, at(day)); len(done) != 0 || !sameCredential(again, got) {
				t.Errorf("again: %+v", done)
			}
		})
	}
}

// TestDeadlinesInOrder has an expiry between two deadlines: the first takes effect, the second does not. At the same
// time as a deadline, only the expiry takes effect.
func TestDeadlinesInOrder(t *testing.T) {
	for _, tc := range []struct {
		name    string
		expires time.Duration
		want    []Step
	}{
		{"before the stage deadline", 7*day - tick, []Step{StepExpire}},
		{"at the stage deadline", 7 * day, []Step{StepExpire}},
		{"in the overlap", 7*day + time.Hour, []Step{StepPromote, StepExpire}},
		{"at the overlap deadline", 8 * day, []Step{StepPromote, StepExpire}},
		{"later", 9 * day, []Step{StepPromote, StepRetire, StepExpire}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := acknowledged(t)
			c.ExpiresAt = at(tc.expires)
			_, done := Settle(c, testPolicy(), at(50*day))
			if !slices.Equal(steps(done), tc.want) {
				t.Errorf("settled %v, want %v", steps(done), tc.want)
			}
			if !slices.IsSortedFunc(done, func(a, b Transition) int { return a.At.Compare(b.At) }) {
				t.Errorf("not in order: %+v", done)
			}
		})
	}
}

func TestNextDeadline(t *testing.T) {
	expiring := func(c Credential, d time.Duration) Credential { c.ExpiresAt = at(d); return c }
	for _, tc := range []struct {
		name string
		c    Credential
		want time.Time
	}{
		{"stable", stable(), time.Time{}},
		{"staged", staged(t), at(7 * day)},
		{"draining", draining(t), at(day)},
		{"rolled back", rolledBack(t), at(day)},
		{"revoked", revoked(t), time.Time{}},
		{"stable, expiring", expiring(stable(), day), at(day)},
		{"staged, expiring earlier", expiring(staged(t), day), at(day)},
		{"staged, expiring later", expiring(staged(t), 9*day), at(7 * day)},
		{"revoked, expiring", expiring(revoked(t), day), time.Time{}},
	} {
		wantTime(t, tc.name, tc.c.NextDeadline(), tc.want)
	}
}

// TestValidAt asks credentials that are not settled.
func TestValidAt(t *testing.T) {
	promoting := testPolicy()
	promoting.OnStageTimeout = OnTimeoutPromote
	expiring := stable()
	expiring.ExpiresAt = at(day)
	for _, tc := range []struct {
		name   string
		c      Credential
		p      Policy
		number int64
		now    time.Time
		want   bool
	}{
		{"current", stable(), testPolicy(), 1, at(1000 * day), true},
		{"unknown", stable(), testPolicy(), 2, start, false},
		{"revoked", revoked(t), testPolicy(), 1, start, false},
		{"before its expiry", expiring, testPolicy(), 1, at(day - tick), true},
		{"at its expiry", expiring, testPolicy(), 1, at(day), false},
		{"previous before its deadline", draining(t), testPolicy(), 1, at(day - tick), true},
		{"previous at its deadline", draining(t), testPolicy(), 1, at(day), false},
		{"pending before its deadline", staged(t), testPolicy(), 2, at(7*day - tick), true},
		{"pending that was cancelled", staged(t), testPolicy(), 2, at(7 * day), false},
		{"current of a cancelled stage", staged(t), testPolicy(), 1, at(70 * day), true},
		{"pending that was promoted for its evidence", acknowledged(t), testPolicy(), 2, at(70 * day), true},
		{"pending that was promoted by the policy", staged(t), promoting, 2, at(70 * day), true},
		{"replaced, in the overlap", staged(t), promoting, 1, at(8*day - tick), true},
		{"replaced, after the overlap", staged(t), promoting, 1, at(8 * day), false},
		{"rolled back, at the deadline it kept", rolledBack(t), promoting, 2, at(day), false},
		{"current after a rollback", rolledBack(t), promoting, 1, at(70 * day), true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.c.ValidAt(tc.p, tc.number, tc.now); got != tc.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

// TestStaleCredential takes steps on credentials that are not settled. The settled phase counts.
func TestStaleCredential(t *testing.T) {
	p := testPolicy()
	c, done, err := Apply(draining(t), p, Command{Step: StepRollback, Actor: anyone}, at(day))
	if code(err) != CodeConflict || !slices.Equal(steps(done), []Step{StepRetire}) || c.Phase() != PhaseStable {
		t.Errorf("a rollback at the deadline: %v, %v, %s", err, steps(done), c.Phase())
	}
	_, done, err = Apply(draining(t), p, Command{Step: StepBegin, Actor: anyone}, at(day))
	if err != nil || !slices.Equal(steps(done), []Step{StepRetire, StepBegin}) {
		t.Errorf("a begin at the deadline: %v, %v", err, steps(done))
	}
	_, _, err = Apply(staged(t), p, Command{Step: StepAcknowledge, Version: 2}, at(7*day))
	if code(err) != CodeConflict {
		t.Errorf("evidence at the stage deadline: %v", err)
	}
}

// TestOverlapOfZero ends when it begins.
func TestOverlapOfZero(t *testing.T) {
	p := withoutAcknowledgement(testPolicy())
	p.Overlap = 0
	c, done, err := Apply(stable(), p, Command{Step: StepRotate, Actor: anyone}, start)
	if err != nil || !slices.Equal(steps(done), []Step{StepRotate, StepRetire}) || c.Phase() != PhaseStable {
		t.Errorf("rotate: %v, %v, %s", err, steps(done), c.Phase())
	}
}

func TestPolicyChangeMovesNoDeadline(t *testing.T) {
	long := testPolicy()
	long.Overlap, long.MaxStage = 30*day, 30*day
	if _, done := Settle(draining(t), long, at(day)); len(done) != 1 {
		t.Errorf("a longer overlap moved the deadline: %+v", done)
	}
	if _, done := Settle(staged(t), long, at(7*day)); len(done) != 1 {
		t.Errorf("a longer stage moved the deadline: %+v", done)
	}
}
