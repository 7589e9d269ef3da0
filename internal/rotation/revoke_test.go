package rotation

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

type minimumCase struct {
	name string
	c    Credential
	n    int64
	code string
	want []State // of the versions after it; nil for no change
}

func minimumCases(t *testing.T) []minimumCase {
	t.Helper()
	return []minimumCase{
		{"lower than everything", stable(), 0, "", nil},
		{"the current one", stable(), 1, "", nil},
		{"the next one", stable(), 2, "", []State{StateRevoked, StateCurrent}},
		{"above the next one", stable(), 3, CodeInvalid, nil},
		{"staged: the current one", staged(t), 1, "", nil},
		{"staged: the pending one", staged(t), 2, "", []State{StateRevoked, StateCurrent}},
		{"staged: the next one", staged(t), 3, "", []State{StateRevoked, StateRevoked, StateCurrent}},
		{"rolled back: the pending one", rolledBack(t), 2, "", []State{StateRevoked, StateCurrent}},
		{"draining: the previous one", draining(t), 1, "", nil},
		{"draining: the current one", draining(t), 2, "", []State{StateRevoked, StateCurrent}},
		{"draining: the next one", draining(t), 3, "", []State{StateRevoked, StateRevoked, StateCurrent}},
		{"draining: above the next one", draining(t), 4, CodeInvalid, nil},
		{"revoked: the next one", revoked(t), 2, "", nil},
		{"revoked: above the next one", revoked(t), 3, CodeInvalid, nil},
		{"held: without effect", held(draining(t)), 1, "", nil},
		{"held: with effect", held(draining(t)), 2, CodeHeld, nil},
		{"held: above the next one", held(draining(t)), 4, CodeInvalid, nil},
	}
}

func TestRaiseMinimum(t *testing.T) {
	for _, tc := range minimumCases(t) {
		t.Run(tc.name, func(t *testing.T) {
			got, done, err := RaiseMinimum(tc.c, testPolicy(), tc.n, "tf", at(time.Hour))
			if code(err) != tc.code {
				t.Fatalf("got %v, want code %q", err, tc.code)
			}
			var e *Error
			if errors.As(err, &e) && (e.Field == "/minimum_version") != (e.Code == CodeInvalid) {
				t.Errorf("field %q", e.Field)
			}
			if tc.want == nil {
				if len(done) != 0 || !sameCredential(got, tc.c) {
					t.Errorf("did %+v", done)
				}
				return
			}
			wantStates(t, got, tc.want...)
			if got.Phase() != PhaseStable || got.Version != tc.n {
				t.Errorf("phase %s, consumer's version %d", got.Phase(), got.Version)
			}
			if len(done) != 1 || done[0].Step != StepMinimumVersion || done[0].Actor != "tf" {
				t.Fatalf("recorded %+v", done)
			}
			issued := int64(0)
			if got.Highest > tc.c.Highest {
				issued = got.Highest
			}
			if done[0].Issued != issued {
				t.Errorf("recorded the issue of %d, want %d", done[0].Issued, issued)
			}
			for _, v := range got.Versions { // exactly those whose state changed
				old, _ := tc.c.Lookup(v.Number)
				if slices.Contains(done[0].Versions, v.Number) != (old.State != v.State) {
					t.Errorf("recorded versions %v", done[0].Versions)
				}
			}
			if v, _ := got.Lookup(1); v.EndReason != ReasonMinimumVersion || v.EndedBy != "tf" {
				t.Errorf("version 1 ended by %s: %s", v.EndedBy, v.EndReason)
			}
		})
	}
}

