package provider

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// warnBefore is how long before the end of its own token every run warns.
const warnBefore = 7 * 24 * time.Hour

// warnOfEnd warns before the provider's own token ends. An access token of a workload identity ends within minutes by
// design, and is renewed. A token that has ended by this machine's clock, and that the
// platform has just accepted, says only that the clocks differ.
func warnOfEnd(diags *diag.Diagnostics, who *api.Identity, now time.Time) {
	if who.ExpiresAt == nil || isWorkloadIdentity(who) {
		return
	}
	left := who.ExpiresAt.Sub(now)
	if left <= 0 || left > warnBefore {
		return
	}
	diags.AddWarning("Token of the provider ends soon", fmt.Sprintf(
		"The token of principal %q (%s, role %s) ends at %s. After that, no plan and no apply of tenant %q, environment %q "+
			"is possible with it. Make a new one with quickconnectd token create, and put it where this run gets its token "+
			"from.", who.Name, who.PrincipalID, who.Role, who.ExpiresAt.UTC().Format(time.RFC3339), who.Tenant,
		who.Environment))
}
