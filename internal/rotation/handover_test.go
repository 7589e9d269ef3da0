package rotation

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestHandover(t *testing.T) {
	n := func(version, current, pending, previous, next int64) Numbers {
		return Numbers{Version: version, Current: current, Pending: pending, Previous: previous, Next: next}
	}
	for name, tc := range map[string]struct {
		numbers Numbers
		want    int64
	}{
		"created":                   {n(1, 1, 0, 0, 2), 17},
		"staged":                    {n(2, 1, 2, 0, 3), 27},
		"draining, as staged":       {n(2, 2, 0, 1, 3), 27},
		"retired":                   {n(2, 2, 0, 0, 3), 25},
		"cancelled":                 {n(1, 1, 0, 0, 3), 26},
		"rolled back":               {n(1, 1, 2, 0, 3), 28},
		"revoked":                   {n(2, 0, 0, 0, 3), 24},
		"staged under another name": {n(2, 1, 2, 0, 10), 85},
		"rolled back there":         {n(1, 1, 2, 0, 10), 86},
	} {
		if got := tc.numbers.Handover(); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
}

// Over the life of a credential, the number changes with what a consumer should hold and with nothing else but the next
// version, and it never comes back for anything else.
func TestHandoverFollowsWhatIsValid(t *testing.T) {
	steps := []Step{StepBegin, StepRotate, StepPromote, StepRetire, StepCancel, StepRollback, StepReissue}
	rapid.Check(t, func(t *rapid.T) {
		p := testPolicy()
		p.RequireAcknowledgement = rapid.Bool().Draw(t, "acknowledge")
		now := start
		c, _ := Create(now, anyone, 1, time.Time{})
		held := map[int64]string{} // what a consumer should hold, by the number
		numbers := map[string]int64{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "minutes")) * time.Minute)
			c, _ = Settle(c, p, now)
			c.Hold = nil
			n := c.Numbers()
			hold := fmt.Sprint(n.Next, n.Valid())
			if len(n.Valid()) > 0 {
				hold += fmt.Sprint(n.Version)
			}
			number := n.Handover()
			if before, ok := held[number]; ok && before != hold {
				t.Fatalf("%d is for %s and for %s", number, before, hold)
			}
			if before, ok := numbers[hold]; ok && before != number {
				t.Fatalf("%s is %d and %d", hold, before, number)
			}
			held[number], numbers[hold] = hold, number
			switch rapid.IntRange(0, 12).Draw(t, "what") {
			case 0:
				c, _, _ = Apply(c, p, Command{Step: StepRevoke, All: true, Reason: "leak"}, now)
			case 1:
				c, _, _ = Apply(c, p, Command{Step: StepRevoke, Below: c.NextVersion() - 1, Reason: "leak"}, now)
			case 2:
				c, _, _ = RaiseMinimum(c, p, c.NextVersion()-1, anyone, now)
			case 3:
				c.Highest += 5 // a name that had higher numbers
			default:
				next, _, err := Apply(c, p, Command{
					Step: rapid.SampledFrom(steps).Draw(t, "step"), Force: true, Reason: "test",
				}, now)
				if err == nil {
					c = next
				}
			}
		}
	})
}
