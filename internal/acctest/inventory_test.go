package acctest_test

import (
	"path/filepath"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// The example of the data source is a nightly plan: its checks warn, and the exit code stays 0.
func TestNightlyPlanOfInventory(t *testing.T) {
	t.Parallel()
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	example := read(t, filepath.Join(root, "examples", "data-sources", "quickconnect_credentials", "data-source.tf"))
	p, tf := acctest.Start(t)
	tf.Config(policy(`max_age = "100d"`) + example)
	tf.Apply()
	by := p.As(api.RoleDeployer).Client()
	policies, err := by.RotationPolicies().List(t.Context(), client.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := by.Connectors().Create(t.Context(),
		api.ConnectorCreate{Name: "chat", Owner: "team-messaging", Type: "custom"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := by.ScopedTokens().Create(t.Context(), api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{Name: "forgotten", Owner: "team-messaging"}, ConnectorID: c.ID,
		Scopes: []string{"messages:send"}, RotationPolicyID: &policies[0].ID,
	}); err != nil {
		t.Fatal(err)
	}
	tf.Plan(0).HasNot("Warning")
	p.Clock.Advance(90 * day)
	tf.Plan(0).Has("Warning: Check block assertion failed", "Not used for 90 days:", "forgotten (tok_",
		"of team-messaging").HasNot("Older than their rotation policy allows")
	p.Clock.Advance(10 * day)
	tf.Plan(0).Has("Older than their rotation policy allows: forgotten (tok_")
	tf.Set("QUICKCONNECT_TOKEN", p.Token(api.RoleRuntime))
	tf.Plan(1).HasNot("Check block assertion failed")
}
