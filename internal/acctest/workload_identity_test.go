package acctest_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

const twoEnvironments = `
variable "bot_token" {
  type      = string
  ephemeral = true
}

provider "quickconnect" {
  workload_identity {
    identity   = "terraform"
    token_file = %[1]q
  }
}

provider "quickconnect" {
  alias       = "production"
  environment = "production"
  workload_identity {
    identity   = "terraform"
    token_file = %[1]q
  }
}

resource "quickconnect_connector" "staging" {
  name           = "slack"
  owner          = "messaging@example.com"
  type           = "slack"
  credentials_wo = { bot_token = var.bot_token }
}

resource "quickconnect_connector" "production" {
  provider       = quickconnect.production
  name           = "slack"
  owner          = "messaging@example.com"
  type           = "slack"
  credentials_wo = { bot_token = var.bot_token }
}
`

// accessToken is what an access token looks like, also as a part of something else.
var accessToken = regexp.MustCompile(`qca_[0-9A-Za-z]{12}`)

// From nothing stored to an apply in two environments, with the real programs: one JWT, one name of an identity in each
// environment. Neither the JWT nor an access token is in anything that is written.
func TestWorkloadIdentityJourney(t *testing.T) {
	t.Parallel()
	tf := acctest.NewCLI(t)
	tf.StartPrograms() // for their trace logs
	p := acctest.StartProcess(t)
	tokens := p.Bootstrap(acctest.Tenant, acctest.Environment, acctest.Production)
	workload := acctest.NewWorkload(t, "repo:acme/app")
	for _, environment := range []string{acctest.Environment, acctest.Production} {
		workload.Identity(p.Client(tokens[environment]), "terraform", api.RoleDeployer, "15m")
	}
	const botToken = "xoxb-canary-2f81c0aa77"
	canaries := acctest.NewCanaries(t, map[string]string{"the connector's credential": botToken})
	file, logs := filepath.Join(t.TempDir(), "jwt"), t.TempDir()
	write := func(life time.Duration) {
		jwt := workload.WriteJWT(file, clock.System().Now(), life)
		for i, part := range strings.Split(jwt, ".") {
			canaries.Add(fmt.Sprintf("part %d of the JWT until %s", i, life), part)
		}
	}
	tf.Set("TF_LOG", "TRACE")
	tf.Set("TF_LOG_PATH", filepath.Join(logs, "trace.log"))
	tf.Set("QUICKCONNECT_ENDPOINT", p.URL)
	tf.Set("QUICKCONNECT_TENANT", acctest.Tenant)
	tf.Set("QUICKCONNECT_ENVIRONMENT", acctest.Environment)
	tf.Var("bot_token", botToken)
	tf.Config(fmt.Sprintf(twoEnvironments, file))

	var runs []*acctest.Run
	run := func(r *acctest.Run) *acctest.Run { runs = append(runs, r); return r }
	run(tf.Plan(1)).Has("No JWT for the workload identity", file, "does not exist")
	write(5 * time.Minute)
	run(tf.SavePlan("create.tfplan"))
	run(tf.Run("show", "-json", "create.tfplan"))
	run(tf.ApplyPlan("create.tfplan"))
	run(tf.Plan(0)).Silent()
	run(tf.Run("state", "pull").Want(0))
	for _, environment := range []string{acctest.Environment, acctest.Production} {
		if got := tf.State("quickconnect_connector." + environment)["environment"]; got != environment {
			t.Errorf("the connector of %s is in %v", environment, got)
		}
	}

	// The wrong world: nothing is proposed for recreation, and nothing leaves the state.
	before := stateFile(t, tf)
	write(-10 * time.Minute)
	for _, command := range [][]string{
		{"plan"}, {"plan", "-refresh-only"}, {"apply", "-auto-approve"}, {"destroy", "-auto-approve"},
	} {
		run(tf.Run(command...).Want(1)).Has("JWT refused", "ended at", file).HasNot("to add", "must be replaced")
	}
	if stateFile(t, tf) != before {
		t.Error("a run without an access token has changed the state")
	}
	write(6 * time.Minute)
	run(tf.Plan(0)).Silent()

	for _, r := range runs {
		canaries.Absent("the output of "+r.Args[0], []byte(r.Output))
		if found := accessToken.FindString(r.Output); found != "" {
			t.Errorf("an access token is in the output of %s", r.Args[0])
		}
	}
	canaries.Absent("the platform's log", []byte(p.Log()))
	for _, dir := range []string{tf.Dir, logs, p.DataDir} {
		canaries.AbsentBelow(dir)
		withoutAccessTokens(t, dir)
	}
	log, err := os.ReadFile(filepath.Join(logs, "trace.log"))
	if err != nil || !bytes.Contains(log, []byte("the provider acts as a workload identity")) ||
		!bytes.Contains(log, []byte("token_file of the block workload_identity")) {
		t.Errorf("the log does not name the source of the JWT: %v", err)
	}
	tf.Destroy()
}

// withoutAccessTokens looks through every file under dir.
func withoutAccessTokens(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if data, err := os.ReadFile(path); err == nil && accessToken.Match(data) {
			t.Errorf("an access token is in %s", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
