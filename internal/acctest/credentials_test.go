package acctest_test

import (
	"encoding/base64"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// slackWith is a connector whose credentials come from an ephemeral variable; more is what else its block says.
func slackWith(more string) string {
	return `
variable "bot_token" {
  type      = string
  ephemeral = true
}

resource "quickconnect_connector" "slack" {
  name  = "slack"
  owner = "messaging@example.com"
  type  = "slack"
` + more + `
}
`
}

const (
	fromVariable = "  credentials_wo = { bot_token = var.bot_token }\n"
	number1      = "  credentials_wo_version = 1\n"
	number2      = "  credentials_wo_version = 2\n"
	edited       = "  description = \"Edited.\"\n"
	// perhaps is null while the variable says none.
	perhaps = "  credentials_wo = var.bot_token == \"none\" ? null : { bot_token = var.bot_token }\n"
)

// wantCredentials fails the test unless the platform has exactly this bot token, as the nth credentials of the connector slack.
func wantCredentials(t *testing.T, p *acctest.Platform, n int64, botToken string) {
	t.Helper()
	by := p.As(api.RoleDeployer)
	c := by.Connector("slack")
	var who api.Identity
	by.Do("GET", "/v1/identity", nil).Want(200).Decode(&who)
	key, err := base64.StdEncoding.DecodeString(who.ComparisonKey.Key.Expose())
	if err != nil {
		t.Fatal(err)
	}
	want, err := api.Digest(who.ComparisonKey.Number, key, api.KindConnectors, c.ID, map[string]string{"bot_token": botToken})
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

// someoneSets changes the connector's credentials outside Terraform.
func someoneSets(p *acctest.Platform, botToken string) {
	p.As(api.RoleOperator).Patch(api.KindConnectors, "slack", map[string]any{"credentials": map[string]string{"bot_token": botToken}}).Want(200)
}

// Without a number the value itself is compared: whichever side changes is found, named, and put right by the configured value.
func TestCredentialsAreComparedWithoutNumber(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(slackWith(fromVariable))
	tf.Var("bot_token", "xoxb-one")
	tf.Apply()
	wantCredentials(t, p, 1, "xoxb-one")
	tf.Plan(0).Silent()
	p.Restart()
	tf.Plan(0).Silent()

	tf.Var("bot_token", "xoxb-two")
	tf.Plan(2).Has(theConnector+" will be updated in-place", "Warning:", "The configured credentials changed since the last apply")
	tf.Apply()
	wantCredentials(t, p, 2, "xoxb-two")
	tf.Plan(0).Silent()

	someoneSets(p, "xoxb-theirs")
	tf.Plan(2).Has("Warning:", "were changed on the platform since the last apply")
	tf.Apply()
	wantCredentials(t, p, 4, "xoxb-two")
	tf.Plan(0).Silent()

	someoneSets(p, "xoxb-theirs-too")
	tf.Var("bot_token", "xoxb-three")
	tf.Plan(2).Has("Warning:", "both in the configuration and on the platform")
	tf.Apply()
	wantCredentials(t, p, 6, "xoxb-three")
	tf.Plan(0).Silent()

	p.As(api.RoleSecurity).Verb(api.KindConnectors, "slack", "revoke", everyVersion).Want(200)
	tf.Plan(2).Has("Warning:", "were revoked on the platform")
	tf.Apply()
	wantCredentials(t, p, 7, "xoxb-three")
	tf.Plan(0).Silent()

	// Both sides have come to the same: there is nothing to send.
	someoneSets(p, "xoxb-four")
	tf.Var("bot_token", "xoxb-four")
	tf.Plan(0).Silent()

	// An edit of something else sends nothing.
	tf.Config(slackWith(fromVariable + edited))
	tf.Plan(2).HasNot("Warning:")
	tf.Apply()
	wantCredentials(t, p, 8, "xoxb-four")
	tf.Plan(0).Silent()
}

// With a number the value is sent when the number changes, and when the platform's is no longer the one that was sent.
func TestCredentialsFollowTheirNumber(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(slackWith(fromVariable + number1))
	tf.Var("bot_token", "xoxb-one")
	tf.Apply()
	wantCredentials(t, p, 1, "xoxb-one")
	tf.Var("bot_token", "xoxb-two")
	tf.Plan(0).Silent()
	tf.Config(slackWith(fromVariable + number1 + edited))
	tf.SavePlan("edit.tfplan").HasNot("Warning:", "known after apply")
	tf.ApplyPlan("edit.tfplan")
	wantCredentials(t, p, 1, "xoxb-one")

	tf.Config(slackWith(fromVariable + number2))
	tf.Plan(2).Has("Warning:", "credentials_wo_version changed")
	tf.Apply()
	wantCredentials(t, p, 2, "xoxb-two")
	tf.Plan(0).Silent()

	someoneSets(p, "xoxb-theirs")
	tf.Plan(2).Has("Warning:", "were changed on the platform since the last apply")
	tf.Apply()
	wantCredentials(t, p, 4, "xoxb-two")
	tf.Plan(0).Silent()

	p.As(api.RoleSecurity).Verb(api.KindConnectors, "slack", "revoke", everyVersion).Want(200)
	tf.Plan(2).Has("Warning:", "were revoked on the platform")
	tf.Apply()
	wantCredentials(t, p, 5, "xoxb-two")
	tf.Plan(0).Silent()

	// A lower number may be an old configuration: it is sent all the same, and said.
	tf.Config(slackWith(fromVariable + number1))
	tf.Var("bot_token", "xoxb-three")
	tf.Plan(2).Has("Warning:", "is lower than at the last apply")
	tf.Apply()
	wantCredentials(t, p, 6, "xoxb-three")
	tf.Plan(0).Silent()

	// Somebody who changes the number alone has not changed the credentials.
	p.As(api.RoleOperator).Patch(api.KindConnectors, "slack", map[string]any{"credentials_wo_version": 9}).Want(200)
	tf.Plan(2).HasNot("Warning:")
	tf.Apply()
	wantCredentials(t, p, 6, "xoxb-three")
	tf.Plan(0).Silent()

	// Without the number the value counts again.
	tf.Config(slackWith(fromVariable))
	tf.Plan(2)
	tf.Apply()
	wantCredentials(t, p, 6, "xoxb-three")
	tf.Plan(0).Silent()
	tf.Var("bot_token", "xoxb-four")
	tf.Plan(2).Has("The configured credentials changed since the last apply")
}

// Removing the argument leaves the platform's credentials alone, and an empty map is an error before anything happens.
func TestCredentialsAreNeverEmptied(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(slackWith(fromVariable))
	tf.Var("bot_token", "xoxb-one")
	tf.Apply()
	for _, empty := range []string{"  credentials_wo = {}\n", "  credentials_wo = { bot_token = \"\" }\n", "  credentials_wo = { bot_token = null }\n"} {
		tf.Config(slackWith(empty))
		tf.Plan(1).Has("on main.tf line", "credentials_wo = {")
	}
	tf.Config(slackWith(edited))
	tf.Apply()
	tf.Plan(0).Silent()
	wantCredentials(t, p, 1, "xoxb-one")
	if c := p.As(api.RoleAuditor).Connector("slack"); c.CredentialsStatus != api.CredentialsCurrent {
		t.Errorf("the credentials are %s", c.CredentialsStatus)
	}
	p.As(api.RoleSecurity).Verb(api.KindConnectors, "slack", "revoke", everyVersion).Want(200)
	tf.Plan(0).Has("Warning:", "Credentials revoked")
}

// A connector may be made without credentials, and get them later.
func TestCredentialsMayComeLater(t *testing.T) {
	t.Parallel()
	for name, number := range map[string]string{"without number": "", "with number": number1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			tf.Config(slackWith(""))
			tf.Var("bot_token", "xoxb-one")
			tf.Apply()
			if state := tf.State(theConnector); state["credentials_status"] != api.CredentialsMissing || state["version"] != nil {
				t.Errorf("a connector without credentials has status %v, version %v", state["credentials_status"], state["version"])
			}
			tf.Plan(0).Silent()
			tf.Config(slackWith(fromVariable + number))
			tf.Plan(2).Has("Warning:", "has no credentials")
			tf.Apply()
			wantCredentials(t, p, 1, "xoxb-one")
			if state := tf.State(theConnector); state["credentials_status"] != api.CredentialsCurrent || state["version"] != 1.0 {
				t.Errorf("a connector with credentials has status %v, version %v", state["credentials_status"], state["version"])
			}
			tf.Plan(0).Silent()
		})
	}
}

