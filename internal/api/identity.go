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
	PrincipalID   string         `json:"principal_id" doc:"Id of the principal whose token this request carries."`
	Name          string         `json:"name" doc:"The principal's name."`
	Role          string         `json:"role" doc:"The principal's role." enum:"auditor,planner,operator,deployer,security,runtime"`
	Permissions   []string       `json:"permissions" nullable:"false" doc:"What the role may do."`
	Tenant        string         `json:"tenant" doc:"The one tenant the principal belongs to."`
	Environment   string         `json:"environment" doc:"The one environment the principal belongs to."`
	ExpiresAt     *time.Time     `json:"expires_at" doc:"When the principal's token ends. Null for never."`
	ComparisonKey *ComparisonKey `json:"comparison_key" doc:"The key of the digests of supplied secrets in this environment. Null for role runtime."`
}

// ComparisonKey lets the provider recognise a supplied secret without the platform ever returning it. Every role but runtime gets it.
type ComparisonKey struct {
	Number int64 `json:"number" doc:"The key number that a digest begins with: k1: for 1."`
	// Key is 32 bytes in standard base64.
	Key secret.Value `json:"key" doc:"32 bytes in standard base64."`
}
