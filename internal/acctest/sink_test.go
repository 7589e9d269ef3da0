package acctest_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A sink that follows `version` receives the value of that version in the apply that issues it, and nothing at any
// other time.
func TestSinkFollowsVersion(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	deployer := p.As(api.RoleDeployer)
	received := func(deliveries int, version int64) {
		t.Helper()
		if got := len(s.All()); got != deliveries {
			t.Fatalf("the sink has received %d values, want %d", got, deliveries)
		}
		got, value := s.Last()
		if got != version || value != deployer.Reveal("notifier", version) {
			t.Fatalf("the sink was last given version %d, want version %d and its value", got, version)
		}
		if answer := deployer.Introspect(value); !answer.Active || answer.Version != version {
			t.Fatalf("what the sink was given is not accepted as version %d: %+v", version, answer)
		}
	}
	tf.Config(policy("") + notifier("") + handover(s))
	tf.Apply()
	received(1, 1)
	tf.Plan(0).Silent()
	tf.Apply()
	received(1, 1)

	p.Clock.Advance(30 * day)
	tf.SavePlan("begin.tfplan").Has("sink_secret.notifier will be updated in-place", "~ value_wo_version = 1 -> 2")
	tf.ApplyPlan("begin.tfplan")
	received(2, 2)

	// A promotion does not change which value a consumer should hold.
	_, pending := s.Last()
	p.As(api.RoleRuntime).Introspect(pending)
	tf.SavePlan("promote.tfplan").HasNot("sink_secret.notifier will be")
	tf.ApplyPlan("promote.tfplan")
	received(2, 2)

	// An edit that is no rotation changes nothing downstream either.
	tf.Config(policy("") + notifier(`description = "Sends the alerts."`) + handover(s))
	tf.SavePlan("edit.tfplan").HasNot("known after apply", "sink_secret.notifier will be")
	tf.ApplyPlan("edit.tfplan")
	received(2, 2)
	tf.Plan(0).Silent()
}
