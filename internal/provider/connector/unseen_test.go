package connector_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

const notCompared = "Secrets are not compared"

var comparisonKey = regexp.MustCompile(`"comparison_key":\{[^}]*\}`)

// auditor is the Terraform of a principal without the comparison key, over the same state.
func (s *scene) auditor() *tftest.Terraform {
	s.t.Helper()
	s.Fail(func(r acctest.Request) acctest.Fault {
		if r.Path == "/v1/identity" {
			return acctest.Edit(func(body string) string {
				return comparisonKey.ReplaceAllString(body, `"comparison_key":null`)
			})
		}
		return acctest.Pass()
	})
	blind := s.Terraform(api.Connectors.Terraform)
	s.Fail(nil)
	blind.State, blind.Private = s.tf.State, s.tf.Private
	return blind
}

// Without the comparison key a configured value counts as equal, one warning says so, and what somebody changed on the
// platform is found all the same.
func TestAuditorsPlanIsClean(t *testing.T) {
	s := created(t, configured("one"))
	blind := s.auditor()
	for i, value := range []string{"one", "two"} {
		p := blind.Plan(configured(value))
		if p.Diags.Errors() != "" || p.Changes {
			t.Errorf("%s: changes %v: %s", value, p.Changes, p.Diags.Errors())
		}
		if n := strings.Count(p.Diags.Warnings(), notCompared); n != 1-i {
			t.Errorf("%s: %d warnings in one run: %s", value, n, p.Diags.Warnings())
		}
	}
	// The one who may apply finds the change of the configuration.
	wantWarning(t, s.tf.Plan(configured("two")), "configured credentials changed")

	s.set("someone's")
	p := s.auditor().Plan(configured("one"))
	wantWarning(t, p, "changed on the platform", notCompared)
	if !p.Changes {
		t.Error("the plan of an auditor does not show what changed on the platform")
	}
	// Where the argument is not set there is nothing to compare.
	if w := s.auditor().Plan(base()).Diags.Warnings(); strings.Contains(w, notCompared) {
		t.Error(w)
	}
}

// A plan of an auditor that changes something else lets the apply decide.
func TestAnotherAttributeLeavesTheValueOpen(t *testing.T) {
	s := created(t, configured("one"))
	blind := s.auditor()
	blind.Expect(blind.Plan(configured("two").With("owner", "team-b")).Planned, "version=<unknown>",
		"credentials_digest=<unknown>")
}
