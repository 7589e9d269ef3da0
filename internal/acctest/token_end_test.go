package acctest_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// The real program and a real run: a plan warns in the last week of its own token, and not before.
func TestPlanWarnsBeforeItsTokenEnds(t *testing.T) {
	t.Parallel()
	p, tf, _ := startProcess(t)
	tf.Config(readIdentity)
	for ttl, warns := range map[string]bool{"6d": true, "30d": false} {
		tf.Set("QUICKCONNECT_TOKEN", p.CreateToken(acctest.Tenant, acctest.Environment, api.RolePlanner, "--ttl", ttl))
		if plan := tf.Plan(0); warns {
			plan.Has("Token of the provider ends soon", "quickconnectd token create")
		} else {
			plan.Silent()
		}
	}
}
