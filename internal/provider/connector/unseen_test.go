package connector

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/fakes"
)

const notCompared = "Secrets are not compared"

// auditorOf is the Terraform of a principal without the comparison key, over the same state.
func auditorOf(t *testing.T, f *fake, tf *core.Terraform) *core.Terraform {
	t.Helper()
	blind := newTerraformOn(t, fakes.NewPlatform(t, f.url, fakes.Identity("staging"), 0))
	blind.State, blind.Private = tf.State, tf.Private
	return blind
}

// TestAnAuditorsPlanIsClean: without the comparison key a configured value counts as equal, one warning says so, and what somebody changed on the
// platform is found all the same.
func TestAnAuditorsPlanIsClean(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.Run(base().With("credentials_wo", credentials("one")))

	blind := auditorOf(t, f, tf)
	for i, value := range []string{"one", "two"} {
		p := blind.Plan(base().With("credentials_wo", credentials(value)))
		if p.Diags.Errors() != "" || p.Changes {
			t.Errorf("%s: changes %v: %s", value, p.Changes, p.Diags.Errors())
		}
		if n := strings.Count(p.Diags.Warnings(), notCompared); n != 1-i {
			t.Errorf("%s: %d warnings in one run: %s", value, n, p.Diags.Warnings())
		}
	}
	// The one who may apply finds the change of the configuration.
	wantWarning(t, tf.Plan(base().With("credentials_wo", credentials("two"))), "configured credentials changed")

	f.set(map[string]string{"api_key": "someone's"})
	p := auditorOf(t, f, tf).Plan(base().With("credentials_wo", credentials("one")))
	wantWarning(t, p, "changed on the platform", notCompared)
	if !p.Changes {
		t.Error("the plan of an auditor does not show what changed on the platform")
	}
	// Where the argument is not set, or has a number, there is nothing to compare.
	auditorOf(t, f, tf).Plan(base())
	if w := auditorOf(t, f, tf).Plan(base()).Diags.Warnings(); strings.Contains(w, notCompared) {
		t.Error(w)
	}
}

// TestAnotherAttributeLeavesTheValueOpen: a plan of an auditor that changes something else lets the apply decide.
func TestAnotherAttributeLeavesTheValueOpen(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.Run(base().With("credentials_wo", credentials("one")))
	blind := auditorOf(t, f, tf)
	wantUnknown(t, blind, blind.Plan(base().With("owner", "team-b").With("credentials_wo", credentials("two"))), true)
}
