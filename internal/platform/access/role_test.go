package access

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestMay(t *testing.T) {
	for _, c := range []struct {
		role, permission string
		want             bool
	}{
		{api.RoleAuditor, api.PermissionRead, true},
		{api.RoleAuditor, api.PermissionReveal, false},
		{api.RoleRuntime, api.PermissionUse, true},
		{api.RoleRuntime, "", true},
		{"nobody", api.PermissionRead, false},
		{"nobody", "", false},
	} {
		if got := may(c.role, c.permission); got != c.want {
			t.Errorf("may(%q, %q) = %v", c.role, c.permission, got)
		}
	}
}
