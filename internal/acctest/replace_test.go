package acctest_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
)

// Terraform reads a data source at the apply where something it depends on changes, so the id of the connector is
// unknown in the plan.
const fromDataSource = `
resource "terraform_data" "which" {
  input = "one"
}

resource "quickconnect_connector" "both" {
  for_each    = toset(["one", "two"])
  name        = each.key
  type        = "custom"
  owner       = "team-a"
}

data "quickconnect_connector" "which" {
  name       = terraform_data.which.output
  depends_on = [quickconnect_connector.both]
}

resource "quickconnect_scoped_token" "notifier" {
  name         = "notifier"
  owner        = "team-a"
  connector_id = data.quickconnect_connector.which.id
  scopes       = ["messages:send"]
  expires_at   = "2099-01-01T00:00:00Z"
  lifecycle {
    replace_triggered_by = [terraform_data.trigger]
  }
}

resource "terraform_data" "trigger" {
  input = "first"
}
`

const ends = `Scoped token "notifier" will be replaced: all its values end at once`

// An unrelated edit makes an id unknown. It must not cost a token. If the id does turn out to be another one, Terraform
// itself stops the apply, and prints the provider's warning with its own error.
func TestUnknownIdKeepsTheToken(t *testing.T) {
	t.Parallel()
	_, tf := acctest.Start(t)
	tf.Config(fromDataSource)
	tf.Apply()
	id := tf.State(token)["id"]

	tf.Config(strings.Replace(fromDataSource, `owner       = "team-a"`, `owner       = "team-b"`, 1))
	tf.SavePlan("edit.tfplan").HasNot("must be replaced", "Warning:")
	tf.ApplyPlan("edit.tfplan")
	if now := tf.State(token)["id"]; now != id {
		t.Errorf("the token was %v and is %v", id, now)
	}
	tf.Plan(0).Silent()

	tf.Config(strings.Replace(fromDataSource, `input = "one"`, `input = "two"`, 1))
	tf.SavePlan("move.tfplan").HasNot(ends)
	tf.ApplyPlanFails("move.tfplan").Has("Provider produced inconsistent final plan", ends,
		"Revoked at once, without an overlap: version 1.",
		"If Terraform stops here, this object was not changed: plan again.")
	if now := tf.State(token)["id"]; now != id {
		t.Errorf("the token was %v and is %v", id, now)
	}
	tf.SavePlan("replace.tfplan").Has("must be replaced", ends)
	tf.ApplyPlan("replace.tfplan")
	if now := tf.State(token)["id"]; now == id {
		t.Error("the token still belongs to the other connector")
	}

	tf.Plan(2, "-destroy").Has(`Scoped token "notifier" will be destroyed: all its values end at once`, "version 2.")
}

// Terraform shows no warning of a provider where -replace or replace_triggered_by forces a replacement, but it shows
// its errors. So deletion_protection is what stops these.
func TestForcedReplacementOfAProtectedToken(t *testing.T) {
	t.Parallel()
	_, tf := acctest.Start(t)
	protected := strings.Replace(fromDataSource, "scopes       =", "deletion_protection = true\n scopes =", 1)
	tf.Config(protected)
	tf.Apply()
	refused := []string{"Scoped token protected from deletion", `This plan replaces the scoped token "notifier"`}
	tf.Plan(1, "-replace="+token).Has(refused...)
	tf.Config(strings.Replace(protected, `input = "first"`, `input = "second"`, 1))
	tf.Plan(1).Has(refused...)
}
