package scopedtoken_test

import (
	"slices"
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

// A scope that the catalogue does not have is a warning of the plan that adds it, and an error under the rule about it.
func TestUnknownScope(t *testing.T) {
	const summary = "Unknown scope"
	p, tf := start(t)
	p.As(api.RoleDeployer).Patch(api.KindConnectors, "one", map[string]any{"allowed_scopes": nil}).Want(200)
	c := base().With("scopes", []string{"messages:send", "message:read", "a:b"})
	plan := tf.Plan(c)
	tftest.Must(t, plan.Diags)
	// Terraform shows one of several warnings with the same summary: one has all scopes, and names them.
	tftest.Says(t, plan.Diags.Warnings(), `AttributeName("scopes")`, summary+`s "a:b", "message:read": scoped token "`,
		`"a:b" is not in the scope catalogue.`+"\n",
		`"message:read" is not in the scope catalogue, which has messages:read (`, "forbid_unknown_scopes")
	if w := plan.Diags.Warnings(); strings.Contains(w, `"messages:send"`) || strings.Count(w, summary) != 1 {
		t.Errorf("warns of a known scope, or twice: %s", w)
	}
	tf.Keep(plan, nil)
	tftest.Silent(t, tf, c)
	tftest.Says(t, tf.Plan(c.With("scopes", []string{"a:b", "c:d"})).Diags.Warnings(), `"c:d"`)

	_, err := p.As(api.RoleSecurity).Client().EnvironmentPolicies().Create(t.Context(),
		api.EnvironmentRules{ForbidUnknownScopes: true})
	if err != nil {
		t.Fatal(err)
	}
	d := p.Terraform(api.ScopedTokens.Terraform).Plan(c.With("name", "second")).Diags
	tftest.Says(t, d.Errors(), `AttributeName("scopes")`, "Guardrail "+api.RuleForbidUnknownScopes, "GET /v1/scopes")
	if strings.Contains(d.Warnings(), summary) {
		t.Errorf("it is an error and a warning: %s", d.Warnings())
	}

	// The catalogue that the platform has is that of the provider.
	all, err := p.As(api.RolePlanner).Client().Scopes(t.Context())
	if err != nil || !slices.Equal(all, api.ScopeCatalogue()) {
		t.Errorf("%v: %v", err, all)
	}
}
