package rotation

import (
	"slices"
	"testing"
	"time"
)

var (
	needsNone = withoutAcknowledgement(testPolicy())
	quietNow  = at(time.Hour)
	allPhases = []string{"stable", "staged", "acknowledged", "rolled back", "draining", "revoked", "expired"}
)

// stepTable lists the phases that allow each step, the phase after it, and the steps recorded.
var stepTable = []struct {
	name    string
	p       Policy
	cmd     Command
	now     time.Time
	allowed []string
	to      Phase
	done    []Step
}{
	{"begin", testPolicy(), Command{Step: StepBegin}, start, []string{"stable"}, PhaseStaged, []Step{StepBegin}},
	{
		"begin, no acknowledgement required", needsNone,
		Command{Step: StepBegin},
		start,
		[]string{"stable"},
		PhaseStaged,
		[]Step{StepBegin},
	},
	{"rotate, acknowledgement required", testPolicy(), Command{Step: StepRotate}, start, nil, "", nil},
	{"rotate", needsNone, Command{Step: StepRotate}, start, []string{"stable"}, PhaseDraining, []Step{StepRotate}},
	{
		"acknowledge", testPolicy(),
		Command{Step: StepAcknowledge, Version: 2},
		start,
		[]string{"staged", "rolled back"},
		PhaseStaged,
		[]Step{StepAcknowledge},
	},
	{"acknowledge another", testPolicy(), Command{Step: StepAcknowledge, Version: 1}, start, nil, "", nil},
	{
		"promote", testPolicy(),
		Command{Step: StepPromote},
		start,
		[]string{"acknowledged"},
		PhaseDraining,
		[]Step{StepPromote},
	},
	{
		"promote, no acknowledgement required", needsNone,
		Command{Step: StepPromote},
		start,
		[]string{"staged", "acknowledged"},
		PhaseDraining,
		[]Step{StepPromote},
	},
	{
		"promote by force", testPolicy(),
		Command{Step: StepPromote, Force: true, Reason: "r"},
		start,
		[]string{"staged", "acknowledged", "rolled back"},
		PhaseDraining,
		[]Step{StepPromote},
	},
	{"retire", testPolicy(), Command{Step: StepRetire}, start, nil, "", nil},
	{
		"retire when quiet", testPolicy(),
		Command{Step: StepRetire},
		quietNow,
		[]string{"draining"},
		PhaseStable,
		[]Step{StepRetire},
	},
	{"retire without quiet_period", DefaultPolicy(), Command{Step: StepRetire}, quietNow, nil, "", nil},
	{
		"retire by force", DefaultPolicy(),
		Command{Step: StepRetire, Force: true, Reason: "r"},
		start,
		[]string{"draining"},
		PhaseStable,
		[]Step{StepRetire},
	},
	{
		"cancel", testPolicy(),
		Command{Step: StepCancel},
		start,
		[]string{"staged", "acknowledged", "rolled back"},
		PhaseStable,
		[]Step{StepCancel, StepHold},
	},
	{
		"rollback", testPolicy(),
		Command{Step: StepRollback},
		start,
		[]string{"draining"},
		PhaseStaged,
		[]Step{StepRollback, StepHold},
	},
	{
		"reissue", testPolicy(),
		Command{Step: StepReissue},
		start,
		[]string{"revoked"},
		PhaseStable,
		[]Step{StepReissue},
	},
	{"hold", testPolicy(), Command{Step: StepHold, Reason: "r"}, start, allPhases, "", []Step{StepHold}},
	{"release", testPolicy(), Command{Step: StepRelease}, start, nil, "", nil},
}

