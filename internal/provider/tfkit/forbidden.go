package tfkit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// RolesWith lists the roles with a permission for a sentence, such as "a, b and c"; and is the word before the last
// one. It is empty where no role has the permission.
func RolesWith(permission, and string) string { return inWords(api.RolesWith(permission), and) }

// inWords lists texts for a sentence.
func inWords(all []string, and string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	last := len(all) - 1
	return strings.Join(all[:last], ", ") + " " + and + " " + all[last]
}

// isWorkload reports whether the provider acts as a workload identity, and not with the token of a principal.
func isWorkload(identity api.Identity) bool {
	return strings.HasPrefix(identity.PrincipalID, api.WorkloadIdentities.IDPrefix)
}

// runWithSuchRole says what to do where the role of the provider is not enough.
func runWithSuchRole(identity api.Identity) string {
	if isWorkload(identity) {
		return "Run as a workload identity with such a role."
	}
	return "Run with a token of such a role."
}

func explainForbidden(e *client.Error, identity api.Identity) string {
	if e.Permission != "" && strings.Contains(e.Detail, strconv.Quote(e.Permission)) {
		return runWithSuchRole(identity) // the platform has said it all
	}
	if e.Permission == api.PermissionGrant && e.Field == "/role" { // the caller has it, and not for this role
		if strings.Contains(e.Detail, "roles that may") {
			return runWithSuchRole(identity)
		}
		return ""
	}
	who := "The provider's token"
	switch {
	case identity.Role == "":
	case isWorkload(identity):
		who = fmt.Sprintf("The provider acts as workload identity %q with the role %s, which", identity.Name, identity.Role)
	default:
		who = fmt.Sprintf("The provider's token is of principal %q with the role %s, which", identity.Name, identity.Role)
	}
	roles := RolesWith(e.Permission, "and")
	if roles == "" {
		return who + " may not do this."
	}
	return fmt.Sprintf("%s lacks the permission %q. Roles that have it: %s. %s", who, e.Permission, roles,
		runWithSuchRole(identity))
}

// WarnNotAllowed warns of a change that the platform will refuse at the apply, unless another caller applies it. what
// completes the sentence "this needs …".
func (s *Session) WarnNotAllowed(diags *diag.Diagnostics, summary, what string, roles []string) {
	identity, ok := s.Identity()
	if !ok {
		return
	}
	caller := fmt.Sprintf("the provider's token is of principal %q with the role %s", identity.Name, identity.Role)
	if isWorkload(identity) {
		caller = fmt.Sprintf("the provider acts as workload identity %q with the role %s", identity.Name, identity.Role)
	}
	diags.AddWarning(summary, fmt.Sprintf("This needs %s, and %s. The platform refuses the apply, unless it runs with "+
		"one of these roles: %s.", what, caller, inWords(roles, "or")))
}

// NeedToPlan warns of a change of a kind whose write permission the caller does not have. named is the object.
func (s *Session) NeedToPlan(diags *diag.Diagnostics, permission, named string) {
	if _, ok := s.Identity(); !ok || s.May(permission) {
		return
	}
	s.WarnNotAllowed(diags, "The provider may not write "+named, fmt.Sprintf("the permission %q", permission),
		api.RolesWith(permission))
}
