package connector_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

const notCompared = "Secrets are not compared"

var comparisonKeys = regexp.MustCompile(`"comparison_keys":\[[^\]]*\]`)

// auditor is the Terraform of a principal without the comparison keys, over the same state.
func (s *scene) auditor() *tftest.Terraform {
	s.t.Helper()
	return s.withKeys("[]")
}

// withKeys is a Terraform whose principal gets these comparison keys, over the same state.
func (s *scene) withKeys(keys string) *tftest.Terraform {
	s.t.Helper()
	s.Fail(func(r acctest.Request) acctest.Fault {
		if r.Path == "/v1/identity" {
			return acctest.Edit(func(body string) string {
				return comparisonKeys.ReplaceAllString(body, `"comparison_keys":`+keys)
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

// A digest is compared with the key of its number, whatever keys there are beside it. Under a key that the platform
// does not use any more, the configured value counts as equal, and one warning says so.
func TestDigestIsComparedWithItsKey(t *testing.T) {
	const other = `{"number":%d,"key":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}`
	s := created(t, configured("one"))
	first := s.As(api.RoleDeployer).Identity().ComparisonKeys
	if len(first) != 1 || first[0].Number != 1 {
		t.Fatalf("%d keys", len(first))
	}
	one := fmt.Sprintf(`{"number":1,"key":%q}`, first[0].Key.Expose())
	for name, keys := range map[string]string{
		"a newer key": "[" + one + "," + fmt.Sprintf(other, 2) + "]",
		"older keys":  "[" + fmt.Sprintf(other, 0) + "," + one + "]",
	} {
		tf := s.withKeys(keys)
		if p := tf.Plan(configured("one")); p.Changes || p.Diags.Warnings() != "" {
			t.Errorf("%s, the same value: changes %v: %s", name, p.Changes, p.Diags.Warnings())
		}
		wantWarning(t, tf.Plan(configured("two")), "configured credentials changed")
	}
	tf := s.withKeys("[" + fmt.Sprintf(other, 2) + "]")
	for i, value := range []string{"one", "two"} {
		p := tf.Plan(configured(value))
		if n := strings.Count(p.Diags.Warnings(), notCompared); p.Changes || n != 1-i {
			t.Errorf("an unknown key, %s: changes %v, %d warnings: %s", value, p.Changes, n, p.Diags.Warnings())
		}
	}
}
