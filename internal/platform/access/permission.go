package access

import (
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

// May reports whether the caller has a permission: its role has it, and so has its access token, if it sent one.
func (r *Request) May(permission string) bool {
	return may(r.Principal.Role, permission) && !r.isNarrowedBy(permission)
}

// isNarrowedBy reports whether the access token of the caller was made without a permission.
func (r *Request) isNarrowedBy(permission string) bool {
	return r.Narrowed != nil && permission != "" && !slices.Contains(r.Narrowed, permission)
}

// Permissions lists what the caller may do, in the order of its role.
func (r *Request) Permissions() []string {
	return slices.DeleteFunc(api.PermissionsOf(r.Principal.Role), r.isNarrowedBy)
}

// MayGrant reports whether the caller may give a role to a workload identity, and take it from one. An access token
// gives no role that has what the token was made without.
func (r *Request) MayGrant(role string) bool {
	return api.MayGrant(r.Principal.Role, role) && !slices.ContainsFunc(api.PermissionsOf(role), func(p string) bool {
		return may(r.Principal.Role, p) && !r.May(p)
	})
}

// Authorize refuses a request whose principal does not have a permission.
func Authorize(r *Request, permission string) error {
	if r.May(permission) {
		return nil
	}
	if may(r.Principal.Role, permission) {
		return problem.New(api.CodeForbidden, "", "this needs the permission %q, which role %q has, but the access token of "+
			"this request was narrowed to %s; exchange again with a scope that has it, or without a scope",
			permission, r.Principal.Role, orNone(r.Narrowed))
	}
	return problem.New(api.CodeForbidden, "",
		"this needs the permission %q, which role %q does not have; roles that have it: %s",
		permission, r.Principal.Role, strings.Join(api.RolesWith(permission), ", "))
}

func orNone(permissions []string) string {
	if len(permissions) == 0 {
		return "none"
	}
	return strings.Join(permissions, ", ")
}

// may reports whether a role has a permission. Every role has the empty one.
func may(role, permission string) bool {
	permissions := api.PermissionsOf(role)
	return permissions != nil && (permission == "" || slices.Contains(permissions, permission))
}
