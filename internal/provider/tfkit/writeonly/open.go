package writeonly

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// WarnOpen says why a plan that sends nothing leaves the digest and the version open, and how to get a quiet plan.
func WarnOpen(diags *diag.Diagnostics, f Facts, argument string, name types.String) {
	if d, _ := Decide(f); d != Keep || !f.Configured || !f.Number.IsNull() || f.Platform == "" {
		return // there is another reason, and a number would not help
	}
	diags.AddAttributeWarning(path.Root(argument), fmt.Sprintf("Version and digest of %s are known after the apply",
		name.String()), fmt.Sprintf("The value of %[1]s is the platform's, and nothing is sent as far as this plan "+
		"knows. But Terraform reads %[1]s again at the apply, where it may be another one. With %[1]s_version set, a "+
		"value is sent when that number changes, and a plan shows only what changes.", argument))
}
