package acctest_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A value that is generated anew each time it is opened, so also between plan and apply, converges under a number.
func TestGeneratedCredentialsConverge(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	generated := func(more string) string {
		return `
ephemeral "sink_generated" "password" {}

resource "quickconnect_connector" "slack" {
  name           = "slack"
  owner          = "messaging@example.com"
  type           = "slack"
  credentials_wo = { bot_token = ephemeral.sink_generated.password.value }
` + more + `
}
`
	}
	sent := func(n int64) string {
		t.Helper()
		c := p.As(api.RoleAuditor).Connector("slack")
		if *c.Version != n {
			t.Fatalf("the platform has the %dth credentials, want the %dth", *c.Version, n)
		}
		return *c.CredentialsDigest
	}
	tf.Config(generated(number1))
	tf.Apply()
	first := sent(1)
	tf.Plan(0).Silent()
	tf.Apply().Has("0 changed")
	tf.Config(generated(number1 + edited))
	tf.Apply()
	if sent(1) != first {
		t.Error("the credentials are others")
	}
	tf.Plan(0).Silent()
	tf.Config(generated(number2))
	tf.SavePlan("number.tfplan")
	tf.ApplyPlan("number.tfplan")
	if sent(2) == first {
		t.Error("nothing new was sent")
	}
	tf.Plan(0).Silent()
	someoneSets(p, "xoxb-theirs")
	tf.Plan(2).Has("were changed on the platform since the last apply")
	tf.Apply()
	sent(4)
	tf.Plan(0).Silent()

	// Without a number it is sent each time, which is what the documentation warns of; it is never an error.
	tf.Config(generated(""))
	tf.Apply()
	sent(5)
	tf.Apply()
	sent(6)
}

// A write-only value may be another one when the plan is applied. What counts is the one at the apply, and no plan breaks on it.
func TestCredentialsMayFlipBetweenPlanAndApply(t *testing.T) {
	t.Parallel()
	const none, one, two, three = "none", "xoxb-one", "xoxb-two", "xoxb-three"
	for name, tc := range map[string]struct {
		before, then       string // what the block says at the first apply, and when the plan is made
		start, plan, apply string // value at the first apply, in the plan, and when that is applied
		version            int64  // what the platform has then
		value              string
		next               int // exit code of the next plan, with the value of the apply
		nothingToPlan      bool
	}{
		"new, and another new one":                {before: fromVariable, then: fromVariable, start: one, plan: two, apply: three, version: 2, value: three},
		"new, and the old one after all":          {before: fromVariable, then: fromVariable, start: one, plan: two, apply: one, version: 1, value: one},
		"old, and a new one, nothing else":        {before: fromVariable, then: fromVariable, start: one, plan: one, apply: two, version: 1, value: one, next: 2, nothingToPlan: true},
		"old, and a new one, with an edit":        {before: fromVariable, then: fromVariable + edited, start: one, plan: one, apply: two, version: 2, value: two},
		"new, and the old one, with an edit":      {before: fromVariable, then: fromVariable + edited, start: one, plan: two, apply: one, version: 1, value: one},
		"number and edit":                         {before: fromVariable + number1, then: fromVariable + number1 + edited, start: one, plan: one, apply: two, version: 1, value: one},
		"new number":                              {before: fromVariable + number1, then: fromVariable + number2, start: one, plan: two, apply: three, version: 2, value: three},
		"a first number":                          {before: fromVariable, then: fromVariable + number1, start: one, plan: one, apply: two, version: 2, value: two},
		"a number no more, with the old one":      {before: fromVariable + number1, then: fromVariable, start: one, plan: two, apply: one, version: 1, value: one},
		"a number no more, with a new one":        {before: fromVariable + number1, then: fromVariable, start: one, plan: one, apply: two, version: 2, value: two},
		"none, and a first one, with an edit":     {before: perhaps, then: perhaps + edited, start: none, plan: none, apply: one, version: 1, value: one},
		"none, and a new one, with an edit":       {before: perhaps, then: perhaps + edited, start: one, plan: none, apply: two, version: 2, value: two},
		"new, and none":                           {before: perhaps, then: perhaps, start: one, plan: two, apply: none, version: 1, value: one},
		"none, and a new one, with a new number":  {before: perhaps + number1, then: perhaps + number2, start: one, plan: none, apply: two, version: 2, value: two},
		"new, and none, with a new number":        {before: perhaps + number1, then: perhaps + number2, start: one, plan: two, apply: none, version: 1, value: one},
		"none, and one, with a number and edit":   {before: perhaps + number1, then: perhaps + number1 + edited, start: none, plan: none, apply: one, version: 1, value: one},
		"none, and one, a number and a new block": {before: "", then: perhaps + number1, start: one, plan: none, apply: one, version: 1, value: one},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			tf.Config(slackWith(tc.before))
			tf.Var("bot_token", tc.start)
			tf.Apply()
			tf.Config(slackWith(tc.then))
			tf.Var("bot_token", tc.plan)
			if tc.nothingToPlan {
				tf.Plan(0, "-out=flip.tfplan")
			} else {
				tf.SavePlan("flip.tfplan")
			}
			tf.Var("bot_token", tc.apply)
			tf.ApplyPlan("flip.tfplan")
			wantCredentials(t, p, tc.version, tc.value)
			tf.Plan(tc.next)
		})
	}
}

