package rotation

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestHoldRefuses certain steps, before any other reason, and no others.
func TestHoldRefuses(t *testing.T) {
	for name, c := range map[string]Credential{
		"stable": stable(), "acknowledged": acknowledged(t), "draining": draining(t), "revoked": revoked(t),
	} {
		for _, s := range []Step{StepBegin, StepRotate, StepPromote, StepRollback, StepReissue} {
			t.Run(string(s)+" "+name, func(t *testing.T) {
				got, done, err := Apply(held(c), testPolicy(), Command{Step: s, Force: true, Reason: "r"}, start)
				if code(err) != CodeHeld || len(done) != 0 || !sameCredential(got, held(c)) {
					t.Errorf("got %v", err)
				}
			})
		}
	}
	for _, tc := range []struct {
		c   Credential
		cmd Command
	}{
		{acknowledged(t), Command{Step: StepCancel}},
		{staged(t), Command{Step: StepAcknowledge, Version: 2}},
		{draining(t), Command{Step: StepRetire, Force: true, Reason: "r"}},
		{draining(t), Command{Step: StepRevoke, Below: 2, Reason: "r"}},
		{stable(), Command{Step: StepRevoke, All: true, Reason: "r"}},
		{stable(), Command{Step: StepRelease}},
	} {
		t.Run(string(tc.cmd.Step), func(t *testing.T) {
			got := do(t, held(tc.c), testPolicy(), tc.cmd, start)
			if tc.cmd.Step != StepRelease && (got.Hold == nil || got.Hold.Reason != "investigation") {
				t.Errorf("the hold became %+v", got.Hold)
			}
		})
	}
}

// TestHoldsThatComeWithSteps have the step or its reason as their reason. An explicit hold replaces an earlier one.
func TestHoldsThatComeWithSteps(t *testing.T) {
	for _, tc := range []struct {
		c    Credential
		cmd  Command
		want string
	}{
		{staged(t), Command{Step: StepCancel}, ReasonCancelled},
		{staged(t), Command{Step: StepCancel, Reason: "wrong one"}, "wrong one"},
		{draining(t), Command{Step: StepRollback, Reason: "breaks"}, "breaks"},
		{stable(), Command{Step: StepRevoke, All: true, Reason: "leak", Hold: true}, "leak"},
		{stable(), Command{Step: StepRevoke, Below: 1, Reason: "nothing below", Hold: true}, "nothing below"},
		{stable(), Command{Step: StepRevoke, All: true, Reason: "leak"}, ""},
		{held(stable()), Command{Step: StepHold, Reason: "worse"}, "worse"},
	} {
		t.Run(string(tc.cmd.Step)+" "+tc.cmd.Reason, func(t *testing.T) {
			tc.cmd.Actor = anyone
			got, done, err := Apply(tc.c, testPolicy(), tc.cmd, at(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			if tc.want == "" {
				if got.Hold != nil || slices.Contains(steps(done), StepHold) {
					t.Errorf("a hold was set: %+v", got.Hold)
				}
				return
			}
			if got.Hold == nil || *got.Hold != (Hold{Reason: tc.want, At: at(time.Minute), By: anyone}) {
				t.Errorf("the hold is %+v", got.Hold)
			}
			if done[len(done)-1].Step != StepHold {
				t.Errorf("recorded %v", steps(done))
			}
		})
	}
}

// TestRelease lets steps fall due again.
func TestRelease(t *testing.T) {
	p := testPolicy()
	c := held(stable())
	if s := StatusAt(c, p, at(91*day)); s.Due != StepNone || s.Reason != ReasonHeld {
		t.Errorf("on hold, due is %s (%s)", s.Due, s.Reason)
	}
	c = do(t, c, p, Command{Step: StepRelease}, at(91*day))
	if s := StatusAt(c, p, at(91*day)); s.Due != StepBegin {
		t.Errorf("released, due is %s", s.Due)
	}
}

// TestRevokeKeepsTheReasonsOfAHold: who revokes with a hold what is on hold takes nothing away.
func TestRevokeKeepsTheReasonsOfAHold(t *testing.T) {
	c := held(draining(t))
	for _, tc := range []struct{ reason, want string }{
		{"leaked", "investigation; leaked"},
		{"leaked", "investigation; leaked"},
		{"INC-7", "investigation; leaked; INC-7"},
		{strings.Repeat("x", maxHoldReason), "investigation; leaked; INC-7"},
	} {
		first := *c.Hold
		c = do(t, c, testPolicy(), Command{Step: StepRevoke, All: true, Reason: tc.reason, Hold: true, Actor: "other"},
			at(time.Minute))
		if c.Hold.Reason != tc.want || c.Hold.By != first.By || !c.Hold.At.Equal(first.At) {
			t.Errorf("the hold is %+v, want the reason %q", *c.Hold, tc.want)
		}
	}
}
