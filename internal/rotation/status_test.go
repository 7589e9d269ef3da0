package rotation

import (
	"testing"
	"time"
)

func TestDue(t *testing.T) {
	p := testPolicy()
	needsNone := withoutAcknowledgement(p)
	enforced := func(c Credential) Credential { c, _ = ReportEnforcement(c, p, 2, false, start); return c }
	expired := stable()
	expired.ExpiresAt = at(day)

	for _, tc := range []struct {
		name   string
		c      Credential
		p      Policy
		now    time.Duration
		due    Step
		reason string
	}{
		{"stable, young", stable(), p, 90*day - tick, StepNone, ""},
		{"stable, past interval", stable(), p, 90 * day, StepBegin, ReasonInterval},
		{"stable, past interval, no acknowledgement", stable(), needsNone, 90 * day, StepRotate, ReasonInterval},
		{"stable, just before max_age", stable(), p, 120*day - tick, StepBegin, ReasonInterval},
		{"stable, past max_age", stable(), p, 120 * day, StepBegin, ReasonOverdue},
		{"stable, past max_age, no acknowledgement", stable(), needsNone, 120 * day, StepRotate, ReasonOverdue},
		{"stable, no policy", stable(), DefaultPolicy(), 10000 * day, StepNone, ""},
		{"stable, requested", Request(stable()), p, 0, StepBegin, ReasonRequested},
		{"stable, requested, no acknowledgement", Request(stable()), needsNone, 0, StepRotate, ReasonRequested},
		{"stable, requested and past interval", Request(stable()), p, 91 * day, StepBegin, ReasonRequested},
		{"stable, requested and past max_age", Request(stable()), p, 121 * day, StepBegin, ReasonOverdue},
		{"staged", staged(t), p, 0, StepNone, ReasonAwaitingAcknowledgement},
		{"staged, not enforced", enforced(staged(t)), p, 0, StepNone, ReasonNotEnforced},
		{"staged, not enforced, no acknowledgement", enforced(staged(t)), needsNone, 0, StepPromote, ""},
		{"staged, acknowledged", acknowledged(t), p, 0, StepPromote, ReasonAcknowledged},
		{"staged, not enforced, but acknowledged", enforced(acknowledged(t)), p, 0, StepPromote, ReasonAcknowledged},
		{"staged, no acknowledgement", staged(t), needsNone, 0, StepPromote, ""},
		{"staged, requested", Request(staged(t)), p, 0, StepNone, ReasonAwaitingAcknowledgement},
		{"staged, past its deadline, not settled", staged(t), p, 7 * day, StepNone, ""},
		{"rolled back", rolledBack(t), p, 0, StepNone, ""},
		{"draining", draining(t), p, 0, StepNone, ""},
		{"draining, quiet", draining(t), p, time.Hour, StepRetire, ReasonQuiet},
		{"draining, no quiet_period", draining(t), DefaultPolicy(), 23 * time.Hour, StepNone, ""},
		{"revoked", revoked(t), p, 0, StepReissue, ReasonRevoked},
		{"expired, not settled", expired, p, day, StepNone, ReasonExpired},
		{"held", held(stable()), p, 91 * day, StepNone, ReasonHeld},
		{"held, acknowledged", held(acknowledged(t)), p, 0, StepNone, ReasonHeld},
		{"held, revoked", held(revoked(t)), p, 0, StepNone, ReasonHeld},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if s := StatusAt(tc.c, tc.p, at(tc.now)); s.Due != tc.due || s.Reason != tc.reason {
				t.Errorf("due is %s (%q), want %s (%q)", s.Due, s.Reason, tc.due, tc.reason)
			}
		})
	}
}

func TestStatusAt(t *testing.T) {
	p := testPolicy()
	for _, tc := range []struct {
		name string
		c    Credential
		p    Policy
		want Status
	}{
		{"stable", stable(), p, Status{
			Phase: PhaseStable, Due: StepNone, RequiresAcknowledgement: true,
			CurrentVersion: 1, NextVersion: 2, LastRotatedAt: start, NextRotationAt: at(90 * day), Version: 1,
		}},
		{"stable, no policy", stable(), DefaultPolicy(), Status{
			Phase: PhaseStable, Due: StepNone, RequiresAcknowledgement: true,
			CurrentVersion: 1, NextVersion: 2, LastRotatedAt: start, Version: 1,
		}},
		{"acknowledged", acknowledged(t), p, Status{
			Phase: PhaseStaged, Due: StepPromote, Reason: ReasonAcknowledged, RequiresAcknowledgement: true,
			Acknowledged:   true,
			CurrentVersion: 1, PendingVersion: 2, NextVersion: 3, PendingExpiresAt: at(7 * day),
			LastRotatedAt: start, NextRotationAt: at(90 * day), Version: 2,
		}},
		{"draining", draining(t), withoutAcknowledgement(p), Status{
			Phase: PhaseDraining, Due: StepNone,
			CurrentVersion: 2, PreviousVersion: 1, NextVersion: 3, PreviousExpiresAt: at(day),
			LastRotatedAt: start, NextRotationAt: at(90 * day), Version: 2,
		}},
		{"revoked", revoked(t), p, Status{
			Phase: PhaseRevoked, Due: StepReissue, Reason: ReasonRevoked, RequiresAcknowledgement: true,
			NextVersion: 2, Version: 1,
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := StatusAt(tc.c, tc.p, start); got != tc.want {
				t.Errorf("got  %+v\nwant %+v", got, tc.want)
			}
		})
	}
}

