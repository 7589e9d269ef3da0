package scopedtoken_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// Scopes that the connector does not allow are a warning where the plan knows the connector, because the same plan may
// widen it. The platform refuses them at the apply.
func TestScopesBeyondTheConnector(t *testing.T) {
	const summary = "Scopes that the connector does not allow"
	p, tf := start(t)
	ours := tf.Beside(api.Connectors.Terraform)
	allowing := func(scopes ...string) tftest.Config {
		return tftest.Config{"name": "ours", "owner": "team-a", "type": "custom", "allowed_scopes": scopes}
	}
	ours.Run(allowing("messages:*"))
	c := base().With("connector_id", ours.Get(ours.State, "id"))
	beyond := c.With("scopes", []string{"messages:send", "contacts:read", "contacts:write"})
	warned := func(c tftest.Config, want bool) tftest.Plan {
		t.Helper()
		plan := tf.Plan(c)
		tftest.Must(t, plan.Diags)
		if w := plan.Diags.Warnings(); strings.Contains(w, summary) != want {
			t.Errorf("warns: %s", w)
		}
		return plan
	}

	warned(beyond, false) // nothing has read the connector in this run
	ours.Refresh()
	plan := warned(beyond, true)
	tftest.Says(t, plan.Diags.Warnings(), `AttributeName("scopes")`, `"contacts:read", "contacts:write"`)
	tftest.Says(t, tf.Apply(plan, nil).Errors(), `AttributeName("scopes")`)
	warned(c, false)
	tf.Run(c)
	warned(beyond, true)

	// A plan that widens the connector too is right.
	wider := ours.Plan(allowing("messages:*", "contacts:*"))
	both := warned(beyond, false)
	tftest.Must(t, ours.Apply(wider, nil))
	tf.Keep(both, nil)

	// Narrowed later, the token stays as it is: what counts is what both allow.
	tftest.Must(t, ours.Apply(ours.Plan(allowing("messages:*")), nil))
	tftest.Silent(t, tf, beyond)

	// A data source knows it too.
	other := p.Terraform(api.ScopedTokens.Terraform)
	source := other.Beside(api.Connectors.Terraform)
	_, d := source.Read(tftest.Config{"name": "one"})
	tftest.Must(t, d)
	one := base().With("name", "second").With("connector_id", acctest.TheFixture().Connectors[0])
	tftest.Says(t, other.Plan(one.With("scopes", []string{"contacts:read"})).Diags.Warnings(), summary)
}
