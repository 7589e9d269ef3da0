package main

import (
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// roles has a row for each resource: the roles that are enough to plan it, and to apply and destroy it.
func roles() string {
	var out strings.Builder
	out.WriteString("| resource | plan | apply and destroy |\n|---|---|---|\n")
	row := func(resource, write string) {
		out.WriteString("| `" + resource + "` | " + enough(api.PermissionRead) + " | " +
			enough(api.PermissionRead, write) + " |\n")
	}
	for _, kind := range api.Kinds() {
		row(kind.Terraform, kind.WritePermission())
	}
	row(api.EnvironmentPolicies.Terraform, api.PermissionGovern)
	row(api.GuardrailExemptions.Terraform, api.PermissionExempt)
	return out.String()
}

// enough lists the roles that have all of these permissions.
func enough(permissions ...string) string {
	var out []string
	for _, role := range api.Roles() {
		has := api.PermissionsOf(role)
		if !slices.ContainsFunc(permissions, func(p string) bool { return !slices.Contains(has, p) }) {
			out = append(out, "`"+role+"`")
		}
	}
	return strings.Join(out, ", ")
}
