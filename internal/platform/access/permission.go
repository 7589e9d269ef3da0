package access

import (
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

// AllRoles lists the roles of the caller: one, unless it is a person.
func (r *Request) AllRoles() []string {
	if r.Person != nil {
		return r.Roles
	}
	return []string{r.Principal.Role}
}

// rolesAllow reports whether a role of the caller has a permission that this kind of caller may have.
func (r *Request) rolesAllow(permission string) bool {
	if r.Person != nil {
		return len(r.Roles) > 0 &&
			(permission == "" || slices.Contains(api.PersonPermissions(r.Roles...), permission))
	}
	return may(r.Principal.Role, permission)
}

// May reports whether the caller has a permission: its role has it, and so has its access token, if it sent one.
func (r *Request) May(permission string) bool {
	return r.rolesAllow(permission) && !r.isNarrowedBy(permission)
}

// isNarrowedBy reports whether the access token of the caller was made without a permission.
func (r *Request) isNarrowedBy(permission string) bool {
	return r.Narrowed != nil && permission != "" && !slices.Contains(r.Narrowed, permission)
}

// Permissions lists what the caller may do, in the order of its role.
func (r *Request) Permissions() []string {
	if r.Person != nil {
		return api.PersonPermissions(r.Roles...)
	}
	return slices.DeleteFunc(api.PermissionsOf(r.Principal.Role), r.isNarrowedBy)
}

// MayGrant reports whether the caller may give a role to a workload identity or to people, and take it from them. An
// access token gives no role that has what the token was made without.
func (r *Request) MayGrant(role string) bool {
	by := slices.ContainsFunc(r.AllRoles(), func(own string) bool { return api.MayGrant(own, role) })
	return by && !slices.ContainsFunc(api.PermissionsOf(role), r.isNarrowedOf)
}

// isNarrowedOf reports whether the access token of the caller was made without a permission of its role.
func (r *Request) isNarrowedOf(permission string) bool {
	return r.Narrowed != nil && r.rolesAllow(permission) && !r.May(permission)
}

// CheckGrant refuses a caller whose role may not give a role to something, nor take it from it. What completes the
// sentence "a caller may write …".
func (r *Request) CheckGrant(role, what string) error {
	by := strings.Join(r.AllRoles(), ", ")
	switch {
	case r.MayGrant(role):
		return nil
	case slices.ContainsFunc(r.AllRoles(), func(own string) bool { return api.MayGrant(own, role) }):
		return problem.New(api.CodeForbidden, "/role", "a caller with role %q may write %s with role %q, but the "+
			"access token of this request was made without some permissions of that role; exchange again without a scope",
			by, what, role)
	}
	var granting []string
	for _, name := range api.Roles() {
		if api.MayGrant(name, role) {
			granting = append(granting, name)
		}
	}
	return problem.New(api.CodeForbidden, "/role", "a caller with role %q may not write %s with role %q; "+
		"roles that may: %s",
		by, what, role, strings.Join(granting, ", "))
}

// Authorize refuses a request whose caller does not have a permission.
func Authorize(r *Request, permission string) error {
	own := strings.Join(r.AllRoles(), ", ")
	switch {
	case r.May(permission):
		return nil
	case r.rolesAllow(permission):
		return problem.New(api.CodeForbidden, "", "this needs the permission %q, which role %q has, but the access token of "+
			"this request was narrowed to %s; exchange again with a scope that has it, or without a scope",
			permission, own, orNone(r.Narrowed))
	case r.Person != nil && len(r.Roles) == 0:
		return problem.New(api.CodeForbidden, "", "%s has no role in tenant %s, environment %s; a role binding "+
			"(quickconnect_role_binding) of a group or of the verified e-mail address gives one", r.Principal.Name,
			r.Principal.Tenant, r.Principal.Environment)
	case r.Person != nil && !slices.Contains(api.PersonPermissions(api.PersonRoles()...), permission):
		return problem.New(api.CodeForbidden, "", "this needs the permission %q, which no person has: values are for "+
			"machines; a principal or a workload identity can have it", permission)
	}
	return problem.New(api.CodeForbidden, "", "this needs the permission %q, which role %q does not have; roles "+
		"that have it: %s", permission, own, strings.Join(api.RolesWith(permission), ", "))
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
