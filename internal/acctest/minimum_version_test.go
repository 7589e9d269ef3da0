package acctest_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// One reviewed line of configuration ends every older value at once, in the middle of a rotation too, and the sink has
// the new one when the apply is over.
func TestMinimumVersionRaised(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	config := policy("") + handover(s)
	tf.Config(config + notifier(""))
	tf.Apply()
	w := watch(t, p)
	p.Credential(api.ScopedTokens, "notifier").Begin()
	w.want(1, 2)

	tf.Config(config + notifier("minimum_version = 3"))
	tf.SavePlan("raise.tfplan").Has(token+" will be updated in-place",
		"minimum_version is raised to 3").HasNot("must be replaced")
	if version := tf.Changes("raise.tfplan")[token].Change.After["version"]; version != 3.0 {
		t.Errorf("the plan says version %v, want 3, known before the apply", version)
	}
	tf.ApplyPlan("raise.tfplan")
	w.want(3)
	wantRotation(t, tf, 3, map[string]any{
		"phase": "stable", "due": "none", "current_version": 3.0,
		"pending_version": nil, "previous_version": nil, "next_version": 4.0,
	})
	given(t, s, w, 3)
	tf.Plan(0).Silent()
}
