package acctest_test

import (
	"fmt"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
)

// A changed trigger rotates. The output that it follows is known after the apply whenever its resource is replaced. The
// plan then promises nothing, and the apply decides.
func TestTriggerThatFollowsAnotherResource(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	config := func(incident, generation string) string {
		return policy(withoutAcknowledgement) + handover(s) +
			notifier("rotate_when_changed = { incident = terraform_data.incident.output }") + fmt.Sprintf(`
resource "terraform_data" "incident" {
  input            = %q
  triggers_replace = %q
}
`, incident, generation)
	}
	tf.Config(config("a", "1"))
	tf.Apply()
	w := watch(t, p)
	tf.Config(config("a", "2"))
	tf.SavePlan("same.tfplan").Has("~ version = 1 -> (known after apply)")
	tf.ApplyPlan("same.tfplan")
	w.want(1)
	if n := len(s.All()); n != 1 {
		t.Errorf("the sink was given %d values, want 1: the trigger has not changed", n)
	}
	tf.Config(config("b", "3"))
	tf.Apply()
	w.want(1, 2)
	given(t, s, w, 2)
	wantRotation(t, tf, 2, map[string]any{"phase": "draining", "next_version": 3.0})
	tf.Plan(0).Silent()
}

// A trigger whose new value is known is a step of the plan, and the plan says why.
func TestTriggerChanged(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	config := policy("") + handover(s)
	tf.Config(config + notifier(trigger("a")))
	tf.Apply()
	w := watch(t, p)
	tf.Config(config + notifier(trigger("b")))
	tf.SavePlan("b.tfplan").Has(token+" will be updated in-place", `"stable" -> "staged"`, "~ version = 1 -> 2",
		"rotate_when_changed has changed")
	tf.ApplyPlan("b.tfplan")
	w.want(1, 2)
	given(t, s, w, 2)
	tf.Plan(0)
}

// trigger is the argument with one key.
func trigger(incident string) string {
	return fmt.Sprintf("rotate_when_changed = { incident = %q }", incident)
}
