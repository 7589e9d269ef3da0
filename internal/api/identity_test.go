package api_test

import (
	"slices"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestLeastRoles(t *testing.T) {
	for _, c := range []struct {
		needs, want []string
	}{
		{nil, []string{api.RoleAuditor, api.RoleRuntime}},
		{[]string{api.PermissionRead}, []string{api.RoleAuditor}},
		{[]string{api.PermissionRead, api.PermissionReveal}, []string{api.RolePlanner}},
		{[]string{api.PermissionWrite}, []string{api.RoleOperator}},
		{[]string{api.PermissionGrant}, []string{api.RoleDeployer, api.RoleSecurity}},
		{[]string{api.PermissionWrite, api.PermissionGovern}, nil},
	} {
		if got := api.LeastRoles(c.needs...); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.needs, got, c.want)
		}
	}
}
