package acctest_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A plan may wait for its approval: nothing in it depends on the moment of the apply.
func TestSavedPlanAppliedLate(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier("") + handover(s))
	tf.Apply()
	p.Clock.Advance(30 * day)
	tf.SavePlan("saved.tfplan")
	p.Clock.Advance(8 * time.Hour)
	tf.ApplyPlan("saved.tfplan")
	wantDelivered(t, p, s, 2, 2)
	wantRotation(t, tf, 2, map[string]any{"phase": "staged", "pending_version": 2.0, "next_version": 3.0})
}

// Somebody else has taken the step in the meantime. The plan is refused, changes nothing, and says what to do.
func TestSavedPlanAfterSomebodyElseBegan(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier("") + handover(s))
	tf.Apply()
	p.Clock.Advance(30 * day)
	tf.SavePlan("saved.tfplan")
	p.Credential(api.ScopedTokens, "notifier").Begin()
	before := standing(t, p)
	tf.ApplyPlanFails("saved.tfplan").Has("Changed since the plan", "Run terraform plan again")
	if after := standing(t, p); after != before {
		t.Errorf("the refused apply changed the token\nbefore: %s\nafter:  %s", before, after)
	}
	wantDelivered(t, p, s, 1, 1)
	tf.Apply()
	wantDelivered(t, p, s, 2, 2)
}