// TestRevokeValue is the RFC 7009 revocation of one value.
func TestRevokeValue(t *testing.T) {
	for _, tc := range []struct {
		name   string
		c      Credential
		number int64
		step   Step // "" for nothing
		hold   bool
		phase  Phase
		want   []State
	}{
		{"the only one", stable(), 1, StepRevoke, false, PhaseRevoked, []State{StateRevoked}},
		{"current while staged", staged(t), 1, StepRevoke, false, PhaseStable, []State{StateRevoked, StateCurrent}},
		{
			"current after a rollback", rolledBack(t), 1, StepRevoke, false, PhaseStable,
			[]State{StateRevoked, StateCurrent},
		},
		{"pending", staged(t), 2, StepCancel, true, PhaseStable, []State{StateCurrent, StateRevoked}},
		{"current while draining", draining(t), 2, StepRevoke, false, PhaseStable, []State{StateCurrent, StateRevoked}},
		{"previous", draining(t), 1, StepRetire, false, PhaseStable, []State{StateRetired, StateCurrent}},
		{"one that ended", revoked(t), 1, "", false, PhaseRevoked, []State{StateRevoked}},
		{"one that never was", stable(), 5, "", false, PhaseStable, []State{StateCurrent}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, done := RevokeValue(tc.c, testPolicy(), tc.number, "app", at(time.Hour))
			if tc.step == "" {
				if len(done) != 0 || !sameCredential(got, tc.c) {
					t.Errorf("did %+v", done)
				}
				return
			}
			if len(done) == 0 || done[0].Step != tc.step || done[0].Actor != "app" ||
				done[0].Reason != ReasonTokenRevoked {
				t.Errorf("recorded %+v", done)
			}
			wantStates(t, got, tc.want...)
			if got.Phase() != tc.phase || (got.Hold != nil) != tc.hold {
				t.Errorf("phase %s, hold %+v", got.Phase(), got.Hold)
			}
			if v, ok := got.Current(); ok && (got.Version != v.Number || v.Deadline.IsZero() == v.Bounded || v.RolledBack) {
				t.Errorf("current is %+v, the consumer's version %d", v, got.Version)
			}
		})
	}
	t.Run("previous is current again since when it was", func(t *testing.T) {
		got, _ := RevokeValue(draining(t), testPolicy(), 2, "app", at(time.Hour))
		v, _ := got.Current()
		wantTime(t, "current since", v.CurrentSince, start)
	})
	t.Run("pending is current since now", func(t *testing.T) {
		got, _ := RevokeValue(staged(t), testPolicy(), 1, "app", at(time.Hour))
		v, _ := got.Current()
		wantTime(t, "current since", v.CurrentSince, at(time.Hour))
	})
	t.Run("on hold", func(t *testing.T) {
		got, _ := RevokeValue(held(stable()), testPolicy(), 1, "app", start)
		if got.Phase() != PhaseRevoked {
			t.Error("the hold stopped a revocation")
		}
	})
}

// TestReissue issues the next number after a revocation.
func TestReissue(t *testing.T) {
	c := revoked(t)
	if c.Version != 1 {
		t.Errorf("while revoked the consumer's version is %d, want 1", c.Version)
	}
	c, done, err := Apply(c, testPolicy(), Command{Step: StepReissue, Actor: "tf"}, at(time.Hour))
	if err != nil || done[0].Issued != 2 || c.Version != 2 {
		t.Fatalf("reissue: %v, %+v", err, done)
	}
	v, _ := c.Current()
	wantTime(t, "current since", v.CurrentSince, at(time.Hour))
}

