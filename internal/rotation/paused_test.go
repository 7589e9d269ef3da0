package rotation

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func paused(p Policy) Policy {
	p.Paused = true
	return p
}

// TestPausedDeadlineWaits: while the clock is in doubt, a credential stays as it is past every deadline. At use the
// deadline counts.
func TestPausedDeadlineWaits(t *testing.T) {
	expiring, _ := Create(start, anyone, 1, at(time.Hour))
	for name, tc := range map[string]struct {
		c     Credential
		valid []int64
	}{
		"end of an overlap":            {draining(t), []int64{2}},
		"cancel of a stage":            {staged(t), []int64{1}},
		"end of a stage with evidence": {acknowledged(t), []int64{1, 2}},
		"end of a rolled-back version": {rolledBack(t), []int64{1}},
		"expiry":                       {expiring, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := testPolicy()
			past := tc.c.NextDeadline()
			if s := StatusAt(tc.c, paused(p), past.Add(-tick)); s.DeadlinePaused {
				t.Errorf("before the deadline: %+v", s)
			}
			if s := StatusAt(tc.c, p, past); s.DeadlinePaused || s.Phase == tc.c.Phase() {
				t.Errorf("while the clock is trusted: %+v", s)
			}
			got, done := Settle(tc.c, paused(p), past)
			if len(done) != 0 || !sameCredential(got, tc.c) {
				t.Errorf("carried out: %+v", done)
			}
			if s := StatusAt(tc.c, paused(p), past); !s.DeadlinePaused || s.Phase != tc.c.Phase() {
				t.Errorf("%+v", s)
			}
			for n := int64(1); n <= tc.c.Highest; n++ {
				want := false
				for _, v := range tc.valid {
					want = want || v == n
				}
				_, _, used := Use(tc.c, paused(p), n, "", anyone, past)
				if got := tc.c.ValidAt(paused(p), n, past); got != want || used != want {
					t.Errorf("version %d is valid: %v, used: %v; want %v", n, got, used, want)
				}
			}
		})
	}
}

// TestPausedStepsWork: a step that somebody asks for is taken from where the credential was before the deadline. What
// the step ends in its own moment is part of it.
func TestPausedStepsWork(t *testing.T) {
	p := paused(testPolicy())
	c := do(t, acknowledged(t), p, Command{Step: StepPromote}, at(30*day))
	if v, ok := c.Previous(); !ok || !v.Deadline.Equal(at(31*day)) {
		t.Errorf("promoted: %+v", c)
	}
	if c = do(t, draining(t), p, Command{Step: StepRetire}, at(30*day)); c.Phase() != PhaseStable {
		t.Errorf("retired: %+v", c)
	}
	p.Overlap = 0
	if c = do(t, acknowledged(t), p, Command{Step: StepPromote}, at(30*day)); c.Phase() != PhaseStable {
		t.Errorf("promoted without an overlap: %+v", c)
	}
	_, _, err := Apply(draining(t), p, Command{Step: StepBegin, Actor: anyone}, at(30*day))
	if refused := (*Error)(nil); !errors.As(err, &refused) || !strings.Contains(refused.Message, "clock jumped") {
		t.Errorf("begin: %v", err)
	}
}
