package acctest_test

import (
	"encoding/base64"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// slackWith is a connector with these credentials; more is what else its block says.
func slackWith(credentials, more string) string {
	return `
resource "quickconnect_connector" "slack" {
  name           = "slack"
  owner          = "messaging@example.com"
  type           = "slack"
  credentials_wo = { bot_token = ` + credentials + ` }
  ` + more + `
}
`
}

const (
	theConnector = "quickconnect_connector.slack"
	botToken     = `
variable "bot_token" {
  type      = string
  ephemeral = true
}
`
)

// wantCredentials fails the test unless the platform has exactly this bot token, as the nth credentials of the
// connector slack.
func wantCredentials(t *testing.T, p *acctest.Platform, n int64, botToken string) {
	t.Helper()
	by := p.As(api.RoleDeployer)
	c, who := by.Connector("slack"), by.Identity()
	newest := who.ComparisonKeys[len(who.ComparisonKeys)-1]
	key, err := base64.StdEncoding.DecodeString(newest.Key.Expose())
	if err != nil {
		t.Fatal(err)
	}
	want, err := api.Digest(newest.Number, key, api.KindConnectors, c.ID,
		map[string]string{"bot_token": botToken})
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case c.Version == nil || c.CredentialsDigest == nil:
		t.Fatalf("the platform has no credentials (status %s), want the %dth", c.CredentialsStatus, n)
	case *c.Version != n:
		t.Fatalf("the platform has the %dth credentials, want the %dth", *c.Version, n)
	case *c.CredentialsDigest != want:
		t.Fatalf("the platform's credentials, the %dth, are others than %s", n, botToken)
	}
}

// Without a number the value itself is compared. Whichever side changes is found, named, and corrected to the
// configured value. What is found in the plan of an ephemeral variable is the same in its apply.
func TestCredentialsAreComparedWithoutNumber(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(botToken + slackWith("var.bot_token", ""))
	tf.Var("bot_token", "xoxb-one")
	tf.Apply()
	wantCredentials(t, p, 1, "xoxb-one")
	p.Restart()
	tf.Plan(0).Silent()

	tf.Var("bot_token", "xoxb-two")
	tf.SavePlan("new.tfplan").Has(theConnector+" will be updated in-place", "Warning:",
		"The configured credentials changed since the last apply")
	tf.ApplyPlan("new.tfplan")
	wantCredentials(t, p, 2, "xoxb-two")

	p.Credential(api.Connectors,
		"slack").Patch(map[string]any{"credentials": map[string]string{"bot_token": "xoxb-theirs"}})
	tf.Plan(2).Has("Warning:", "were changed on the platform since the last apply")
	tf.Apply()
	wantCredentials(t, p, 4, "xoxb-two")
	tf.Plan(0).Silent()
}

// An ephemeral value that is generated anew each time it is opened, so also between plan and apply, converges under a
// number.
func TestGeneratedCredentialsConverge(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	generated := func(more string) string {
		return `ephemeral "sink_generated" "password" {}` +
			slackWith(`"xoxb-${ephemeral.sink_generated.password.value}"`, more)
	}
	sent := func(n int64) {
		t.Helper()
		if c := p.As(api.RoleAuditor).Connector("slack"); *c.Version != n {
			t.Fatalf("the platform has the %dth credentials, want the %dth", *c.Version, n)
		}
	}
	tf.Config(generated("credentials_wo_version = 1"))
	tf.Apply()
	tf.Plan(0).Silent()
	tf.Config(generated("credentials_wo_version = 2"))
	tf.SavePlan("number.tfplan")
	tf.ApplyPlan("number.tfplan")
	sent(2)
	tf.Plan(0).Silent()

	// Without a number it is sent each time, which is what the documentation warns of. It is never an error.
	tf.Config(generated(""))
	tf.Apply()
	sent(3)
}

// A value that is not known before the apply is sent then, if it is another one.
func TestUnknownCredentials(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	from := func(seed, remake string) string {
		return `
resource "terraform_data" "seed" {
  input            = "` + seed + `"
  triggers_replace = "` + remake + `"
}
ephemeral "sink_generated" "fixed" {
  fixed = terraform_data.seed.output
}
` + slackWith("ephemeral.sink_generated.fixed.value", "")
	}
	for _, x := range []struct {
		seed, remake string
		version      int64
	}{
		{"xoxb-one", "", 1},
		{"xoxb-one", "again", 1}, // unknown in the plan, and the same in the end
		{"xoxb-two", "again", 2},
	} {
		tf.Config(from(x.seed, x.remake))
		tf.Apply()
		wantCredentials(t, p, x.version, x.seed)
	}
	tf.Plan(0).Silent()
}