func TestSetExpiry(t *testing.T) {
	p := testPolicy()
	c := stable()
	c.ExpiresAt = at(day)

	for _, until := range []time.Time{at(2 * time.Hour), at(time.Hour), start} {
		_, _, err := SetExpiry(c, p, until, at(2*time.Hour))
		var e *Error
		if !errors.As(err, &e) || e.Code != CodeInvalid || e.Field != "/expires_at" {
			t.Errorf("a date in the past: %v", err)
		}
	}
	later, done, err := SetExpiry(c, p, at(9*day), at(time.Hour))
	if err != nil || len(done) != 0 || !later.ExpiresAt.Equal(at(9*day)) {
		t.Errorf("a later date: %v, %v", err, done)
	}
	if got, _, err := SetExpiry(c, p, time.Time{}, at(time.Hour)); err != nil || !got.ExpiresAt.IsZero() {
		t.Errorf("none: %v", err)
	}
	if _, done, err := SetExpiry(c, p, at(day), at(2*day)); err != nil || len(done) != 1 {
		t.Errorf("the same date once it has passed: %v, %v", err, done)
	}
	got, done, err := SetExpiry(c, p, at(9*day), at(2*day))
	if err != nil || !slices.Equal(steps(done), []Step{StepExpire}) || got.Phase() != PhaseRevoked {
		t.Fatalf("too late: %v, %v", err, steps(done))
	}
	if s := StatusAt(got, p, at(2*day)); s.Due != StepReissue || s.Reason != ReasonRevoked {
		t.Errorf("expired and moved, due is %s (%s)", s.Due, s.Reason)
	}
	got = do(t, got, p, Command{Step: StepReissue}, at(2*day))
	if got.Phase() != PhaseStable || !got.NextDeadline().Equal(at(9*day)) {
		t.Errorf("reissued: %s", describe(got))
	}
}

// TestLeftAlone: the version that continues after the revocation of the newer one ends when its overlap does, whatever
// is done until then.
func TestLeftAlone(t *testing.T) {
	p := testPolicy()
	c, _ := RevokeValue(draining(t), p, 2, "app", at(time.Hour))
	ends := c.CurrentEnds()
	if previous, _ := draining(t).Previous(); ends.IsZero() || !ends.Equal(previous.Deadline) ||
		!c.NextDeadline().Equal(ends) {
		t.Fatalf("left alone until %s: %s", ends, describe(c))
	}
	if s := StatusAt(c, p, at(time.Hour)); s.Due != StepBegin || s.Reason != ReasonRevoked ||
		!s.CurrentExpiresAt.Equal(ends) {
		t.Errorf("status %+v", s)
	}
	_, _, err := Apply(c, p, Command{Step: StepRetire, Force: true, Reason: "r"}, at(time.Hour))
	if err == nil || !strings.Contains(err.Error(), "stable until "+date(ends)) {
		t.Errorf("refused with %v", err)
	}
	begun := do(t, c, p, Command{Step: StepBegin}, at(2*time.Hour))
	rotated := do(t, c, withoutAcknowledgement(p), Command{Step: StepRotate}, at(2*time.Hour))
	promoted := do(t, begun, p, Command{Step: StepPromote, Force: true, Reason: "r"}, at(3*time.Hour))
	back := do(t, promoted, p, Command{Step: StepRollback}, at(4*time.Hour))
	for name, tc := range map[string]struct {
		c     Credential
		phase Phase
	}{
		"no rotation begins": {c, PhaseRevoked}, "begun": {begun, PhaseStable}, "rotated": {rotated, PhaseStable},
		"promoted": {promoted, PhaseStable}, "rolled back": {back, PhaseRevoked},
		"cancelled": {do(t, begun, p, Command{Step: StepCancel}, at(3*time.Hour)), PhaseRevoked},
	} {
		if !tc.c.ValidAt(p, 1, ends.Add(-tick)) || tc.c.ValidAt(p, 1, ends) {
			t.Errorf("%s: version 1 does not end at %s", name, ends)
		}
		after, done := Settle(tc.c, p, ends)
		if v, _ := after.Lookup(1); after.Phase() != tc.phase || v.State != StateRetired ||
			v.EndReason != ReasonOverlapEnded {
			t.Errorf("%s: %s", name, describe(after))
		}
		if len(done) == 0 || done[len(done)-1].Actor != ActorPlatform {
			t.Errorf("%s: %+v", name, done)
		}
		if tc.phase == PhaseRevoked && name != "cancelled" && name != "rolled back" {
			if s := StatusAt(after, p, ends); s.Due != StepReissue || s.Reason != ReasonRevoked {
				t.Errorf("%s: status %+v", name, s)
			}
		}
	}
}
