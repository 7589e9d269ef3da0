package tfkit

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestWarnFindings: one warning for each rule, with what was seen, what was done, what to do, and the commands.
func TestWarnFindings(t *testing.T) {
	t.Parallel()
	const to = "To see the evidence: quickconnect findings --object con_1. Once nobody has to look at it any more: " +
		"quickconnect findings close "
	for name, tc := range map[string]struct {
		open []api.OpenFinding
		want []string // each the summary and the text of a warning
	}{
		"none": {},
		"two rules": {
			[]api.OpenFinding{
				{
					Finding: "leaked", Open: 1, ID: "fin_1", Action: api.FindingRevoked, Summary: "It is public.",
					Advice: "Replace it.",
				},
				{Finding: "unused", Open: 3, ID: "fin_2", Summary: "Nobody uses it.", Advice: "Remove it."},
			},
			[]string{
				`Connector "chat" has the finding leaked: It is public. By on_finding of the environment policy, that version ` +
					"was revoked at once. Replace it. The plan stays as it is. " + to + "fin_1 --reason TEXT.",
				`Connector "chat" has the finding unused: Nobody uses it. Remove it. This is the newest of 3 findings of this ` +
					"rule. The plan stays as it is. " + to + "fin_2 --reason TEXT.",
			},
		},
		"a quarantine, of a rule that this build does not know": {
			[]api.OpenFinding{{Finding: "new", Open: 1, ID: "fin_1", Action: api.FindingQuarantined, Summary: "It is odd."}},
			[]string{
				`Connector "chat" has the finding new: It is odd. By on_finding of the environment policy, it was put in ` +
					"quarantine at once. The plan stays as it is. " + to + "fin_1 --reason TEXT.",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			WarnFindings(api.Connectors, "con_1", "chat", tc.open, &diags)
			var got []string
			for _, d := range diags {
				if d.Severity() != diag.SeverityWarning {
					t.Errorf("%v is no warning", d)
				}
				got = append(got, d.Summary()+": "+d.Detail())
			}
			if strings.Join(got, "\n") != strings.Join(tc.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
		})
	}
}
