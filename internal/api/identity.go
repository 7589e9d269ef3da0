package api

import (
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Roles of principals.
const (
	RoleAuditor  = "auditor"
	RolePlanner  = "planner"
	RoleOperator = "operator"
	RoleDeployer = "deployer"
	RoleSecurity = "security"
	RoleRuntime  = "runtime"
)

// Permissions, as a 403 and GET /v1/identity name them.
const (
	PermissionRead        = "read"
	PermissionReveal      = "reveal"
	PermissionWrite       = "write"
	PermissionContain     = "contain"
	PermissionAcknowledge = "acknowledge"
	PermissionIntrospect  = "introspect"
	PermissionUse         = "use"
)

// Identity is who calls, and where.
type Identity struct {
	PrincipalID   string         `json:"principal_id"`
	Name          string         `json:"name"`
	Role          string         `json:"role"`
	Permissions   []string       `json:"permissions"`
	Tenant        string         `json:"tenant"`
	Environment   string         `json:"environment"`
	ExpiresAt     *time.Time     `json:"expires_at"`
	ComparisonKey *ComparisonKey `json:"comparison_key"`
}

// ComparisonKey lets the provider recognise a supplied secret without the platform ever returning it. Every role but runtime gets it.
type ComparisonKey struct {
	Number int64 `json:"number"`
	// Key is 32 bytes in standard base64.
	Key secret.Value `json:"key"`
}
