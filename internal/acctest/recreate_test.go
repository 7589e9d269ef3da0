package acctest_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// What somebody deleted outside is created again, numbers go on where they were, and the sink has the new value after
// the same apply.
func TestDeletedOutsideIsCreatedAgain(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(drifting(s))
	tf.Apply()

	p.Credential(api.ScopedTokens, "notifier").Delete()
	tf.SavePlan("again.tfplan").Has(token+" will be created", theSink+" will be updated",
		"Plan: 1 to add, 1 to change, 0 to destroy.")
	tf.ApplyPlan("again.tfplan")
	wantDelivered(t, p, s, 2, 2)
	wantRotation(t, tf, 2, map[string]any{"phase": "stable", "current_version": 2.0, "next_version": 3.0})

	deleteEverything(p)
	tf.SavePlan("all.tfplan").Has(token+" will be created", theConnector+" will be created", thePolicy+" will be created")
	tf.ApplyPlan("all.tfplan")
	wantDelivered(t, p, s, 3, 3)
	wantCredentials(t, p, 2, "xoxb-of-the-configuration")
	tf.Plan(0).Silent()
}

// A token that Terraform itself makes anew continues its numbers too: a sink that follows them cannot miss it.
func TestReplacedTokenContinuesItsNumbers(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	auditor := p.As(api.RoleAuditor)
	second := `
resource "quickconnect_connector" "second" {
  name  = "second"
  owner = "messaging@example.com"
  type  = "custom"
}
`
	configuration := policy("") + notifier("") + handover(s) + second
	tf.Config(configuration)
	tf.Apply()
	id := auditor.ScopedToken("notifier").ID
	_, first := s.Last()

	// Of another connector: a replacement.
	moved := strings.Replace(configuration, "= quickconnect_connector.slack.id", "= quickconnect_connector.second.id", 1)
	tf.Config(moved)
	tf.SavePlan("moved.tfplan").Has(token+" must be replaced", "connector_id", "forces replacement",
		theSink+" will be updated in-place")
	tf.ApplyPlan("moved.tfplan")
	wantDelivered(t, p, s, 2, 2)
	if now := auditor.ScopedToken("notifier").ID; now == id {
		t.Error("the token is the same object still")
	}
	if auditor.Introspect(first).Active {
		t.Error("the value of the replaced token is accepted")
	}

	// On demand, in the middle of a rotation.
	p.Clock.Advance(30 * day)
	tf.Apply()
	wantDelivered(t, p, s, 3, 3)
	tf.Apply("-replace=" + token)
	wantDelivered(t, p, s, 4, 4)
	wantRotation(t, tf, 4, map[string]any{
		"phase": "stable", "current_version": 4.0, "pending_version": nil,
		"next_version": 5.0,
	})

	// Everything is destroyed and made again, the sink too.
	tf.Destroy()
	tf.Apply()
	wantDelivered(t, p, s, 1, 5)
	tf.Plan(0).Silent()
}

// A replacement that makes the new token first would need its name twice. It fails before anything is lost, and says
// so.
func TestCreateBeforeDestroyOfOneNameLosesNothing(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier(`
  lifecycle {
    create_before_destroy = true
  }`) + handover(s))
	tf.Apply()
	tf.ApplyFails("-replace="+token).Has("Name taken", "create_before_destroy", "name_prefix").HasNot("terraform import")
	wantDelivered(t, p, s, 1, 1)
	tf.Plan(0).Silent()
}
