package rotate

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// The rules take what the provider plans, and refuse what it refuses: a random walk plans at every turn, and carries
// the plan out.
func TestRulesTakeWhatThePlanShows(t *testing.T) {
	steps := map[rotation.Step]int{}
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		policy := rotation.DefaultPolicy()
		policy.Interval = 10 * time.Hour
		policy.MaxStage = 5 * time.Hour
		policy.Overlap = 3 * time.Hour
		policy.RequireAcknowledgement = rapid.Bool().Draw(t, "acknowledge")
		if rapid.Bool().Draw(t, "quiet") {
			policy.QuietPeriod = time.Hour
		}
		c, _ := rotation.Create(now, "op", rapid.Int64Range(1, 5).Draw(t, "lowest"), time.Time{})
		var minimum int64
		trigger := 0

		for range rapid.IntRange(1, 400).Draw(t, "turns") {
			now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "minutes")) * time.Minute)
			c, _ = rotation.Settle(c, policy, now)
			if disturb(t, &c, policy, now) {
				continue
			}
			p := statePrior(rotation.StatusAt(c, policy, now), minimum, trigger)
			w := wanted{minimumVersion: minimum, triggers: map[string]string{"t": strconv.Itoa(trigger)}}
			if rapid.IntRange(0, 3).Draw(t, "raise") == 0 {
				w.minimumVersion = rapid.Int64Range(1, p.Next+1).Draw(t, "minimum")
			}
			if rapid.IntRange(0, 3).Draw(t, "pull") == 0 {
				w.triggers["t"] = strconv.Itoa(trigger + 1)
			}
			change := changeOf(p, w)
			d := change.decision
			after, err := perform(c, policy, change, now)
			if _, refused, _ := change.refusal(); refused != "" {
				if err == nil {
					t.Fatalf("the provider refuses what the rules allow: %+v, %+v", p, w)
				}
				continue
			}
			if err != nil {
				t.Fatalf("the rules refuse the planned %s: %v", d.step, err)
			}
			if got := statePrior(rotation.StatusAt(after, policy, now), 0, 0).Numbers; got != d.after {
				t.Fatalf("step %q from %+v: planned %+v, the rules say %+v", d.step, p.Numbers, d.after, got)
			}
			steps[d.step]++
			c, minimum, trigger = after, w.minimumVersion, atoi(w.triggers["t"])
		}
	})
	for _, step := range []rotation.Step{
		"", rotation.StepMinimumVersion, rotation.StepBegin, rotation.StepRotate, rotation.StepPromote,
		rotation.StepRetire, rotation.StepReissue,
	} {
		if steps[step] == 0 {
			t.Errorf("the walks never came across step %q: %v", step, steps)
		}
	}
}

// disturb is everybody else: consumers, operators, security. It reports whether it did something.
func disturb(t *rapid.T, c *rotation.Credential, p rotation.Policy, now time.Time) bool {
	cmd := rotation.Command{Actor: "other", Reason: "test"}
	switch rapid.IntRange(0, 16).Draw(t, "disturb") {
	case 0, 7, 8:
		if v, ok := c.Pending(); ok {
			*c, _, _ = rotation.Use(*c, p, v.Number, rotation.EvidenceIntrospection, "consumer", now)
		}
		return true
	case 1:
		cmd.Step = rotation.StepCancel
	case 2:
		cmd.Step = rotation.StepRollback
	case 3:
		cmd.Step, cmd.All = rotation.StepRevoke, true
	case 4:
		cmd.Step = rotation.StepHold
	case 5, 6:
		cmd.Step = rotation.StepRelease
	default:
		return false
	}
	*c, _, _ = rotation.Apply(*c, p, cmd, now) // refused or not: both are somewhere to plan from
	return true
}

// perform does what Update asks of the platform: the PATCH, then the verb.
func perform(c rotation.Credential, p rotation.Policy, change Change, now time.Time) (rotation.Credential, error) {
	c, _, err := rotation.RaiseMinimum(c, p, change.wanted.minimumVersion, "op", now)
	if err != nil {
		return c, err
	}
	if change.Requests() {
		c = rotation.Request(c)
	}
	if step := change.decision.step; step != "" && step != rotation.StepMinimumVersion {
		c, _, err = rotation.Apply(c, p, rotation.Command{Step: step, Actor: "op"}, now)
	}
	return c, err
}

func statePrior(s rotation.Status, minimum int64, trigger int) prior {
	return prior{
		Numbers: rotation.Numbers{
			Phase: s.Phase, Version: s.Version, Next: s.NextVersion,
			Current: s.CurrentVersion, Pending: s.PendingVersion, Previous: s.PreviousVersion,
		},
		due: s.Due, reason: s.Reason, requiresAcknowledgement: s.RequiresAcknowledgement,
		minimumVersion: minimum, triggers: map[string]string{"t": strconv.Itoa(trigger)},
	}
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
