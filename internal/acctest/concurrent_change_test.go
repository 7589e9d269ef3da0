package acctest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
)

// downstream is anything that looks at the version: it must not be touched by what is no rotation.
const downstream = `
resource "terraform_data" "version" {
  input = quickconnect_scoped_token.notifier.version
}
`

// scene is one test in the middle of which the world moves.
type scene struct {
	t  *testing.T
	p  *acctest.Platform
	tf *acctest.CLI
	s  *acctest.Sink
}

func startScene(t *testing.T) *scene {
	t.Helper()
	p, tf := acctest.Start(t)
	return &scene{t, p, tf, acctest.NewSink(t)}
}

// config makes this policy and this token the configuration, with the sink and what else looks at the version.
func (c *scene) config(policy, more string) {
	c.t.Helper()
	c.tf.Config(policy + notifier(more) + handover(c.s) + downstream)
}

// planEdit saves a plan that changes these attributes of the token and takes no step: version and rotation stay as they
// are, known, and nothing downstream is touched.
func (c *scene) planEdit(attributes ...string) {
	c.t.Helper()
	c.tf.SavePlan("edit.tfplan")
	plan := c.tf.Changes("edit.tfplan")
	change := plan[token]
	got := slices.Sorted(slices.Values(append(changed(change), unknown(change)...)))
	if change.Action() != "update" || !slices.Equal(got, attributes) {
		c.t.Errorf("the plan is to %s the token, changing %v; want an update of %v", change.Action(), got, attributes)
	}
	for _, name := range []string{"version", "rotation"} {
		if diff := cmp.Diff(change.Change.Before[name],
			change.Change.After[name]); diff != "" || change.Change.After[name] == nil {
			c.t.Errorf("the plan moves %s, which it has no reason to (-before +after):\n%s", name, diff)
		}
	}
	for _, address := range []string{theSink, "terraform_data.version"} {
		if action := plan[address].Action(); action != "no-op" {
			c.t.Errorf("the plan is to %s %s", action, address)
		}
	}
}

// A description is edited, and a rotation falls due before the plan is applied. The apply edits the description and
// nothing else, and what looks at the version is not touched. The rotation is the next plan's.
func TestEditWhileARotationFallsDue(t *testing.T) {
	t.Parallel()
	c := startScene(t)
	c.config(policy(""), "")
	c.tf.Apply()
	c.p.Clock.Advance(29 * day)
	c.config(policy(""), `description = "Sends the alerts."`)
	c.planEdit("description")
	c.p.Clock.Advance(2 * day)
	c.tf.ApplyPlan("edit.tfplan")
	wantDelivered(t, c.p, c.s, 1, 1)
	c.tf.SavePlan("next.tfplan").Has("~ version = 1 -> 2", `"stable" -> "staged"`)
	c.tf.ApplyPlan("next.tfplan")
	wantDelivered(t, c.p, c.s, 2, 2)
}

// The previous version becomes quiet, and so does not reach those that look at the version.
func TestRetirementTouchesNothingDownstream(t *testing.T) {
	t.Parallel()
	c := startScene(t)
	c.config(policy(withoutAcknowledgement+`quiet_period = "1h"`), "")
	c.tf.Apply()
	c.p.Clock.Advance(30 * day)
	c.tf.Apply()
	c.p.Clock.Advance(time.Hour)
	c.tf.SavePlan("retire.tfplan").Has(`"draining" -> "stable"`, "version 1 will be retired",
		"quiet_period").HasNot("~ version")
	plan := c.tf.Changes("retire.tfplan")
	if plan[theSink].Action() != "no-op" || plan["terraform_data.version"].Action() != "no-op" {
		t.Errorf("the plan touches what looks at the version: %s, %s", plan[theSink].Action(),
			plan["terraform_data.version"].Action())
	}
	c.tf.ApplyPlan("retire.tfplan")
	wantDelivered(t, c.p, c.s, 2, 2)
	c.tf.Plan(0).Silent()
}