// TestStepTable takes every step from every phase, as in the step table of the design.
func TestStepTable(t *testing.T) {
	expired := revoked(t)
	expired.ExpiresAt = at(-time.Hour)

	phases := []struct {
		name string
		c    Credential
	}{
		{"stable", stable()},
		{"staged", staged(t)},
		{"acknowledged", acknowledged(t)},
		{"rolled back", rolledBack(t)},
		{"draining", draining(t)},
		{"revoked", revoked(t)},
		{"expired", expired},
	}
	for _, tc := range stepTable {
		for _, phase := range phases {
			t.Run(tc.name+" from "+phase.name, func(t *testing.T) {
				tc.cmd.Actor = anyone
				got, done, err := Apply(phase.c, tc.p, tc.cmd, tc.now)
				if !slices.Contains(tc.allowed, phase.name) {
					// A second acknowledgement is accepted and changes nothing: the first evidence stays.
					if tc.name == "acknowledge" && phase.name == "acknowledged" {
						if err != nil || len(done) != 0 {
							t.Fatalf("a second acknowledgement: %v, %v", done, err)
						}
						return
					}
					refused := code(err) == CodeConflict || code(err) == CodeAcknowledgementRequired && tc.p.RequireAcknowledgement
					if !refused || len(done) != 0 || !sameCredential(got, phase.c) {
						t.Fatalf("got %v with %v, want a conflict and no change", err, done)
					}
					return
				}
				if err != nil || !slices.Equal(steps(done), tc.done) {
					t.Fatalf("got %v, %v, want %v", steps(done), err, tc.done)
				}
				want := tc.to
				if want == "" {
					want = phase.c.Phase()
				}
				if got.Phase() != want {
					t.Errorf("led to phase %s, want %s", got.Phase(), want)
				}
			})
		}
	}
}

// TestRevokeFromEveryPhase is never refused, not even on hold.
func TestRevokeFromEveryPhase(t *testing.T) {
	for _, tc := range []struct {
		name  string
		c     Credential
		cmd   Command
		phase Phase
		want  []State
	}{
		{"all, stable", stable(), Command{All: true}, PhaseRevoked, []State{StateRevoked}},
		{"all, staged", staged(t), Command{All: true}, PhaseRevoked, []State{StateRevoked, StateRevoked}},
		{"all, draining", draining(t), Command{All: true}, PhaseRevoked, []State{StateRevoked, StateRevoked}},
		{"all, revoked", revoked(t), Command{All: true}, PhaseRevoked, []State{StateRevoked}},
		{"all, held", held(staged(t)), Command{All: true}, PhaseRevoked, []State{StateRevoked, StateRevoked}},
		{"below the only one", stable(), Command{Below: 1}, PhaseStable, []State{StateCurrent}},
		{"below one that is to come", stable(), Command{Below: 2}, PhaseRevoked, []State{StateRevoked}},
		{"below pending", staged(t), Command{Below: 2}, PhaseStable, []State{StateRevoked, StateCurrent}},
		{
			"below pending, rolled back", rolledBack(t),
			Command{Below: 2},
			PhaseStable,
			[]State{StateRevoked, StateCurrent},
		},
		{"below current, staged", staged(t), Command{Below: 1}, PhaseStaged, []State{StateCurrent, StatePending}},
		{"below current, draining", draining(t), Command{Below: 2}, PhaseStable, []State{StateRevoked, StateCurrent}},
		{"below far above", draining(t), Command{Below: 99}, PhaseRevoked, []State{StateRevoked, StateRevoked}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.cmd.Step, tc.cmd.Reason, tc.cmd.Actor = StepRevoke, "leak", "sec"
			got, done, err := Apply(tc.c, testPolicy(), tc.cmd, at(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			if got.Phase() != tc.phase {
				t.Errorf("phase %s, want %s", got.Phase(), tc.phase)
			}
			wantStates(t, got, tc.want...)
			if changed := !sameCredential(got, tc.c); changed != (len(done) == 1) {
				t.Errorf("changed %t, recorded %v", changed, done)
			}
			for _, v := range got.Versions {
				if before, _ := tc.c.Lookup(v.Number); before.State.Valid() && v.State == StateRevoked &&
					(v.EndedBy != "sec" || v.EndReason != "leak" || !v.EndedAt.Equal(at(time.Minute))) {
					t.Errorf("version %d ended %s by %s: %s", v.Number, v.EndedAt, v.EndedBy, v.EndReason)
				}
			}
		})
	}
}

// TestPendingMadeCurrentByRevoke is current from the time of the revocation, without evidence and deadline.
func TestPendingMadeCurrentByRevoke(t *testing.T) {
	c := do(t, rolledBack(t), testPolicy(), Command{Step: StepRevoke, Below: 2, Reason: "leak"}, at(time.Hour))
	v, _ := c.Current()
	if v.Number != 2 || v.RolledBack || v.Evidence != nil || !v.Deadline.IsZero() || v.PromotedBy != anyone {
		t.Errorf("current is %+v", v)
	}
	wantTime(t, "current since", v.CurrentSince, at(time.Hour))
	if c.Version != 2 {
		t.Errorf("the consumer's version is %d, want 2", c.Version)
	}
}
