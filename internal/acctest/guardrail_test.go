package acctest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// rulesOfGuide are the rules in the guide about guardrails.
const rulesOfGuide = `
resource "quickconnect_environment_policy" "this" {
  forbid_wildcard_scopes = true
  max_scopes_per_token   = 2
  require_labels         = ["team"]
}
`

// exemptionOfGuide is the exemption in that guide, until a date.
const exemptionOfGuide = `
variable "until" {}

resource "quickconnect_guardrail_exemption" "archiver" {
  kind       = "scoped-tokens"
  name       = "archiver"
  rule       = "max_scopes_per_token"
  reason     = "One token until the archive is split."
  expires_at = var.until
}
`

// archiverOfGuide is a token that breaks one of the rules.
const archiverOfGuide = `
resource "quickconnect_connector" "archive" {
  name   = "archive"
  owner  = "messaging@example.com"
  type   = "custom"
  labels = { team = "messaging" }
}

resource "quickconnect_scoped_token" "archiver" {
  name         = "archiver"
  owner        = "messaging@example.com"
  connector_id = quickconnect_connector.archive.id
  scopes       = ["messages:read", "messages:send", "users:read"]
  expires_at   = "2030-01-01T00:00:00Z"
  labels       = { team = "messaging" }
}
`

// A plan that breaks a rule of the environment fails before anything is written. With an exemption it passes, with a
// warning, until the exemption ends: then what exists stays, and what changes must keep the rule.
func TestGuardrailJourney(t *testing.T) {
	t.Parallel()
	guardrailOutputs(t)
}

// guardrailOutputs takes the steps of the guide about guardrails, and returns what Terraform prints.
func guardrailOutputs(t *testing.T) map[string]string {
	t.Helper()
	p, tf := acctest.Start(t)
	security := acctest.NewCLI(t)
	security.Use(p)
	as(p, security, api.RoleSecurity)
	security.Config(rulesOfGuide)
	security.Apply()
	outputs := map[string]string{}

	tf.Config(archiverOfGuide)
	violation := tf.Plan(1).Has("max_scopes_per_token", "scopes = [")
	_, refused, _ := strings.Cut(printed(violation), "Error: ")
	outputs["guardrail"] = "Error: " + refused
	tf.ApplyFails()
	if n := p.As(api.RoleAuditor).Count(api.KindConnectors); n > 0 {
		t.Errorf("a plan that breaks a rule has written %d connectors", n)
	}

	until := p.Clock.Now().Add(30 * day)
	security.Var("until", until.Format(time.RFC3339))
	security.Config(rulesOfGuide + exemptionOfGuide)
	security.Apply()
	tf.Apply()
	exempt := tf.Plan(0).Has("Exempt from the guardrail max_scopes_per_token", "One token until the archive is split.")
	// The guide has a date that never passes.
	outputs["exempted"] = strings.ReplaceAll(printed(exempt), until.Format(time.RFC3339), "2099-01-31T12:00:00Z")

	p.Clock.Advance(31 * day)
	run := tf.Plan(0)
	if strings.Contains(run.Output, "One token until the archive is split.") {
		t.Errorf("the exemption has ended, and a plan still warns of it:\n%s", run.Output)
	}
	tf.Config(strings.Replace(archiverOfGuide, `"users:read"`, `"users:write"`, 1))
	tf.Plan(1).Has("max_scopes_per_token")
	tf.Config(strings.Replace(archiverOfGuide, `, "users:read"`, "", 1))
	tf.Apply()
	tf.Plan(0).Silent()
	return outputs
}
