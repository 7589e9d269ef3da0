package rotation

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The four phases. Versions 4 and 5 were cancelled before the rotation to 6.
var (
	numbersStable     = Numbers{Phase: PhaseStable, Version: 3, Current: 3, Next: 6}
	numbersStaged     = Numbers{Phase: PhaseStaged, Version: 6, Current: 3, Pending: 6, Next: 7}
	numbersRolledBack = Numbers{Phase: PhaseStaged, Version: 3, Current: 3, Pending: 6, Next: 7}
	numbersDraining   = Numbers{Phase: PhaseDraining, Version: 6, Current: 6, Previous: 3, Next: 7}
	numbersRevoked    = Numbers{Phase: PhaseRevoked, Version: 6, Next: 7}
	numbersReissued   = Numbers{Phase: PhaseStable, Version: 7, Current: 7, Next: 8}
	numbersOnly6      = Numbers{Phase: PhaseStable, Version: 6, Current: 6, Next: 7}
)

func TestNumbersAfterStep(t *testing.T) {
	for _, tc := range []struct {
		name string
		from Numbers
		step Step
		want Numbers
	}{
		{"begin", numbersStable, StepBegin, numbersStaged},
		{"rotate", numbersStable, StepRotate, numbersDraining},
		{"promote", numbersStaged, StepPromote, numbersDraining},
		{"promote after a rollback", numbersRolledBack, StepPromote, numbersDraining},
		{"retire", numbersDraining, StepRetire, numbersOnly6},
		{"reissue", numbersRevoked, StepReissue, numbersReissued},
		{"cancel", numbersStaged, StepCancel, Numbers{Phase: PhaseStable, Version: 3, Current: 3, Next: 7}},
		{"rollback", numbersDraining, StepRollback, numbersRolledBack},
		{"acknowledge", numbersStaged, StepAcknowledge, numbersStaged},
		{"none", numbersRolledBack, StepNone, numbersRolledBack},
		{"unknown", numbersStable, "defragment", numbersStable},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.from.After(tc.step); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestNumbersAfterMinimum(t *testing.T) {
	for _, tc := range []struct {
		name    string
		from    Numbers
		minimum int64
		want    Numbers
	}{
		{"stable, to the next", numbersStable, 6, numbersOnly6},
		{"stable, not above current", numbersStable, 3, numbersStable},
		{"staged, pending remains", numbersStaged, 6, numbersOnly6},
		{"staged, none remains", numbersStaged, 7, numbersReissued},
		{"staged, both remain", numbersStaged, 3, numbersStaged},
		{"rolled back, pending remains", numbersRolledBack, 4, numbersOnly6},
		{"draining, current remains", numbersDraining, 4, numbersOnly6},
		{"draining, none remains", numbersDraining, 7, numbersReissued},
		{"draining, both remain", numbersDraining, 3, numbersDraining},
		{"revoked", numbersRevoked, 7, numbersRevoked},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.from.AfterMinimum(tc.minimum); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
			if below := tc.want != tc.from; tc.from.AnyBelow(tc.minimum) != below {
				t.Errorf("AnyBelow is %t", !below)
			}
		})
	}
}

// After and AfterMinimum give the numbers for a plan. In random sequences they equal those of Apply and RaiseMinimum.
func TestNumbersEqualTheSteps(t *testing.T) {
	steps := []Step{
		StepBegin, StepRotate, StepPromote, StepRetire, StepCancel, StepRollback, StepReissue, StepAcknowledge,
	}
	seen := map[Step]int{}
	rapid.Check(t, func(t *rapid.T) {
		p := testPolicy()
		p.RequireAcknowledgement = rapid.Bool().Draw(t, "acknowledge")
		now := start
		c, _ := Create(now, anyone, rapid.Int64Range(1, 5).Draw(t, "lowest"), time.Time{})
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "minutes")) * time.Minute)
			c, _ = Settle(c, p, now)
			c.Hold = nil
			if got, want := c.Numbers(), StatusAt(c, p, now); got != numbersIn(want) {
				t.Fatalf("Numbers are %+v, the status says %+v", got, want)
			}
			before := c.Numbers()
			if rapid.IntRange(0, 4).Draw(t, "raise") == 0 {
				minimum := rapid.Int64Range(1, c.NextVersion()).Draw(t, "minimum")
				c, _, _ = RaiseMinimum(c, p, minimum, anyone, now)
				if got := c.Numbers(); got != before.AfterMinimum(minimum) {
					t.Fatalf("minimum_version %d from %+v: got %+v, want %+v",
						minimum, before, got, before.AfterMinimum(minimum))
				}
				seen[StepMinimumVersion]++
				continue
			}
			if rapid.IntRange(0, 9).Draw(t, "revoke") == 0 {
				c, _, _ = Apply(c, p, Command{Step: StepRevoke, All: true, Reason: "leak"}, now)
				continue
			}
			cmd := Command{Step: rapid.SampledFrom(steps).Draw(t, "step"), Force: true, Reason: "test", Version: before.Pending}
			next, _, err := Apply(c, p, cmd, now)
			if err != nil {
				continue
			}
			if got := next.Numbers(); got != before.After(cmd.Step) {
				t.Fatalf("%s from %+v: got %+v, want %+v", cmd.Step, before, got, before.After(cmd.Step))
			}
			seen[cmd.Step]++
			c = next
		}
	})
	for _, s := range append(steps, StepMinimumVersion) {
		if seen[s] == 0 {
			t.Errorf("no sequence took the step %s: %v", s, seen)
		}
	}
}

func numbersIn(s Status) Numbers {
	return Numbers{
		Phase: s.Phase, Version: s.Version, Next: s.NextVersion,
		Current: s.CurrentVersion, Pending: s.PendingVersion, Previous: s.PreviousVersion,
	}
}
