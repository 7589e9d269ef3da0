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

// What the platform did by itself at the deadlines, a saved plan does not do again, and does not call an error either.
// The edit that it has besides is done.
func TestSavedPlanAfterThePlatformTookTheStep(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	config := policy("") + handover(s)
	tf.Config(config + notifier(""))
	tf.Apply()
	p.Clock.Advance(30 * day)
	tf.Apply()
	_, value := s.Last()
	p.As(api.RoleRuntime).Introspect(value)
	tf.Config(config + notifier(`description = "Sends the alerts."`))
	tf.SavePlan("saved.tfplan").Has(`"staged" -> "draining"`)
	p.Clock.Advance(9 * day) // the stage has ended, and the overlap too
	tf.ApplyPlan("saved.tfplan")
	after := p.As(api.RoleAuditor).ScopedToken("notifier")
	if after.Rotation.Phase != api.PhaseStable || after.Description == nil {
		t.Errorf("the token is in phase %s with the description %v", after.Rotation.Phase, after.Description)
	}
	if by := versionOf(p.As(api.RoleAuditor).Versions("notifier"), 2).PromotedBy; by != "platform" {
		t.Errorf("version 2 was promoted by %q, want the platform", by)
	}
	wantDelivered(t, p, s, 2, 2)
	tf.Plan(0).Silent()
}
