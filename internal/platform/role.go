package platform

import (
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// may tells whether a role has a permission. Every role has the empty one.
func may(role, permission string) bool {
	permissions := api.PermissionsOf(role)
	return permissions != nil && (permission == "" || slices.Contains(permissions, permission))
}
