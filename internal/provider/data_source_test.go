package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// The data source of a kind finds an object by its id and by its name, and needs exactly one of the two. The one of the
// plural lists it, if the filters select it.
func TestDataSources(t *testing.T) {
	ids := acctest.TheFixture()
	forEach(t, everyKind(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config.With("labels", map[string]any{"tier": "1"}))
		id := s.tf.Get(s.tf.State, "id")
		byID, diags := s.tf.Read(tftest.Config{"id": id})
		tftest.Must(t, diags)
		byName, diags := s.tf.Read(tftest.Config{"name": "orders"})
		tftest.Must(t, diags)
		if !byID.Equal(byName) || s.tf.Get(byID, "id") != id || s.tf.Get(byID, "name") != "orders" {
			t.Errorf("by id %s, by name %s", byID, byName)
		}
		saysNothingOf(t, byID.String(), "CANARY")
		if k.Kind == api.ScopedTokens || k.Kind == api.SigningSecrets {
			s.tf.Expect(byID, "version=1", "handover="+s.tf.Get(s.tf.State, "handover"))
		}
		_, diags = s.tf.Read(tftest.Config{"name": "nothing"})
		tftest.Says(t, diags.Errors(), "none of this name")

		list := s.Terraform("quickconnect_" + k.Collection())
		filters := map[string]tftest.Config{
			"none": {}, "label": {"label": "tier"}, "value": {"label": "tier=1"}, "other value": {"label": "tier=2"},
		}
		want := map[string]bool{"none": true, "label": true, "value": true}
		for name, value := range map[string]string{"owner": "team-a", "connector_id": ids.Connectors[0], "endpoint_id": ids.
			Endpoints[0]} {
			if list.HasDataAttribute(name) {
				filters[name], want[name] = tftest.Config{name: value}, true
				filters["label and "+name], want["label and "+name] = tftest.Config{name: value, "label": "tier=1"}, true
			}
		}
		if list.HasDataAttribute("owner") {
			filters["other owner"] = tftest.Config{"owner": "team-b"}
		}
		for name, filter := range filters {
			found, diags := list.Read(filter)
			tftest.Must(t, diags)
			if got := has(t, found, k.Collection(), byID); got != want[name] {
				t.Errorf("%s: the list has the object: %t, want %t", name, got, want[name])
			}
		}
	})
}

// has reports whether a list in a data source has an object that looks as the data source of one shows it.
func has(t *testing.T, found tftypes.Value, attribute string, want tftypes.Value) bool {
	t.Helper()
	var root map[string]tftypes.Value
	var items []tftypes.Value
	if err := found.As(&root); err != nil {
		t.Fatal(err)
	}
	if err := root[attribute].As(&items); err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		if item.Equal(want) {
			return true
		}
	}
	return false
}
