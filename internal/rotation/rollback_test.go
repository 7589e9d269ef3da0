package rotation

import (
	"testing"
	"time"
)

// TestRollback makes the old version current without a deadline, and the new one pending with its old deadline.
func TestRollback(t *testing.T) {
	p := testPolicy()
	c := do(t, draining(t), p, Command{Step: StepRollback, Actor: "sec"}, at(time.Hour))
	wantStates(t, c, StateCurrent, StatePending)
	old, newer := c.Versions[0], c.Versions[1]
	if !old.Deadline.IsZero() || !old.PreviousSince.IsZero() {
		t.Errorf("current is %+v", old)
	}
	wantTime(t, "current since", old.CurrentSince, start)
	if !newer.RolledBack || newer.Evidence != nil || newer.PromotedBy != "" || !newer.CurrentSince.IsZero() {
		t.Errorf("pending is %+v", newer)
	}
	wantTime(t, "kept deadline", newer.Deadline, at(day))
	if c.Version != 1 {
		t.Errorf("the consumer's version is %d, want 1", c.Version)
	}
	if c.Hold == nil || c.Hold.By != "sec" || c.Hold.Reason != ReasonRollback {
		t.Errorf("the hold is %+v", c.Hold)
	}
	if s := StatusAt(c, p, at(time.Hour)); s.Due != StepNone || s.Reason != ReasonHeld || s.Acknowledged {
		t.Errorf("status %+v", s)
	}
}

// TestAfterRollback takes the possible next steps.
func TestAfterRollback(t *testing.T) {
	p := testPolicy()
	later := at(time.Hour)

	t.Run("cancelled at the kept deadline, whatever the evidence", func(t *testing.T) {
		p := p
		p.OnStageTimeout = OnTimeoutPromote
		c := do(t, rolledBack(t), p, Command{Step: StepAcknowledge, Version: 2}, later)
		c, done := Settle(c, p, at(day))
		if len(done) != 1 || done[0].Step != StepCancel || done[0].Reason != ReasonRolledBack || c.Hold != nil {
			t.Errorf("the deadline made %+v, hold %v", done, c.Hold)
		}
		wantStates(t, c, StateCurrent, StateRevoked)
	})
	t.Run("nothing is due", func(t *testing.T) {
		for _, p := range []Policy{p, withoutAcknowledgement(p)} {
			s := StatusAt(rolledBack(t), p, later)
			if s.Due != StepNone || s.Reason != "" || s.Phase != PhaseStaged || s.Version != 1 {
				t.Errorf("status %+v", s)
			}
		}
	})
	t.Run("no acknowledgement required is not enough", func(t *testing.T) {
		_, _, err := Apply(rolledBack(t), withoutAcknowledgement(p), Command{Step: StepPromote}, later)
		if code(err) != CodeConflict {
			t.Errorf("got %v", err)
		}
	})
	t.Run("fresh evidence is", func(t *testing.T) {
		c, _, _ := Use(rolledBack(t), p, 2, EvidenceIntrospection, "app", later)
		do(t, c, p, Command{Step: StepPromote}, later)
	})
	t.Run("cancelled and begun anew", func(t *testing.T) {
		c := do(t, rolledBack(t), p, Command{Step: StepCancel}, later)
		c = do(t, c, p, Command{Step: StepRelease}, later)
		c = do(t, c, p, Command{Step: StepBegin}, later)
		if v, _ := c.Pending(); v.Number != 3 || v.RolledBack || !v.Deadline.Equal(later.Add(p.MaxStage)) {
			t.Errorf("pending is %+v", v)
		}
	})
}

// TestPromotionAfterRollback does not extend the overlap.
func TestPromotionAfterRollback(t *testing.T) {
	p := testPolicy()
	later := at(time.Hour)
	t.Run("promoted again, the overlap goes on", func(t *testing.T) {
		c := do(t, rolledBack(t), p, Command{Step: StepPromote, Force: true, Reason: "fixed"}, later)
		previous, _ := c.Previous()
		wantTime(t, "overlap deadline", previous.Deadline, at(day))
		current, _ := c.Current()
		wantTime(t, "current since", current.CurrentSince, later)
		if current.RolledBack || c.Version != 2 {
			t.Errorf("after the promotion: %s", describe(c))
		}
	})
	t.Run("promoted again under a shorter overlap", func(t *testing.T) {
		short := p
		short.Overlap = time.Minute
		c := do(t, rolledBack(t), short, Command{Step: StepPromote, Force: true, Reason: "fixed"}, later)
		previous, _ := c.Previous()
		wantTime(t, "overlap deadline", previous.Deadline, later.Add(time.Minute))
	})
	t.Run("forth and back for ever", func(t *testing.T) {
		c := draining(t)
		for i := range 20 {
			now := at(time.Duration(i) * time.Hour)
			c = do(t, c, p, Command{Step: StepRollback}, now)
			c = do(t, c, p, Command{Step: StepRelease}, now)
			c = do(t, c, p, Command{Step: StepPromote, Force: true, Reason: "again"}, now)
		}
		previous, _ := c.Previous()
		wantTime(t, "overlap deadline", previous.Deadline, at(day))
	})
}
