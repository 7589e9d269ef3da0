package rotationplan

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// What the provider plans is what the rules of the platform do: random credentials are driven through random steps, and at every
// turn the plan's numbers are compared with those that the rules bring about.
func TestPlannedNumbersAreThoseOfTheRules(t *testing.T) {
	steps := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		policy := rules.DefaultPolicy()
		policy.Interval = 10 * time.Hour
		policy.MaxStage = 5 * time.Hour
		policy.Overlap = 3 * time.Hour
		policy.RequireAcknowledgement = rapid.Bool().Draw(t, "acknowledge")
		if rapid.Bool().Draw(t, "quiet") {
			policy.QuietPeriod = time.Hour
		}
		c, _ := rules.Create(now, "op", rapid.Int64Range(1, 5).Draw(t, "lowest"), time.Time{})
		var minimum int64
		trigger := 0

		for range rapid.IntRange(1, 400).Draw(t, "turns") {
			now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "minutes")) * time.Minute)
			c, _ = rules.Settle(c, policy, now)
			if disturb(t, &c, policy, now) {
				continue
			}
			p := priorOf(rules.StatusAt(c, policy, now), minimum, trigger)
			w := wanted{minimumVersion: minimum, triggers: map[string]string{"t": strconv.Itoa(trigger)}}
			if rapid.IntRange(0, 3).Draw(t, "raise") == 0 {
				w.minimumVersion = rapid.Int64Range(1, p.next+1).Draw(t, "minimum")
			}
			if rapid.IntRange(0, 3).Draw(t, "pull") == 0 {
				w.triggers["t"] = strconv.Itoa(trigger + 1)
			}
			d := decide(p, w)
			after, err := perform(c, policy, d, w, now)
			if d.refused != nil {
				// Lowering is never refused by the rules either; everything the provider refuses, they refuse as well.
				if err == nil {
					t.Fatalf("the provider refuses what the rules allow: %+v, %+v", p, w)
				}
				continue
			}
			if err != nil {
				t.Fatalf("the rules refuse the planned %s: %v", d.step, err)
			}
			if got := priorOf(rules.StatusAt(after, policy, now), 0, 0).numbers; got != d.after {
				t.Fatalf("step %q from %+v: planned %+v, the rules say %+v", d.step, p.numbers, d.after, got)
			}
			steps[d.step]++
			c, minimum, trigger = after, w.minimumVersion, atoi(w.triggers["t"])
		}
	})
	for _, step := range []string{"", stepMinimumVersion, api.StepBegin, api.StepRotate, api.StepPromote, api.StepRetire, api.StepReissue} {
		if steps[step] == 0 {
			t.Errorf("the walks never came across step %q: %v", step, steps)
		}
	}
}

// disturb is everybody else: consumers, operators, security. It tells whether it did something.
func disturb(t *rapid.T, c *rules.Credential, p rules.Policy, now time.Time) bool {
	cmd := rules.Command{Actor: "other", Reason: "test"}
	switch rapid.IntRange(0, 16).Draw(t, "disturb") {
	case 0, 7, 8:
		if v, ok := c.Pending(); ok {
			*c, _, _ = rules.Use(*c, p, v.Number, rules.EvidenceIntrospection, "consumer", now)
		}
		return true
	case 1:
		cmd.Step = rules.StepCancel
	case 2:
		cmd.Step = rules.StepRollback
	case 3:
		cmd.Step, cmd.All = rules.StepRevoke, true
	case 4:
		cmd.Step = rules.StepHold
	case 5, 6:
		cmd.Step = rules.StepRelease
	default:
		return false
	}
	*c, _, _ = rules.Apply(*c, p, cmd, now) // refused or not: both are somewhere to plan from
	return true
}

// perform does what Update asks of the platform: the PATCH, then the verb.
func perform(c rules.Credential, p rules.Policy, d decision, w wanted, now time.Time) (rules.Credential, error) {
	c, _, err := rules.RaiseMinimum(c, p, w.minimumVersion, "op", now)
	if err != nil {
		return c, err
	}
	if d.requested {
		c = rules.Request(c)
	}
	if verb := d.verb(); verb != "" {
		c, _, err = rules.Apply(c, p, rules.Command{Step: rules.Step(verb), Actor: "op"}, now)
	}
	return c, err
}

func priorOf(s rules.Status, minimum int64, trigger int) prior {
	return prior{
		numbers: numbers{
			phase: string(s.Phase), version: s.Version,
			current: s.CurrentVersion, pending: s.PendingVersion, previous: s.PreviousVersion, next: s.NextVersion,
		},
		due: string(s.Due), reason: s.Reason, requiresAcknowledgement: s.RequiresAcknowledgement,
		minimumVersion: minimum, triggers: map[string]string{"t": strconv.Itoa(trigger)},
	}
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
