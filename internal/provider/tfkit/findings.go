package tfkit

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// WarnFindings warns of open findings, once for each rule. It is for Read, as WarnQuarantine is.
func WarnFindings(kind api.Kind, id, name string, open []api.OpenFinding, diags *diag.Diagnostics) {
	for _, f := range open {
		text := f.Summary
		switch f.Action {
		case "":
		case api.FindingRevoked:
			text += " By on_finding of the environment policy, that version was revoked at once."
		case api.FindingQuarantined:
			text += " By on_finding of the environment policy, it was put in quarantine at once."
		}
		if f.Advice != "" {
			text += " " + f.Advice
		}
		if f.Open > 1 {
			text += fmt.Sprintf(" This is the newest of %d findings of this rule.", f.Open)
		}
		text += fmt.Sprintf(" The plan stays as it is. To see the evidence: quickconnect findings --object %s. Once nobody "+
			"has to look at it any more: quickconnect findings close %s --reason TEXT.", id, f.ID)
		diags.AddWarning(fmt.Sprintf("%s %q has the finding %s", Capital(kind.Singular), name, f.Finding), text)
	}
}
