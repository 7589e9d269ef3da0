package scopedtoken_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// What scoped tokens share with signing secrets is tested in package provider: rotation, import, replacement, ephemeral
// values. These tests show what only a scoped token has.

const day = 24 * time.Hour

func base() tftest.Config {
	ids := acctest.TheFixture()
	return tftest.Config{
		"name": "notifier", "owner": "team-a", "connector_id": ids.Connectors[0], "scopes": []string{"messages:send"},
		"rotation_policy_id": ids.Policies[0],
	}
}

func start(t *testing.T) (*acctest.Platform, *tftest.Terraform) {
	t.Helper()
	t.Parallel()
	p := acctest.StartFixture(t)
	return p, p.Terraform(api.ScopedTokens.Terraform)
}

// created starts with the token applied.
func created(t *testing.T, c tftest.Config) (*acctest.Platform, *tftest.Terraform) {
	t.Helper()
	p, tf := start(t)
	tf.Run(c)
	p.ForgetRequests()
	return p, tf
}
