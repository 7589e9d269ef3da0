package acctest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
)

// A description is edited in the apply that also changes the policy, or puts another one or a date in its place.
func TestEditWhileThePolicyChanges(t *testing.T) {
	t.Parallel()
	const edit = "\ndescription = \"Sends the alerts.\""
	other := strings.NewReplacer(`"monthly"`, `"weekly"`, `"30d"`, `"7d"`).Replace(policy("overlap = \"1h\"\nrequire_acknowledgement = false"))
	toOther := func(hcl string) string {
		return strings.ReplaceAll(hcl, "quickconnect_rotation_policy.monthly.id", "quickconnect_rotation_policy.weekly.id")
	}
	for name, tc := range map[string]struct {
		first      string        // policies at first, if not policy("")
		age        time.Duration // of the token when the edit is planned
		then       string        // policies then
		adjust     func(string) string
		token      string   // what else the token's block says then
		attributes []string // what the plan changes or leaves open
		meanwhile  time.Duration
		code       int
		has        []string
	}{
		"longer interval and overlap": {age: 5 * day, then: policy(`overlap = "2d"`), adjust: func(s string) string { return strings.Replace(s, `"30d"`, `"60d"`, 1) }},
		"shorter interval":            {age: 5 * day, then: policy(""), adjust: func(s string) string { return strings.Replace(s, `"30d"`, `"4d"`, 1) }, code: 2, has: []string{"~ version = 1 -> 2"}},
		"acknowledgement no more":     {age: 5 * day, then: policy("require_acknowledgement = false")},
		"due in between":              {age: 29 * day, then: policy(`overlap = "2d"`), meanwhile: 2 * day, code: 2, has: []string{"~ version = 1 -> 2"}},
		"another policy":              {age: 5 * day, then: policy("") + other, adjust: toOther, attributes: []string{"rotation_policy_id"}},
		"another policy, which makes it due": {
			age: 8 * day, then: policy("") + other, adjust: toOther, attributes: []string{"rotation_policy_id"}, code: 2, has: []string{`"stable" -> "draining"`},
		},
		"another policy instead": {
			first: policy(createFirst), age: 5 * day, then: strings.Replace(other, "}", createFirst+"}", 1), adjust: toOther, attributes: []string{"rotation_policy_id"},
		},
		"a date instead": {
			age: 5 * day, then: policy(""), adjust: func(s string) string {
				return strings.Replace(s, "rotation_policy_id = quickconnect_rotation_policy.monthly.id", `expires_at = "2027-01-01T00:00:00Z"`, 1)
			},
			attributes: []string{"expires_at", "rotation_policy_id"},
		},
		"a date instead, and no policy left": {
			first: policy(createFirst), age: 5 * day, then: "", adjust: func(s string) string {
				return strings.Replace(s, "rotation_policy_id = quickconnect_rotation_policy.monthly.id", `expires_at = "2027-01-01T00:00:00Z"`, 1)
			},
			attributes: []string{"expires_at", "rotation_policy_id"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			c := &scene{t, p, tf, acctest.NewSink(t)}
			if tc.first == "" {
				tc.first = policy("")
			}
			c.config(tc.first, "")
			tf.Apply()
			p.Clock.Advance(tc.age)
			tf.Plan(0).Silent()
			hcl := tc.then + notifier(tc.token+edit) + handover(c.s) + downstream
			if tc.adjust != nil {
				hcl = tc.adjust(hcl)
			}
			tf.Config(hcl)
			c.planEdit(append([]string{"description"}, tc.attributes...)...)
			p.Clock.Advance(tc.meanwhile)
			tf.ApplyPlan("edit.tfplan")
			wantDelivered(t, p, c.s, 1, 1)
			next := tf.Plan(tc.code).Has(tc.has...)
			if tc.code == 0 {
				next.Silent()
				return
			}
			tf.Apply()
			wantDelivered(t, p, c.s, 2, 2)
			tf.Plan(0)
		})
	}
}

// createFirst makes Terraform delete a policy after the tokens that referred to it: its usual order is the other one.
const createFirst = "  lifecycle {\n    create_before_destroy = true\n  }\n"

// A step that is due is taken in the apply that also edits the token and its policy: under the policy as it is then.
func TestStepWhileThePolicyChanges(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T, first, then string) (*scene, *acctest.Run) {
		t.Helper()
		p, tf := acctest.Start(t)
		c := &scene{t, p, tf, acctest.NewSink(t)}
		c.config(policy(first), "")
		tf.Apply()
		p.Clock.Advance(30 * day)
		c.config(strings.Replace(policy(then), `"30d"`, `"60d"`, 1), `description = "Sends the alerts."`)
		return c, tf.SavePlan("step.tfplan")
	}
	t.Run("longer interval and overlap", func(t *testing.T) {
		t.Parallel()
		c, plan := start(t, "", `overlap = "2d"`)
		plan.Has("~ version = 1 -> 2", `"stable" -> "staged"`)
		c.tf.ApplyPlan("step.tfplan")
		wantDelivered(t, c.p, c.s, 2, 2)
		c.tf.Plan(0)
		// The overlap is the one in force when it began.
		c.use()
		c.tf.Apply()
		wantRotation(t, c.tf, 2, map[string]any{"phase": "draining", "previous_expires_at": "2026-06-02T12:00:00Z"})
	})
	t.Run("acknowledgement no more", func(t *testing.T) {
		t.Parallel()
		c, plan := start(t, "", `require_acknowledgement = false`)
		plan.Has(`"stable" -> "staged"`)
		c.tf.ApplyPlan("step.tfplan")
		wantDelivered(t, c.p, c.s, 2, 2)
		c.tf.Plan(2).Has(`"staged" -> "draining"`)
		c.tf.Apply()
		wantDelivered(t, c.p, c.s, 2, 2)
		c.tf.Plan(0).Silent()
	})
	// A rotation in one step is not what the new policy allows any more: nothing is rotated, and the next plan is right.
	t.Run("acknowledgement from now on", func(t *testing.T) {
		t.Parallel()
		c, plan := start(t, `require_acknowledgement = false`, "")
		plan.Has(`"stable" -> "draining"`)
		c.tf.ApplyPlanFails("step.tfplan").Has("Run terraform plan again")
		wantDelivered(t, c.p, c.s, 1, 1)
		c.p.Clock.Advance(30 * day)
		c.tf.Plan(2).Has(`"stable" -> "staged"`, "~ version = 1 -> 2")
		c.tf.Apply()
		wantDelivered(t, c.p, c.s, 2, 2)
		c.tf.Plan(0)
	})
}
