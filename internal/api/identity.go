package api

import (
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Roles of principals, of workload identities and of people.
const (
	RoleAuditor  = "auditor"
	RolePlanner  = "planner"
	RoleOperator = "operator"
	RoleDeployer = "deployer"
	RoleSecurity = "security"
	RoleRuntime  = "runtime"

	// RoleApprover and RoleConsenter are of people alone.
	RoleApprover  = "approver"
	RoleConsenter = "consenter"
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
	// PermissionManagePrincipals is of role security alone, so that a stolen CI token cannot remove the others.
	PermissionManagePrincipals = "manage_principals"
	// PermissionGovern and PermissionExempt are of role security alone, so that what deploys cannot set its own limits.
	PermissionGovern = "govern" // write the policy of the environment
	PermissionExempt = "exempt" // write exemptions from it
	// PermissionGrant is needed to write a workload identity or a role binding. Which role it may have is for MayGrant.
	PermissionGrant = "grant"
	// PermissionApprove and PermissionConsent are of people alone.
	PermissionApprove = "approve" // decide what another person asks for
	PermissionConsent = "consent" // agree to what a connector accesses
)

// role is one role and its permissions, in the order in which GET /v1/identity lists them.
type role struct {
	name        string
	permissions []string
}

// roles is the one table of what each role may do.
var roles = []role{
	{RoleAuditor, []string{PermissionRead, PermissionIntrospect}},
	{RolePlanner, []string{PermissionRead, PermissionReveal, PermissionIntrospect}},
	{RoleOperator, []string{
		PermissionRead, PermissionWrite, PermissionContain, PermissionAcknowledge, PermissionIntrospect,
	}},
	{RoleDeployer, []string{
		PermissionRead, PermissionReveal, PermissionWrite, PermissionContain, PermissionAcknowledge, PermissionIntrospect,
		PermissionGrant,
	}},
	{RoleSecurity, []string{
		PermissionRead, PermissionContain, PermissionIntrospect, PermissionManagePrincipals, PermissionGovern,
		PermissionExempt, PermissionGrant,
	}},
	{RoleRuntime, []string{PermissionAcknowledge, PermissionIntrospect, PermissionUse}},
}

// personRoles are the roles of people alone, in the same form.
var personRoles = []role{
	{RoleApprover, []string{PermissionRead, PermissionApprove}},
	{RoleConsenter, []string{PermissionRead, PermissionConsent}},
}

// neverPeople are the permissions that give values away, or are of services that check values. No person has them,
// whatever the role.
var neverPeople = []string{PermissionReveal, PermissionUse, PermissionIntrospect}

// PersonRoles lists the roles that people may have. Planner and runtime are for machines: they are about values.
func PersonRoles() []string {
	return []string{RoleAuditor, RoleOperator, RoleDeployer, RoleSecurity, RoleApprover, RoleConsenter}
}

// PersonPermissions lists what a person with these roles may do, each permission once.
func PersonPermissions(names ...string) []string {
	var out []string
	for _, name := range names {
		for _, p := range PermissionsOf(name) {
			if !slices.Contains(neverPeople, p) && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// Roles lists the roles that a principal or a workload identity may have.
func Roles() []string {
	var out []string
	for _, r := range roles {
		out = append(out, r.name)
	}
	return out
}

// PermissionsOf lists what a role may do. It returns nil for an unknown role.
func PermissionsOf(name string) []string {
	for _, r := range slices.Concat(roles, personRoles) {
		if r.name == name {
			return slices.Clone(r.permissions)
		}
	}
	return nil
}

// RolesWith lists the roles that have a permission: those of people alone only where no other role has it.
func RolesWith(permission string) []string {
	for _, table := range [][]role{roles, personRoles} {
		var out []string
		for _, r := range table {
			if slices.Contains(r.permissions, permission) {
				out = append(out, r.name)
			}
		}
		if out != nil {
			return out
		}
	}
	return nil
}

// LeastRoles lists the least of the roles that have all of these permissions. There are several where none of them
// includes the other.
func LeastRoles(permissions ...string) []string {
	var enough []string
	for _, r := range roles {
		if includes(r.permissions, permissions) {
			enough = append(enough, r.name)
		}
	}
	return Least(enough)
}

// Least lists those of some roles that include none of the others.
func Least(of []string) []string {
	var out []string
	for _, name := range of {
		if !slices.ContainsFunc(of, func(other string) bool { return other != name && Includes(name, other) }) {
			out = append(out, name)
		}
	}
	return out
}

// Includes reports whether a role may do all that another one may.
func Includes(role, other string) bool { return includes(PermissionsOf(role), PermissionsOf(other)) }

func includes(all, some []string) bool {
	return !slices.ContainsFunc(some, func(p string) bool { return !slices.Contains(all, p) })
}

// grantable is the one table of which roles a role may give to a workload identity or to people, and take from them.
// What deploys does not choose who approves it.
var grantable = map[string][]string{
	RoleDeployer: {RoleAuditor, RolePlanner, RoleOperator, RoleDeployer, RoleRuntime},
	RoleSecurity: {RoleAuditor, RoleSecurity, RoleRuntime, RoleApprover, RoleConsenter},
}

// GrantableBy lists the roles that a role may give to a workload identity or to people. It returns nil for a role
// that may grant nothing.
func GrantableBy(name string) []string { return slices.Clone(grantable[name]) }

// MayGrant reports whether a role may give a role to a workload identity or to people, and take it from them.
func MayGrant(by, name string) bool { return slices.Contains(grantable[by], name) }

// Identity is who calls, and where.
type Identity struct {
	PrincipalID string     `json:"principal_id" doc:"Id of the principal whose token this request carries, or of the workload identity (wid_) whose access token it is, or of the person (per_) who is signed in."`
	Name        string     `json:"name" doc:"Its name."`
	Role        string     `json:"role" doc:"Its role, as it is now. Of a person with several roles the first of them." enum:"auditor,planner,operator,deployer,security,runtime,approver,consenter"`
	Roles       []string   `json:"roles" nullable:"false" doc:"All of its roles in the environment. Only a person can have several."`
	Permissions []string   `json:"permissions" nullable:"false" doc:"What the caller may do: what its roles may, of an access token that was narrowed only that, and of a person nothing that gives a value away."`
	Tenant      string     `json:"tenant" doc:"The one tenant it belongs to."`
	Environment string     `json:"environment" doc:"The one environment it belongs to."`
	ExpiresAt   *time.Time `json:"expires_at" doc:"When the token of this request ends. Null for never."`
	PlatformID  string     `json:"platform_id" doc:"Id of the platform, plt_ and a ULID. It was made with the database and never changes; a backup keeps it."`
	Incarnation int64      `json:"incarnation" doc:"1 at first, and a higher number after every restore of a backup."`
	// RestoreConfirmed is false from a restore until an operator confirms it on the platform's machine.
	RestoreConfirmed bool `json:"restore_confirmed" doc:"False from a restore of a backup until an operator confirms it on the platform's machine. Until then, an object that is not found may just be missing in the backup."`
	// EgressAddresses are for receivers that filter by address.
	EgressAddresses []string `json:"egress_addresses" doc:"The addresses and networks that the platform delivers webhooks from, as its operator states them. Null where the operator states none."`
	// Objects is what the provider decides by whether it reads a kind one by one or in pages.
	Objects map[string]int64 `json:"objects" doc:"How many objects of each kind the environment has, by the path of the kind. Null for a role that may not read."`
	// ComparisonKeys has every key that a digest may have been made with, in the order of their numbers.
	ComparisonKeys []ComparisonKey `json:"comparison_keys" nullable:"false" doc:"The keys of the digests of supplied secrets in this environment that are in use, the newest last: it makes new digests. Compare a value with a digest only under the key whose number the digest begins with. Empty for the roles auditor, security and runtime, which do not need them: with a key and a digest, a weak secret can be guessed."`
}

// Platform returns which platform the identity is of.
func (i Identity) Platform() PlatformRef {
	return PlatformRef{ID: i.PlatformID, Incarnation: i.Incarnation}
}

// ComparisonKey lets the provider recognise a supplied secret without the platform ever returning it. Only roles
// that may reveal or write get it: with it, a weak secret can be guessed from its digest.
type ComparisonKey struct {
	Number int64        `json:"number" doc:"The key number that a digest begins with: k1: for 1."`
	Key    secret.Value `json:"key" doc:"32 bytes in standard base64."`
}