// TestRequest stays open until a version that was issued after it is current.
func TestRequest(t *testing.T) {
	p := testPolicy()
	due := func(c Credential, now time.Time) Step { return StatusAt(c, p, now).Due }

	t.Run("answered by a rotation", func(t *testing.T) {
		c := Request(stable())
		c = do(t, c, p, Command{Step: StepBegin}, start)
		c = do(t, c, p, Command{Step: StepAcknowledge, Version: 2}, start)
		c = do(t, c, p, Command{Step: StepPromote}, start)
		if s := due(c, at(day)); s != StepNone {
			t.Errorf("due is %s", s)
		}
	})
	t.Run("survives a stage that times out", func(t *testing.T) {
		c := do(t, Request(stable()), p, Command{Step: StepBegin}, start)
		if s := due(c, at(7*day)); s != StepBegin {
			t.Errorf("due is %s", s)
		}
	})
	t.Run("not answered by what was pending already", func(t *testing.T) {
		c := do(t, Request(acknowledged(t)), p, Command{Step: StepPromote}, start)
		if s := due(c, at(day)); s != StepBegin {
			t.Errorf("due is %s", s)
		}
	})
	t.Run("answered by minimum_version and reissue", func(t *testing.T) {
		c, _, err := RaiseMinimum(Request(stable()), p, 2, anyone, start)
		if s := due(c, start); err != nil || s != StepNone {
			t.Errorf("due is %s (%v)", s, err)
		}
		c = do(t, Request(revoked(t)), p, Command{Step: StepReissue}, start)
		if s := due(c, start); s != StepNone {
			t.Errorf("due is %s", s)
		}
	})
}

// TestNotEnforced applies to one pending version, and ends with it.
func TestNotEnforced(t *testing.T) {
	p := testPolicy()
	for name, c := range map[string]Credential{"stable": stable(), "acknowledged": acknowledged(t)} {
		if got, _ := ReportEnforcement(c, p, 2, false, start); got.NotEnforced {
			t.Errorf("recorded while %s", name)
		}
	}
	if got, _ := ReportEnforcement(staged(t), p, 1, false, start); got.NotEnforced {
		t.Error("recorded for another version than the pending one")
	}
	c, _ := ReportEnforcement(staged(t), p, 2, false, start)
	if !c.NotEnforced {
		t.Fatal("not recorded")
	}
	if got, _ := ReportEnforcement(c, p, 2, true, start); got.NotEnforced {
		t.Error("kept after a probe that was refused: the receiver verifies now")
	}
	if got := do(t, c, p, Command{Step: StepAcknowledge, Version: 2, Evidence: EvidenceProbe}, start); got.NotEnforced {
		t.Error("kept after a probe that was evidence")
	}
	if got := do(t, c, p, Command{Step: StepCancel}, start); got.NotEnforced {
		t.Error("kept without a pending version")
	}
}

// TestForgetProbes discards the evidence of probes, and no other evidence.
func TestForgetProbes(t *testing.T) {
	p := testPolicy()
	proven := do(t, staged(t), p, Command{Step: StepAcknowledge, Version: 2, Evidence: EvidenceProbe}, start)
	doubted, _ := ReportEnforcement(staged(t), p, 2, false, start)
	for name, c := range map[string]struct {
		before   Credential
		evidence bool
	}{
		"proven by a probe": {proven, false},
		"not enforced":      {doubted, false},
		"acknowledged":      {acknowledged(t), true},
		"stable":            {stable(), false},
	} {
		got, done := ForgetProbes(c.before, p, start)
		pending, _ := got.Pending()
		if got.NotEnforced || (pending.Evidence != nil) != c.evidence || len(done) != 0 {
			t.Errorf("%s: %+v, %v", name, got, done)
		}
	}
	if before, _ := proven.Pending(); before.Evidence == nil {
		t.Error("the credential that was given has changed")
	}
}
