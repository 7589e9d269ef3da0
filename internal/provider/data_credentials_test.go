package provider_test

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// credentialsOf reads the data source quickconnect_credentials.
func credentialsOf(t *testing.T, list *tftest.Terraform, config tftest.Config) (names []string, truncated bool) {
	t.Helper()
	found, diags := list.Read(config)
	tftest.Must(t, diags)
	var object map[string]tftypes.Value
	var items []tftypes.Value
	for _, err := range []error{
		found.As(&object), object["credentials"].As(&items), object["truncated"].As(&truncated),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, one := range items {
		var fields map[string]tftypes.Value
		var name string
		if err := one.As(&fields); err != nil {
			t.Fatal(err)
		}
		if err := fields["name"].As(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names, truncated
}

// The data source lists the inventory that a filter selects, and says where there is more.
func TestDataCredentials(t *testing.T) {
	t.Parallel()
	p := acctest.StartFixture(t)
	connector, policy := acctest.TheFixture().Connectors[0], acctest.TheFixture().Policies[0]
	for _, name := range []string{"used", "unused"} {
		_, err := p.As(api.RoleDeployer).Client().ScopedTokens().Create(t.Context(), api.ScopedTokenCreate{
			RotatedCreate: api.RotatedCreate{Name: name, Owner: "team-" + name}, ConnectorID: connector,
			Scopes: []string{"messages:send"}, RotationPolicyID: &policy,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	p.Clock.Advance(90 * 24 * time.Hour)
	p.As(api.RoleRuntime).Introspect(p.As(api.RoleDeployer).Reveal("used", 1))
	list := p.Terraform("quickconnect_credentials")
	tokens := func(more tftest.Config) tftest.Config {
		out := tftest.Config{"kind": api.KindScopedTokens}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	for name, c := range map[string]struct {
		config    tftest.Config
		want      int
		truncated bool
	}{
		"tokens":          {tokens(nil), 2, false},
		"exactly":         {tokens(tftest.Config{"limit": 2}), 2, false},
		"truncated":       {tokens(tftest.Config{"limit": 1}), 1, true},
		"owner":           {tokens(tftest.Config{"owner": "team-used"}), 1, false},
		"unused":          {tokens(tftest.Config{"unused_for": "90d"}), 1, false},
		"older":           {tokens(tftest.Config{"older_than": "90d"}), 2, false},
		"not so old":      {tokens(tftest.Config{"older_than": "91d"}), 0, false},
		"connector":       {tokens(tftest.Config{"connector_id": connector, "orphan": true}), 2, false},
		"another":         {tftest.Config{"connector_id": "con_x"}, 0, false},
		"label":           {tftest.Config{"label": "none"}, 0, false},
		"overdue":         {tokens(tftest.Config{"overdue": true, "expires_within": "1d"}), 0, false},
		"unacknowledged":  {tftest.Config{"unacknowledged": true}, 0, false},
		"principals":      {tftest.Config{"kind": "principals"}, len(api.Roles()) + 1, false},
		"the riskiest":    {tftest.Config{"riskiest": true, "limit": 3}, 3, true},
		"all by the risk": {tokens(tftest.Config{"riskiest": true}), 2, false},
	} {
		names, truncated := credentialsOf(t, list, c.config)
		if len(names) != c.want || truncated != c.truncated {
			t.Errorf("%s: %q, truncated %v, want %d, %v", name, names, truncated, c.want, c.truncated)
		}
	}
	for name, config := range map[string]tftest.Config{
		"kind": {"kind": "tokens"}, "duration": {"unused_for": "soon"}, "label": {"label": "="},
	} {
		if _, diags := list.Read(config); diags.Errors() == "" {
			t.Errorf("%s is not refused", name)
		}
	}
}
