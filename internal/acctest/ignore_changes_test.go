package acctest_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Terraform hides an ignored argument from the plan, but not from the apply. What the platform has must stay.
func TestIgnoredWriteOnlyArgumentIsNotSent(t *testing.T) {
	for name, x := range map[string]struct{ number, ignored, edit string }{
		"the value":            {"", "[credentials_wo]", `enabled = false`},
		"value and number":     {"credentials_wo_version = 1", "[credentials_wo, credentials_wo_version]", `enabled = false`},
		"the value, numbered":  {"credentials_wo_version = 1", "[credentials_wo]", `enabled = false`},
		"the number":           {"credentials_wo_version = 1", "[credentials_wo_version]", "credentials_wo_version = 2"},
		"all, and an edit too": {"", "all", `enabled = false`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			config := slackWith(`"xoxb-first"`, x.number+"\n  lifecycle {\n    ignore_changes = "+x.ignored+"\n  }")
			tf.Config(config)
			tf.Apply()
			if name == "the number" {
				tf.Config(strings.Replace(config, x.number, x.edit, 1))
				tf.Plan(0).Silent()
				return
			}
			p.Credential(api.Connectors, "slack").Patch(map[string]any{
				"credentials": map[string]any{"bot_token": "xoxb-by-hand"},
			})
			tf.Plan(0)
			tf.Config(strings.Replace(config, "  lifecycle", "  "+x.edit+"\n  lifecycle", 1))
			if x.ignored == "all" {
				tf.Plan(0).Silent()
			} else {
				tf.SavePlan("edit.tfplan").HasNot("Credentials will be sent")
				tf.ApplyPlan("edit.tfplan")
			}
			wantCredentials(t, p, 2, "xoxb-by-hand")
			tf.Plan(0)
		})
	}
}

// The same for a supplied signing secret, where sending it would begin a rotation back to the old key.
func TestIgnoredSuppliedSecretIsNotSent(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	ignored := "lifecycle {\n ignore_changes = [secret_wo]\n}\n"
	tf.Var("signing_secret", whsec("a"))
	config := policy("require_acknowledgement = false\noverlap = \"1h\"") + supplied("https://hooks.example.com", ignored)
	tf.Config(config)
	tf.Apply()
	p.Credential(api.SigningSecrets, "orders").Rotate(whsec("b"))
	p.Clock.Advance(day)
	tf.Config(strings.Replace(config, ignored, "description = \"edited\"\n"+ignored, 1))
	tf.Apply()
	wantSupplied(t, p, 2, api.PhaseStable, whsec("b"))
	tf.Plan(0)
}
