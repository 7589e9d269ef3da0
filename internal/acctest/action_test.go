package acctest_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A change of a resource triggers an action. A CLI before 1.14 has no actions: the tests of package provider do the
// same over the protocol.
func TestActionIsTriggered(t *testing.T) {
	t.Parallel()
	p := acctest.StartPlatform(t)
	stepsFrom(t, p, tfversion.SkipBelow(tfversion.Version1_14_0), resource.TestStep{
		Config: crowdOf(0) + configure + `
resource "quickconnect_scoped_token" "held" {
  name               = "held"
  owner              = "team-notifier"
  connector_id       = quickconnect_connector.slack.id
  scopes             = ["messages:send"]
  rotation_policy_id = quickconnect_rotation_policy.quarterly.id

  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.quickconnect_hold.held]
    }
  }
}

action "quickconnect_hold" "held" {
  config {
    id     = quickconnect_scoped_token.held.id
    reason = "made for later"
  }
}
`,
		Check: func(*terraform.State) error {
			if held := p.As(api.RoleAuditor).ScopedToken("held").Hold; held == nil || held.Reason != "made for later" {
				t.Errorf("the hold is %+v", held)
			}
			return nil
		},
	})
}
