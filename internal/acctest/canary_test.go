package acctest_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
)

const canaryConfig = `
variable "platform_token" {
  type      = string
  ephemeral = true
}

variable "bot_token" {
  type      = string
  ephemeral = true
}

provider "quickconnect" {
  token = var.platform_token
}

resource "quickconnect_rotation_policy" "often" {
  name                    = "often"
  interval                = "1s"
  overlap                 = "1h"
  require_acknowledgement = false
}

resource "quickconnect_connector" "slack" {
  name           = "slack"
  owner          = "messaging@example.com"
  type           = "slack"
  credentials_wo = { bot_token = var.bot_token }
}

resource "quickconnect_scoped_token" "notifier" {
  name               = "notifier"
  owner              = "team-notifier"
  connector_id       = quickconnect_connector.slack.id
  scopes             = ["messages:send"]
  rotation_policy_id = quickconnect_rotation_policy.often.id
}

output "rotation" {
  value = quickconnect_scoped_token.notifier.rotation
}
`

// Secrets are in nothing that the CLI, the provider or the platform writes: state, backup, plan files, JSON, output,
// trace logs, the platform's log, its database.
func TestCanaries(t *testing.T) {
	t.Parallel()
	tf := acctest.NewCLI(t)
	tf.StartPrograms() // for their trace logs
	p := acctest.StartProcess(t)
	s := acctest.NewSink(t)
	platformToken := p.Bootstrap("acme", "staging")["staging"]
	secrets := map[string]string{
		"the connector's credential":     "xoxb-canary-1d9f7c53e8",
		"the connector's new credential": `xoxb-canary-"quoted"-62b0aa`,
		"the principal's token":          platformToken,
	}
	canaries := acctest.NewCanaries(t, secrets)
	logs := t.TempDir()
	tf.Set("TF_LOG", "TRACE")
	tf.Set("TF_LOG_PATH", filepath.Join(logs, "trace.log"))
	tf.Set("QUICKCONNECT_ENDPOINT", p.URL)
	tf.Set("QUICKCONNECT_TENANT", "acme")
	tf.Set("QUICKCONNECT_ENVIRONMENT", "staging")
	tf.Var("platform_token", platformToken)
	tf.Var("bot_token", secrets["the connector's credential"])

	var runs []*acctest.Run
	run := func(r *acctest.Run) { runs = append(runs, r) }
	tf.Config(canaryConfig + handover(s))
	run(tf.SavePlan("create.tfplan"))
	run(tf.Run("show", "create.tfplan"))
	run(tf.Run("show", "-json", "create.tfplan"))
	run(tf.ApplyPlan("create.tfplan"))
	// A rotation, and new credentials for the connector.
	tf.Var("bot_token", secrets["the connector's new credential"])
	_, first := s.Last()
	acctest.WaitFor(t, "the rotation is due", func() bool { return tf.Run("plan").Contains("~ version = 1 -> 2") })
	run(tf.SavePlan("rotate.tfplan"))
	run(tf.Run("show", "-json", "rotate.tfplan"))
	run(tf.ApplyPlan("rotate.tfplan"))
	_, second := s.Last()
	if first == second {
		t.Fatal("the rotation has handed over the same value again")
	}
	canaries.Add("the token's value", first)
	canaries.Add("the token's new value", second)
	run(tf.Run("state", "pull").Want(0))
	run(tf.Run("show", "-json").Want(0))
	run(tf.Run("output", "-json").Want(0))
	// Errors: a request that the platform refuses, credentials that the provider refuses, a token that is none.
	tf.Config(canaryConfig + `
resource "quickconnect_connector" "again" {
  name           = "slack"
  owner          = "messaging@example.com"
  type           = "slack"
  credentials_wo = { bot_token = var.bot_token }
}
` + handover(s))
	run(tf.ApplyFails())
	tf.Config(canaryConfig + `
resource "quickconnect_connector" "wrong" {
  name           = "wrong"
  owner          = "messaging@example.com"
  type           = "slack"
  credentials_wo = { "bot token" = var.bot_token }
}
` + handover(s))
	run(tf.Plan(1))
	tf.Config(canaryConfig + handover(s))
	bad := platformToken[:len(platformToken)-1] + "?"
	canaries.Add("a malformed token", bad)
	tf.Var("platform_token", bad)
	run(tf.Plan(1))
	tf.Var("platform_token", platformToken)
	p.Stop()

	for _, r := range runs {
		canaries.Absent("the output of "+r.Args[0], []byte(r.Output))
	}
	canaries.Absent("the platform's log", []byte(p.Log()))
	if files := canaries.AbsentBelow(tf.Dir); files < 5 {
		t.Errorf("only %d files in the work directory: state, backup and plans are not all there", files)
	}
	if files := canaries.AbsentBelow(p.DataDir); files < 2 {
		t.Errorf("only %d files in the data directory: database and keyring are not both there", files)
	}
	canaries.AbsentBelow(logs)
	log, err := os.ReadFile(filepath.Join(logs, "trace.log"))
	if err != nil || !bytes.Contains(log, []byte("request to the platform")) {
		t.Errorf("the trace log has nothing of the provider: %v", err)
	}

	p.Restart()
	tf.Destroy()
}
