package inventory

import (
	"slices"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestRisk(t *testing.T) {
	scopes := func(n int) []string { return slices.Repeat([]string{"messages:send"}, n) }
	plain := func(change func(*exposure)) exposure {
		x := exposure{
			Live: true, Kind: api.KindScopedTokens, Scopes: scopes(1), AgeDays: 89, Owner: "team-messaging", Rotated: true,
		}
		change(&x)
		return x
	}
	reading := func(x *exposure) { x.Scopes = []string{api.ScopeReadCredentials} }
	of := func(kind string) func(*exposure) { return func(x *exposure) { x.Kind, x.Scopes = kind, nil } }
	role := func(name string) func(*exposure) { return func(x *exposure) { x.Role, x.Scopes = name, nil } }
	for name, c := range map[string]struct {
		change func(*exposure)
		score  int64
		why    []string
	}{
		"plain":            {func(*exposure) {}, 1, []string{}},
		"3 scopes":         {func(x *exposure) { x.Scopes = scopes(3) }, 1, []string{}},
		"4 scopes":         {func(x *exposure) { x.Scopes = scopes(4) }, 2, []string{api.RiskSeveralScopes}},
		"9 scopes":         {func(x *exposure) { x.Scopes = scopes(9) }, 2, []string{api.RiskSeveralScopes}},
		"10 scopes":        {func(x *exposure) { x.Scopes = scopes(10) }, 3, []string{api.RiskManyScopes}},
		"wildcard":         {func(x *exposure) { x.Scopes = []string{"messages:*"} }, 4, []string{api.RiskWildcardScope}},
		"credentials":      {reading, 3, []string{api.RiskReadsCredentials}},
		"third party":      {of(api.KindConnectors), 3, []string{api.RiskThirdParty}},
		"signing secret":   {of(api.KindSigningSecrets), 1, []string{}},
		"deployer":         {role(api.RoleDeployer), 4, []string{api.RiskPowerfulRole}},
		"planner":          {role(api.RolePlanner), 4, []string{api.RiskPowerfulRole}},
		"security":         {role(api.RoleSecurity), 4, []string{api.RiskPowerfulRole}},
		"auditor":          {role(api.RoleAuditor), 1, []string{}},
		"90 days":          {func(x *exposure) { x.AgeDays = 90 }, 2, []string{api.RiskAge90}},
		"364 days":         {func(x *exposure) { x.AgeDays = 364 }, 2, []string{api.RiskAge90}},
		"365 days":         {func(x *exposure) { x.AgeDays = 365 }, 3, []string{api.RiskAge365}},
		"no owner":         {func(x *exposure) { x.Owner = "" }, 2, []string{api.RiskNoOwner}},
		"not rotated":      {func(x *exposure) { x.Rotated = false }, 2, []string{api.RiskNotRotated}},
		"overdue":          {func(x *exposure) { x.Overdue, x.Rotated = true, false }, 3, []string{api.RiskOverdue}},
		"not valid at all": {func(x *exposure) { x.Live, x.Overdue = false, true }, 0, []string{}},
		"everything": {
			func(x *exposure) { x.Scopes, x.AgeDays, x.Owner, x.Overdue = []string{"*"}, 400, "", true },
			72,
			[]string{api.RiskWildcardScope, api.RiskAge365, api.RiskNoOwner, api.RiskOverdue},
		},
	} {
		got := risk(plain(c.change))
		if got.Score != c.score || !slices.Equal(got.Reasons, c.why) {
			t.Errorf("%s: %+v, want %d %q", name, got, c.score, c.why)
		}
	}
}
