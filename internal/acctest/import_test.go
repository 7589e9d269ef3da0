package acctest_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// The block form plans the import together with the step that is due, and one apply does both.
func TestImportBlockOfWhatIsDue(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier(""))
	tf.Apply()
	tf.Run("state", "rm", token).Want(0)
	p.Clock.Advance(30 * day)
	tf.Config(policy("") + notifier("") + handover(s) + `
import {
  to = quickconnect_scoped_token.notifier
  id = "notifier"
}
`)
	tf.SavePlan("import.tfplan").Has("Plan: 1 to import, 1 to add, 1 to change, 0 to destroy.", `"stable" -> "staged"`,
		"~ version = 1 -> 2")
	tf.ApplyPlan("import.tfplan")
	wantDelivered(t, p, s, 1, 2)
	if r := p.As(api.RoleAuditor).ScopedToken("notifier").Rotation; r.Phase != api.PhaseStaged || r.NextVersion != 3 {
		t.Errorf("the platform has %+v, want phase staged with version 2 pending", r)
	}
	tf.Plan(0)
}

// What does not exist, in this environment, is not imported, and the error says where it was looked for.
func TestImportOfWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	_, tf := acctest.Start(t)
	tf.Config(policy("") + notifier(""))
	tf.Run("import", token, "nowhere").Want(1).Has("Error: ", "nowhere",
		"has no such object in the tenant and environment")
	if n := len(tf.Objects()); n != 0 {
		t.Errorf("the state has %d objects after an import that failed", n)
	}
}