// After an import there is nothing to do where the platform has what the configuration says; a number is adopted, nothing is sent.
func TestCredentialsAfterImport(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		before, after, value string
		has                  string // in the first plan; empty: nothing to do
		version              int64
	}{
		"same value":                     {before: fromVariable, after: fromVariable, value: "xoxb-one", version: 1},
		"same number":                    {before: fromVariable + number2, after: fromVariable + number2, value: "xoxb-other", version: 1},
		"a first number":                 {before: fromVariable, after: fromVariable + number2, value: "xoxb-other", has: "credentials_wo_version is adopted and nothing is sent", version: 1},
		"another value":                  {before: fromVariable, after: fromVariable, value: "xoxb-other", has: "no earlier apply tells which side changed", version: 2},
		"none on the platform":           {after: fromVariable, value: "xoxb-other", has: "has no credentials", version: 1},
		"none on the platform, a number": {after: fromVariable + number1, value: "xoxb-other", has: "has no credentials", version: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			tf.Config(slackWith(tc.before))
			tf.Var("bot_token", "xoxb-one")
			tf.Apply()
			tf.Run("state", "rm", theConnector).Want(0)
			tf.Config(slackWith(tc.after))
			tf.Var("bot_token", tc.value)
			tf.Import(theConnector, "slack")
			if tc.has == "" {
				tf.Plan(0).Silent()
			} else {
				tf.Plan(2).Has("Warning:", tc.has)
			}
			tf.Apply()
			tf.Plan(0).Silent()
			sent := "xoxb-one"
			if tc.version == 2 || tc.before == "" {
				sent = tc.value
			}
			wantCredentials(t, p, tc.version, sent)
			if tc.after == fromVariable {
				return
			}
			// From here on the number counts, also where no apply had anything to do before.
			tf.Config(slackWith(fromVariable + "  credentials_wo_version = 3\n"))
			tf.Var("bot_token", "xoxb-last")
			tf.Plan(2).Has("credentials_wo_version changed")
			tf.Apply()
			wantCredentials(t, p, tc.version+1, "xoxb-last")
			tf.Plan(0).Silent()
		})
	}
}