// A value that is not known before the apply is sent then, if it is another one.
func TestUnknownCredentials(t *testing.T) {
	t.Parallel()
	for name, number := range map[string]string{"without number": "", "with number": number1} {
		t.Run(name, func(t *testing.T) {
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

resource "quickconnect_connector" "slack" {
  name           = "slack"
  owner          = "messaging@example.com"
  type           = "slack"
  credentials_wo = { bot_token = ephemeral.sink_generated.fixed.value }
` + number + `
}
`
			}
			tf.Config(from("xoxb-one", ""))
			tf.Apply()
			wantCredentials(t, p, 1, "xoxb-one")
			tf.Plan(0).Silent()
			// Unknown in the plan, and the same in the end.
			tf.Config(from("xoxb-one", "again"))
			tf.Apply()
			wantCredentials(t, p, 1, "xoxb-one")
			tf.Plan(0).Silent()
			// Unknown in the plan, and another one: without a number that is all it takes.
			tf.Config(from("xoxb-two", "again"))
			tf.Apply()
			if number == "" {
				wantCredentials(t, p, 2, "xoxb-two")
			} else {
				wantCredentials(t, p, 1, "xoxb-one")
			}
			tf.Plan(0).Silent()
		})
	}
}

// Terraform cannot make new credentials of an outside service: that they are due is a warning, with dates, and no difference.
func TestCredentialsThatAreDueWarn(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy(`max_age = "60d"`) + slackWith(fromVariable+"  rotation_policy_id = quickconnect_rotation_policy.monthly.id\n"))
	tf.Var("bot_token", "xoxb-one")
	tf.Apply()
	p.Clock.Advance(30*day - time.Second)
	tf.Plan(0).Silent()
	p.Clock.Advance(time.Second)
	tf.Plan(0).Has("Warning: Credentials due", "were set at 2026-05-01T12:00:00Z", "since 2026-05-31T12:00:00Z")
	p.Clock.Advance(30 * day)
	tf.Plan(0).Has("Warning: Credentials overdue", "2026-05-31T12:00:00Z")
	tf.Apply().Has("0 changed")
	wantCredentials(t, p, 1, "xoxb-one")
	if got := tf.State(theConnector)["credentials_status"]; got != api.CredentialsOverdue {
		t.Errorf("the state says %v", got)
	}
	tf.Var("bot_token", "xoxb-two")
	tf.Plan(2).HasNot("Warning: Credentials overdue")
	tf.Apply()
	wantCredentials(t, p, 2, "xoxb-two")
	tf.Plan(0).Silent()
	state := tf.State(theConnector)
	if state["credentials_status"] != api.CredentialsCurrent || state["credentials_due_at"] != "2026-07-30T12:00:00Z" {
		t.Errorf("the state says %v, due at %v", state["credentials_status"], state["credentials_due_at"])
	}
}

// On hold nothing is sent, and every plan says so. What is not secret can be edited, and after the release all is as it should be.
func TestHeldConnectorGetsNoCredentials(t *testing.T) {
	t.Parallel()
	for name, numbers := range map[string][2]string{"without number": {"", ""}, "with number": {number1, number2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			tf.Config(slackWith(fromVariable + numbers[0]))
			tf.Var("bot_token", "xoxb-one")
			tf.Apply()
			security := p.As(api.RoleSecurity)
			security.Verb(api.KindConnectors, "slack", "hold", api.HoldRequest{Reason: "under investigation"}).Want(200)
			tf.Plan(0).Has("Warning: Connector on hold", "under investigation")
			tf.Var("bot_token", "xoxb-two")
			tf.Config(slackWith(fromVariable + numbers[1] + edited))
			tf.Plan(2).Has("Warning: Connector on hold", "are not sent until it is released")
			tf.Apply()
			wantCredentials(t, p, 1, "xoxb-one")
			if got := p.As(api.RoleAuditor).Connector("slack").Description; got == nil || *got != "Edited." {
				t.Error("the description was not edited")
			}
			tf.Plan(0).Has("Warning: Connector on hold")
			security.Verb(api.KindConnectors, "slack", "release", api.HoldRequest{Reason: "done"}).Want(200)
			tf.Plan(2).Has("Warning: Credentials will be sent").HasNot("on hold")
			tf.Apply()
			wantCredentials(t, p, 2, "xoxb-two")
			tf.Plan(0).Silent()
		})
	}
}

// A hold that comes between plan and apply is respected: the apply fails and says why, and nothing is sent.
func TestHoldBetweenPlanAndApply(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(slackWith(fromVariable))
	tf.Var("bot_token", "xoxb-one")
	tf.Apply()
	tf.Var("bot_token", "xoxb-two")
	tf.SavePlan("send.tfplan")
	security := p.As(api.RoleSecurity)
	security.Verb(api.KindConnectors, "slack", "hold", api.HoldRequest{Reason: "under investigation"}).Want(200)
	tf.ApplyPlanFails("send.tfplan").Has("On hold", "Terraform never releases a hold")
	wantCredentials(t, p, 1, "xoxb-one")
	tf.Plan(0).Has("Warning: Connector on hold")
	security.Verb(api.KindConnectors, "slack", "release", api.HoldRequest{Reason: "done"}).Want(200)
	tf.Apply()
	wantCredentials(t, p, 2, "xoxb-two")
	tf.Plan(0).Silent()
}
