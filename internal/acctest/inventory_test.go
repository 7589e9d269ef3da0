package acctest_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

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
	p, tf := forgotten(t, root, "")
	tf.Plan(0).HasNot("Warning")
	p.Clock.Advance(90 * day)
	tf.Plan(0).Has("Warning: Check block assertion failed", "Not used for 90 days:", "forgotten (tok_",
		"of team-messaging").HasNot("Older than their rotation policy allows").HasNot("Certification ended")
	p.Clock.Advance(5 * day)
	tf.Plan(0).Has("Warning: Check block assertion failed", "Certification ended: forgotten (tok_").
		HasNot("Older than their rotation policy allows")
	p.Clock.Advance(5 * day)
	tf.Plan(0).Has("Older than their rotation policy allows: forgotten (tok_")
	tf.Set("QUICKCONNECT_TOKEN", p.Token(api.RoleRuntime))
	tf.Plan(1).HasNot("Check block assertion failed")
}

// inventoryOutputs shows scoped tokens alone: when a principal was used is known a minute later.
func inventoryOutputs(t *testing.T, root string) map[string]string {
	t.Helper()
	p, tf := forgotten(t, root, `kind = "scoped-tokens"`)
	p.Clock.Advance(90 * day)
	_, after, _ := strings.Cut(printed(tf.Plan(0)), "\n\n") // the reads, which end in any order
	return map[string]string{"inventory": after}
}

// forgotten starts a platform with the example of the data source applied, and with one more filter. It makes a token
// that nobody uses.
func forgotten(t *testing.T, root, more string) (*acctest.Platform, *acctest.CLI) {
	t.Helper()
	example := read(t, filepath.Join(root, "examples", "data-sources", "quickconnect_credentials", "data-source.tf"))
	example = strings.Replace(example, "unused_for = ", more+"\n  unused_for = ", 1)
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
	certified := p.Clock.Now().Add(95 * day).UTC().Format(time.RFC3339)
	if _, err := by.ScopedTokens().Create(t.Context(), api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{Name: "forgotten", Owner: "team-messaging", CertifiedUntil: &certified},
		ConnectorID:   c.ID,
		Scopes:        []string{"messages:send"}, RotationPolicyID: &policies[0].ID,
	}); err != nil {
		t.Fatal(err)
	}
	return p, tf
}
