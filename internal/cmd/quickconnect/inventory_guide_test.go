package main

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

var inventoryLines = map[string][]guideLine{
	"inventory": {{"quickconnect inventory --kind scoped-tokens", exitDone}},
	"riskiest":  {{"quickconnect inventory --kind scoped-tokens --riskiest 1", exitDone}},
	"owners":    {{"quickconnect owners --kind scoped-tokens", exitDone}},
	"offboard":  {{"quickconnect offboard person@example.com", exitNoChange}},
	"offboard-ends": {
		{"quickconnect offboard person@example.com --ends-at 2026-08-07T12:00:00Z --yes", exitDone},
	},
}

// What the guide of the inventory shows of the command is what it prints.
func TestInventoryGuideShowsRealOutput(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleDeployer)
	policy := acctest.TheFixture().Policies[0]
	chat, err := o.p.As(api.RoleDeployer).Client().Connectors().Create(t.Context(),
		api.ConnectorCreate{Name: "chat", Owner: "team-messaging", Type: "custom"})
	if err != nil {
		t.Fatal(err)
	}
	create := func(made string, in api.ScopedTokenCreate) {
		t.Helper()
		by := o.p.As(api.RoleDeployer).Client()
		if made == "by Terraform" {
			by = o.provider()
		}
		in.ConnectorID, in.RotationPolicyID = chat.ID, &policy
		if _, err := by.ScopedTokens().Create(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	create("by hand", api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{Name: "export", Owner: "person@example.com"},
		Scopes:        []string{"messages:send", "orders:read"},
	})
	o.p.Clock.Advance(time.Second)
	create("by Terraform", api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{Name: "notifier", Owner: "person@example.com"}, Scopes: []string{"messages:send"},
	})
	o.p.Clock.Advance(time.Second)
	create("by Terraform", api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{Name: "reports", Owner: "team-reports"},
		Scopes:        []string{"messages:read", "messages:send", "orders:read", "users:read"},
	})
	o.p.As(api.RoleRuntime).Introspect(o.value("export", 1))
	o.p.Clock.Advance(91 * 24 * time.Hour)
	o.p.As(api.RoleRuntime).Introspect(o.value("reports", 1))
	o.compare("inventory.md", inventoryLines)
}
