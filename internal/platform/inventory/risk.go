package inventory

import (
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// exposure is what a risk is ranked by.
type exposure struct {
	Live    bool // something of it is accepted
	Kind    string
	Role    string   // of a workload identity and a principal
	Scopes  []string // of a scoped token
	AgeDays int64
	Owner   string
	Overdue bool
	Rotated bool // it falls due by age, or ends
}

// risk ranks a credential: what it opens, how old it is, whether somebody answers for it, and whether it is rotated.
func risk(x exposure) api.Risk {
	out := api.Risk{Reasons: []string{}}
	if !x.Live {
		return out
	}
	out.Score = 1
	for _, factor := range []func(exposure) (int64, string){reach, age, ownership, replacement} {
		n, reason := factor(x)
		out.Score *= n
		if reason != "" {
			out.Reasons = append(out.Reasons, reason)
		}
	}
	return out
}

// reach is what who has the value can do.
func reach(x exposure) (int64, string) {
	wildcard := func(scope string) bool { return strings.HasSuffix(scope, "*") }
	may := api.PermissionsOf(x.Role)
	switch {
	case slices.Contains(may, api.PermissionWrite) || slices.Contains(may, api.PermissionReveal) ||
		slices.Contains(may, api.PermissionContain):
		return 4, api.RiskPowerfulRole
	case slices.ContainsFunc(x.Scopes, wildcard):
		return 4, api.RiskWildcardScope
	case x.Kind == api.KindConnectors: // what a third party allows is not known here
		return 3, api.RiskThirdParty
	case slices.Contains(x.Scopes, api.ScopeReadCredentials):
		return 3, api.RiskReadsCredentials
	case len(x.Scopes) >= 10:
		return 3, api.RiskManyScopes
	case len(x.Scopes) >= 4:
		return 2, api.RiskSeveralScopes
	}
	return 1, ""
}

func age(x exposure) (int64, string) {
	switch {
	case x.AgeDays >= 365:
		return 3, api.RiskAge365
	case x.AgeDays >= 90:
		return 2, api.RiskAge90
	}
	return 1, ""
}

func ownership(x exposure) (int64, string) {
	if x.Owner == "" {
		return 2, api.RiskNoOwner
	}
	return 1, ""
}

func replacement(x exposure) (int64, string) {
	switch {
	case x.Overdue:
		return 3, api.RiskOverdue
	case !x.Rotated:
		return 2, api.RiskNotRotated
	}
	return 1, ""
}
