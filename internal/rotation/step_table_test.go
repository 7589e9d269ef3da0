package rotation

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestStepTable is the step table of the design: every step from every phase, allowed or refused with what.
func TestStepTable(t *testing.T) {
	needsNone := withoutAcknowledgement(testPolicy())
	quietNow := at(time.Hour)
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
	all := []string{"stable", "staged", "acknowledged", "rolled back", "draining", "revoked", "expired"}

	for _, tc := range []struct {
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
		{"hold", testPolicy(), Command{Step: StepHold, Reason: "r"}, start, all, "", []Step{StepHold}},
		{"release", testPolicy(), Command{Step: StepRelease}, start, nil, "", nil},
	} {
		for _, phase := range phases {
			t.Run(tc.name+" from "+phase.name, func(t *testing.T) {
				tc.cmd.Actor = anyone
				got, done, err := Apply(phase.c, tc.p, tc.cmd, tc.now)
				if !slices.Contains(tc.allowed, phase.name) {
					// Acknowledging twice is accepted and changes nothing: the first evidence stays.
					if tc.name == "acknowledge" && phase.name == "acknowledged" {
						if err != nil || len(done) != 0 {
							t.Fatalf("a second acknowledgement: %v, %v", done, err)
						}
						return
					}
					if code(err) != CodeConflict || len(done) != 0 || !sameCredential(got, phase.c) {
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

// TestRevokeFromEveryPhase: revoke is refused in no phase, and on no hold.
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

// TestPendingMadeCurrentByRevoke: it is current from the moment of the revocation, without evidence and deadline.
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

// TestBadCommands: what is wrong with the request itself is named by field, before anything else.
func TestBadCommands(t *testing.T) {
	for _, tc := range []struct {
		name  string
		cmd   Command
		field string
	}{
		{"revoke without a reason", Command{Step: StepRevoke, All: true}, "/reason"},
		{"revoke of nothing", Command{Step: StepRevoke, Reason: "r"}, "/below"},
		{"revoke of all and below", Command{Step: StepRevoke, Reason: "r", All: true, Below: 2}, "/below"},
		{"revoke below a negative number", Command{Step: StepRevoke, Reason: "r", Below: -1}, "/below"},
		{"hold without a reason", Command{Step: StepHold}, "/reason"},
		{"forced promote without a reason", Command{Step: StepPromote, Force: true}, "/reason"},
		{"forced retire without a reason", Command{Step: StepRetire, Force: true}, "/reason"},
		{"acknowledge without a version", Command{Step: StepAcknowledge}, "/version"},
		{"a step only deadlines make", Command{Step: StepExpire}, "/step"},
		{"no step", Command{}, "/step"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, done, err := Apply(held(acknowledged(t)), testPolicy(), tc.cmd, start)
			var e *Error
			if !errors.As(err, &e) || e.Code != CodeInvalid || e.Field != tc.field || len(done) != 0 {
				t.Errorf("got %v, want an invalid %s", err, tc.field)
			}
		})
	}
}

// TestRefusalsSayWhatToDo: a refusal names the step, the phase, when that ends, and the way out.
func TestRefusalsSayWhatToDo(t *testing.T) {
	expired := revoked(t)
	expired.ExpiresAt = at(-time.Hour)
	for _, tc := range []struct {
		name string
		c    Credential
		p    Policy
		cmd  Command
		want []string
	}{
		{
			"begin while staged", staged(t), testPolicy(),
			Command{Step: StepBegin},
			[]string{"begin refused", "staged until 2026-01-08T00:00:00Z", "version 2", "promote", "cancel"},
		},
		{
			"rotate while draining", draining(t), withoutAcknowledgement(testPolicy()),
			Command{Step: StepRotate},
			[]string{"rotate refused", "draining until 2026-01-02T00:00:00Z", "version 1", "retire", "roll back"},
		},
		{"begin while revoked", revoked(t), testPolicy(), Command{Step: StepBegin}, []string{"revoked", "reissue"}},
		{"promote while stable", stable(), testPolicy(), Command{Step: StepPromote}, []string{"stable", "begin"}},
		{
			"rotate where an acknowledgement is required", stable(), testPolicy(),
			Command{Step: StepRotate},
			[]string{"acknowledgement", "begin instead"},
		},
		{
			"promote without evidence", staged(t), testPolicy(),
			Command{Step: StepPromote},
			[]string{"version 2", "seen in use", "force", "2026-01-08T00:00:00Z"},
		},
		{
			"promote after a rollback", rolledBack(t), testPolicy(),
			Command{Step: StepPromote},
			[]string{"version 2", "rolled back", "2026-01-02T00:00:00Z"},
		},
		{
			"retire too early", draining(t), testPolicy(),
			Command{Step: StepRetire},
			[]string{"version 1", "quiet_period", "2026-01-01T01:00:00Z", "2026-01-02T00:00:00Z"},
		},
		{
			"retire without quiet_period", draining(t), DefaultPolicy(),
			Command{Step: StepRetire},
			[]string{"no quiet_period", "2026-01-02T00:00:00Z", "force"},
		},
		{
			"acknowledge the wrong one", staged(t), testPolicy(),
			Command{Step: StepAcknowledge, Version: 7},
			[]string{"pending version is 2"},
		},
		{
			"reissue after expiry", expired, testPolicy(),
			Command{Step: StepReissue},
			[]string{"expired at 2025-12-31T23:00:00Z", "expires_at"},
		},
		{
			"begin on hold", held(stable()), testPolicy(),
			Command{Step: StepBegin},
			[]string{"on hold since 2026-01-01T00:00:00Z by sec: investigation", "release"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, _, err := Apply(tc.c, tc.p, tc.cmd, start)
			if err == nil {
				t.Fatal("not refused")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}
