package acctest_test

import (
	"strings"
	"testing"
)

// createFirst makes Terraform delete a policy after the tokens that referred to it: its usual order is the other one.
const createFirst = "  lifecycle {\n    create_before_destroy = true\n  }\n"

const byMonthly = "rotation_policy_id = quickconnect_rotation_policy.monthly.id"

// A description is edited in the apply that puts another policy, or a date, in the policy's place. Version and rotation
// stay. What the other policy makes due is the next plan's.
func TestEditWhileThePolicyIsReplaced(t *testing.T) {
	const edit = "\ndescription = \"Sends the alerts.\""
	weekly := strings.NewReplacer(`"monthly"`, `"weekly"`, `"30d"`, `"7d"`).Replace(policy(withoutAcknowledgement))
	for name, x := range map[string]struct {
		first, then, by string
		attributes      []string
		due             bool
	}{
		"by another, which makes it due": {
			policy(""), policy("") + weekly, "rotation_policy_id = quickconnect_rotation_policy.weekly.id",
			[]string{"description", "rotation_policy_id"},
			true,
		},
		"by a date, and no policy is left": {
			policy(createFirst), "", `expires_at = "2027-01-01T00:00:00Z"`, []string{
				"description", "expires_at",
				"rotation_policy_id",
			}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startScene(t)
			c.config(x.first, "")
			c.tf.Apply()
			c.p.Clock.Advance(8 * day)
			c.tf.Config(strings.Replace(x.then+notifier(edit), byMonthly, x.by, 1) + handover(c.s) + downstream)
			c.planEdit(x.attributes...)
			c.tf.ApplyPlan("edit.tfplan")
			wantDelivered(t, c.p, c.s, 1, 1)
			if !x.due {
				c.tf.Plan(0).Silent()
				return
			}
			c.tf.SavePlan("next.tfplan").Has(`"stable" -> "draining"`)
			c.tf.ApplyPlan("next.tfplan")
			wantDelivered(t, c.p, c.s, 2, 2)
		})
	}
}

// A step that is due is taken in the apply that also edits the token and its policy. A rotation in one step is not what
// the new policy allows: nothing is rotated, and the next plan is right.
func TestStepThatTheNewPolicyForbids(t *testing.T) {
	t.Parallel()
	c := startScene(t)
	c.config(policy(withoutAcknowledgement), "")
	c.tf.Apply()
	c.p.Clock.Advance(30 * day)
	c.config(policy(""), `description = "Sends the alerts."`)
	c.tf.SavePlan("step.tfplan").Has(`"stable" -> "draining"`)
	c.tf.ApplyPlanFails("step.tfplan").Has("Acknowledgement required", "by this apply or by somebody else",
		"Run terraform plan again")
	wantDelivered(t, c.p, c.s, 1, 1)
	c.tf.SavePlan("next.tfplan").Has(`"stable" -> "staged"`, "~ version = 1 -> 2")
	c.tf.ApplyPlan("next.tfplan")
	wantDelivered(t, c.p, c.s, 2, 2)
}

// TestDueStepBesideAnotherPolicy: the token moves to a policy that requires an acknowledgement, while a rotation in one
// step is due. The plan makes the edit and leaves the step to the next one.
func TestDueStepBesideAnotherPolicy(t *testing.T) {
	strict := strings.NewReplacer(`"monthly"`, `"strict"`).Replace(policy(""))
	for name, x := range map[string]struct {
		before string // what there is besides the policy and the token
		says   string
	}{
		"that exists":                  {strict, `The rotation of "notifier" waits for the next plan`},
		"that is made in the same run": {"", `The rotation of "notifier" may wait for the next plan`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startScene(t)
			c.config(policy(withoutAcknowledgement)+x.before, "")
			c.tf.Apply()
			c.p.Clock.Advance(30 * day)
			c.tf.Config(policy(withoutAcknowledgement) + strict + strings.Replace(notifier(""), byMonthly,
				"rotation_policy_id = quickconnect_rotation_policy.strict.id", 1) + handover(c.s) + downstream)
			c.tf.SavePlan("edit.tfplan").Has(x.says, "(rotate)")
			c.tf.ApplyPlan("edit.tfplan")
			wantDelivered(t, c.p, c.s, 1, 1)
			c.tf.SavePlan("next.tfplan").Has(`"stable" -> "staged"`, "~ version = 1 -> 2")
			c.tf.ApplyPlan("next.tfplan")
			wantDelivered(t, c.p, c.s, 2, 2)
		})
	}
}
