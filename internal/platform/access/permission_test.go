package access

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// TestNarrowed: a caller has what its role has now and its access token was made with.
func TestNarrowed(t *testing.T) {
	for name, c := range map[string]struct {
		role     string
		narrowed []string
		want     []string
		grants   []string
	}{
		"a principal": {
			api.RoleAuditor, nil, []string{api.PermissionRead, api.PermissionIntrospect}, nil,
		},
		"not narrowed": {
			api.RoleDeployer, api.PermissionsOf(api.RoleDeployer), api.PermissionsOf(api.RoleDeployer),
			api.GrantableBy(api.RoleDeployer),
		},
		"nothing is left": {api.RoleDeployer, []string{}, []string{}, nil},
		"one of them":     {api.RoleDeployer, []string{api.PermissionRead}, []string{api.PermissionRead}, nil},
		"more than the role has now": {
			api.RoleAuditor, []string{api.PermissionRead, api.PermissionWrite}, []string{api.PermissionRead}, nil,
		},
		"grant alone gives no role that has more": {
			api.RoleDeployer, []string{api.PermissionGrant}, []string{api.PermissionGrant}, nil,
		},
		"grant gives what is left": {
			api.RoleDeployer,
			[]string{api.PermissionGrant, api.PermissionIntrospect, api.PermissionRead},
			[]string{api.PermissionRead, api.PermissionIntrospect, api.PermissionGrant},
			[]string{api.RoleAuditor},
		},
	} {
		r := &Request{Principal: &store.Principal{Role: c.role}, Narrowed: c.narrowed}
		if diff := cmp.Diff(c.want, r.Permissions()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		for _, role := range api.Roles() {
			for _, p := range api.PermissionsOf(role) {
				if got := r.May(p); got != slices.Contains(c.want, p) {
					t.Errorf("%s: may %s: %v", name, p, got)
				}
			}
		}
		var grants []string
		for _, role := range api.Roles() {
			if r.MayGrant(role) {
				grants = append(grants, role)
			}
		}
		if diff := cmp.Diff(c.grants, grants); diff != "" {
			t.Errorf("%s grants (-want +got):\n%s", name, diff)
		}
		if !r.May("") {
			t.Errorf("%s: may not what every caller may", name)
		}
	}
}
