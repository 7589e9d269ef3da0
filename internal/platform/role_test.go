package platform

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// What the provider says of roles is what the platform goes by.
func TestRolesAreThoseOfTheContract(t *testing.T) {
	if diff := cmp.Diff(api.Roles(), Roles()); diff != "" {
		t.Error(diff)
	}
	for _, role := range Roles() {
		if diff := cmp.Diff(api.PermissionsOf(role), permissionsOf[role]); diff != "" {
			t.Errorf("%s: %s", role, diff)
		}
	}
	if len(permissionsOf) != len(Roles()) || api.PermissionsOf("nobody") != nil {
		t.Error("there is a role that nobody may have")
	}
}
