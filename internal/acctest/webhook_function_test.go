package acctest_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
)

// The vector that Standard Webhooks publishes.
const (
	vectorSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

const signVector = `provider::quickconnect::webhook_sign(` +
	`var.secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}")`

// webhookVariables are the delivery that is verified: a test changes it by a variable.
const webhookVariables = `
variable "secret" {
  type      = string
  sensitive = true
  default   = "` + vectorSecret + `"
}
variable "ephemeral_secret" {
  type      = string
  ephemeral = true
  default   = "` + vectorSecret + `"
}
variable "signature" {
  default = "` + vectorSignature + `"
}
variable "at" {
  default = "2021-02-25T15:02:10Z"
}
locals {
  headers = {
    "Webhook-Id"        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    "Webhook-Timestamp" = 1614265330
    "Webhook-Signature" = var.signature
  }
  body = "{\"test\": 2432232314}"
}
`

// Neither needs an endpoint, a token or a platform.
func TestWebhookFunctionsInConsole(t *testing.T) {
	acctest.NeedsTerraform(t, "1.12 calls no function of a provider in its console: it ends the providers before")
	tf := acctest.NewCLI(t)
	tf.Config(webhookVariables)
	verify := func(secrets, at string) string {
		return `nonsensitive(provider::quickconnect::webhook_verify([` + secrets +
			`], local.headers, local.body, ` + at + `, "5m"))`
	}
	for expression, want := range map[string]string{
		"nonsensitive(" + signVector + ")": `"` + vectorSignature + `"`,
		signVector:                         "(sensitive value)",
		verify("var.secret", "1614265330"): "true",
		verify(`"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", var.secret`, "var.at"): "true",
		verify(`sensitive("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")`, "var.at"):  "false",
		verify("var.secret", `timestamp()`):                                      "false",
		"try(" + verify("var.secret", `"yesterday"`) + ", false)":                "false",
	} {
		run := tf.Console(expression).Want(0)
		if got := strings.TrimSpace(run.Output); got != want {
			t.Errorf("%s is %s, want %s", expression, got, want)
		}
	}
	// What is wrong is said of the argument, without the secret.
	tf.Var("secret", "whsec_CANARY4711CANARY4711")
	tf.Console(signVector).Want(1).Has(`Invalid value for "secret" parameter`, "24 to 64 bytes").HasNot("CANARY")
	tf.Console(verify("var.secret", "var.at")).Want(1).Has(`Invalid value for "secrets" parameter`,
		"24 to 64 bytes").HasNot("CANARY")
}

// A check says in every plan whether a delivery would be accepted; it may use an ephemeral secret, and what it depends
// on may be known only later.
func TestWebhookFunctionsInCheck(t *testing.T) {
	tf := acctest.NewCLI(t)
	tf.Config(webhookVariables + `
resource "terraform_data" "headers" {
  input = var.signature
}
check "delivery" {
  assert {
    condition     = provider::quickconnect::webhook_verify([var.secret], local.headers, local.body, var.at, "5m")
    error_message = "refused: sensitive"
  }
  assert {
    condition     = ` + signVector + ` == var.signature
    error_message = "refused: signed otherwise"
  }
  assert {
    condition     = provider::quickconnect::webhook_verify(
      [var.ephemeral_secret], local.headers, local.body, var.at, "5m"
    )
    error_message = "refused: ephemeral"
  }
  assert {
    condition     = provider::quickconnect::webhook_verify(
      [var.secret], merge(local.headers, { "Webhook-Signature" = terraform_data.headers.output }),
      local.body, var.at, "5m"
    )
    error_message = "refused: known later"
  }
}
`)
	tf.Plan(2).HasNot("refused")
	tf.Apply().HasNot("refused")
	tf.Plan(0).Silent()

	tf.Var("at", "2021-02-25T15:08:10Z")
	tf.Plan(0).Has("refused: sensitive", "refused: ephemeral", "refused: known later").HasNot(vectorSecret)
	tf.Var("signature", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	tf.Plan(2).Has("refused: signed otherwise").HasNot(vectorSecret)
	tf.Var("signature", vectorSignature)
	tf.Var("at", "yesterday")
	tf.Plan(1).Has(`Invalid value for "at" parameter`).HasNot(vectorSecret)
}
