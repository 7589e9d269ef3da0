package acctest_test

import (
	"fmt"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// crowdOf is a configuration of scoped tokens of one connector and one policy.
func crowdOf(n int) string {
	return fmt.Sprintf(`
resource "quickconnect_connector" "slack" {
  name  = "slack"
  owner = "messaging@example.com"
  type  = "slack"
}
resource "quickconnect_rotation_policy" "quarterly" {
  name     = "quarterly"
  interval = "90d"
}
resource "quickconnect_scoped_token" "many" {
  count              = %d
  name               = "many-${count.index}"
  owner              = "team-notifier"
  connector_id       = quickconnect_connector.slack.id
  scopes             = ["messages:send"]
  rotation_policy_id = quickconnect_rotation_policy.quarterly.id
}
`, n)
}

// A plan over up to 1,000 tokens sends at most ten requests. So does the first one after the apply, which presents the
// claims of what was created. make campaign has 1,000, created by two applies, because one of all can take longer than
// a command may.
func TestPlanReadsInBulk(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.StartPrograms()
	crowds := []int{100}
	if *campaign {
		crowds = []int{500, 1000}
	}
	for _, n := range crowds {
		tf.Config(crowdOf(n))
		tf.Apply()
	}
	for _, plan := range []string{"the plan after the apply", "the next plan"} {
		p.ForgetRequests()
		tf.Plan(0).Silent()
		got := p.Requests()
		t.Logf("%s: %d requests", plan, len(got))
		if len(got) > 10 {
			t.Errorf("%s sends %d requests, such as %s %s", plan, len(got), got[9].Method, got[9].Path)
		}
	}
	p.Credential(api.ScopedTokens, "many-70").Patch(map[string]any{"owner": "team-other"})
	tf.Plan(2).Has("quickconnect_scoped_token.many[70]", "team-other", "0 to add, 1 to change, 0 to destroy")
}
