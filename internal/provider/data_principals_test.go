package provider_test

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// The data source lists the principals of the environment and nothing of another one, and never a token.
func TestDataPrincipals(t *testing.T) {
	t.Parallel()
	p := acctest.StartFixture(t)
	list := p.Terraform("quickconnect_principals")
	for name, want := range map[string][]string{
		"":              append(api.Roles(), api.RoleDeployer), // the one of bootstrap
		api.RolePlanner: {api.RolePlanner},
		"nothing":       nil,
	} {
		config := tftest.Config{}
		if name != "" {
			config["name"] = name
		}
		found, diags := list.Read(config)
		tftest.Must(t, diags)
		got := names(t, found)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("name %q: %v, want %v", name, got, want)
		}
		saysNothingOf(t, found.String(), "qcp_")
	}
}

// names returns the names in a list of principals.
func names(t *testing.T, found tftypes.Value) (out []string) {
	t.Helper()
	var object map[string]tftypes.Value
	var items []tftypes.Value
	if err := found.As(&object); err != nil {
		t.Fatal(err)
	}
	if err := object["principals"].As(&items); err != nil {
		t.Fatal(err)
	}
	for _, i := range items {
		var item map[string]tftypes.Value
		var name string
		if err := i.As(&item); err != nil {
			t.Fatal(err)
		}
		if err := item["name"].As(&name); err != nil {
			t.Fatal(err)
		}
		out = append(out, name)
	}
	return out
}
