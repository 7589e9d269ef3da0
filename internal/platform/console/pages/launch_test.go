package pages

import (
	"os"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

// ready is an environment in which nothing is open.
func ready() launchFacts {
	return launchFacts{
		connectors: 2, secrets: 3, principals: 1, endpoints: 1, revocations: 1,
		rules: []string{api.RuleForbidSecretReuse, api.RuleForbidStaticPrincipals, api.RuleForbidWildcardScopes},
	}
}

func TestLaunchChecks(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*launchFacts)
		open   string // the line that is open
		why    string
	}{
		"nothing":             {func(*launchFacts) {}, "", ""},
		"a missing owner":     {func(f *launchFacts) { f.withoutOwner = 1 }, "An owner", "1 connector has no owner"},
		"a secret for ever":   {func(f *launchFacts) { f.withoutEnd = 2 }, "An end", "2 of 3 secrets neither end"},
		"a shared value":      {func(f *launchFacts) { f.shared = 1 }, "Isolated", "1 supplied value is of another"},
		"reuse is possible":   {func(f *launchFacts) { f.rules = f.rules[1:] }, "Isolated", "forbid_secret_reuse is off"},
		"static principals":   {func(f *launchFacts) { f.rules[1] = "x" }, "Single sign-on", "There are 1 principal."},
		"an unsigned webhook": {func(f *launchFacts) { f.withoutSigning = 1 }, "Signed", "1 of 1 webhook endpoint"},
		"a wildcard":          {func(f *launchFacts) { f.wildcards = 2 }, "No wildcard", "2 credentials have a scope"},
		"wildcards are free":  {func(f *launchFacts) { f.rules = f.rules[:2] }, "No wildcard", "is off"},
		"no drill":            {func(f *launchFacts) { f.revocations = 0 }, "A documented", "revoke a token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := ready()
			tc.change(&f)
			open := ""
			for _, c := range f.checks(request(nil, nil, "")) {
				if c.State.Status.Level != view.Fine {
					open += c.Name + ": " + c.Why
				}
				if c.Link.Href == "" || c.Why == "" {
					t.Errorf("%s lacks a link or a reason", c.Name)
				}
			}
			if (open == "") != (tc.open == "") || !strings.HasPrefix(open, tc.open) || !strings.Contains(open, tc.why) {
				t.Errorf("open is %q", open)
			}
		})
	}
}

// What is counted of the inventory: principals and workload identities are no secrets, nor is what is revoked.
func TestLaunchCounts(t *testing.T) {
	t.Parallel()
	bad := api.Risk{Reasons: []string{api.RiskNotRotated, api.RiskWildcardScope}}
	var f launchFacts
	for _, e := range []api.InventoryEntry{
		{Kind: api.KindPrincipals, Risk: bad},
		{Kind: api.KindWorkloadIdentities, Risk: api.Risk{}},
		{Kind: api.KindScopedTokens, Risk: bad, Reuse: &api.InventoryReuse{OtherEnvironment: true}},
		{Kind: api.KindScopedTokens, ExpiresAt: &now, Risk: bad},
		{Kind: api.KindConnectors, Phase: api.PhaseRevoked, Risk: bad},
	} {
		f.count(&e)
	}
	want := launchFacts{secrets: 2, withoutEnd: 1, shared: 1, wildcards: 4, principals: 1}
	if f.secrets != want.secrets || f.withoutEnd != want.withoutEnd || f.shared != want.shared ||
		f.wildcards != want.wildcards || f.principals != want.principals {
		t.Errorf("counted %+v, want %+v", f, want)
	}
}

// The guide has every line of the checklist.
func TestGuideHasTheChecklist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../../templates/guides/launch.md")
	if err != nil {
		t.Fatal(err)
	}
	f := ready()
	for _, c := range f.checks(request(nil, nil, "")) {
		if !strings.Contains(string(text), "## "+c.Name+"\n") {
			t.Errorf("the guide lacks the section %q", c.Name)
		}
	}
}
