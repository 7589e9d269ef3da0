package platform

import (
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// permissionsOf is the one table of what a role may do, in the order in which GET /v1/identity lists it.
var permissionsOf = map[string][]string{
	api.RoleAuditor:  {api.PermissionRead, api.PermissionIntrospect},
	api.RolePlanner:  {api.PermissionRead, api.PermissionReveal, api.PermissionIntrospect},
	api.RoleOperator: {api.PermissionRead, api.PermissionWrite, api.PermissionContain, api.PermissionAcknowledge, api.PermissionIntrospect},
	api.RoleDeployer: {api.PermissionRead, api.PermissionReveal, api.PermissionWrite, api.PermissionContain, api.PermissionAcknowledge, api.PermissionIntrospect},
	api.RoleSecurity: {api.PermissionRead, api.PermissionContain, api.PermissionIntrospect},
	api.RoleRuntime:  {api.PermissionAcknowledge, api.PermissionIntrospect, api.PermissionUse},
}

// Roles lists the roles a principal may have, from the least to the most trusted.
func Roles() []string {
	return []string{api.RoleAuditor, api.RolePlanner, api.RoleOperator, api.RoleDeployer, api.RoleSecurity, api.RoleRuntime}
}

// may tells whether a role has a permission. Every role has the empty one.
func may(role, permission string) bool {
	permissions, known := permissionsOf[role]
	return known && (permission == "" || slices.Contains(permissions, permission))
}
