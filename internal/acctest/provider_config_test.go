package acctest_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const readIdentity = `
data "quickconnect_identity" "me" {}
`

// Everything that is required can come from the environment, what the configuration says comes first, and what neither
// has is named with both places.
func TestConfigurationFromTheEnvironment(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(readIdentity)
	tf.Plan(0) // all four from the environment

	all := []string{"ENDPOINT", "TENANT", "ENVIRONMENT", "TOKEN"}
	for _, name := range all {
		tf.Set("QUICKCONNECT_"+name, "")
	}
	run := tf.Plan(1)
	for _, name := range all {
		run.Has("Missing "+strings.ToLower(name), "in the environment variable QUICKCONNECT_"+name)
	}

	tf.Var("token", p.Token(api.RoleAuditor))
	tf.Config(fmt.Sprintf(`
variable "token" {
  ephemeral = true
}
provider "quickconnect" {
  endpoint    = %q
  tenant      = %q
  environment = %q
  token       = var.token
}
`, p.URL, acctest.Tenant, acctest.Environment) + readIdentity)
	tf.Plan(0)
	tf.Set("QUICKCONNECT_ENDPOINT", "https://nobody.invalid")
	tf.Set("QUICKCONNECT_TENANT", "nobody")
	tf.Set("QUICKCONNECT_ENVIRONMENT", "nowhere")
	tf.Set("QUICKCONNECT_TOKEN", "nothing")
	tf.Plan(0)

	// What is wrong in the environment is said of the variable, and not repeated.
	tf.Config(readIdentity)
	tf.Set("QUICKCONNECT_ENDPOINT", "http://operator:hunter2@platform.example.com")
	tf.Set("QUICKCONNECT_TOKEN", p.Token(api.RoleAuditor)+"\n")
	tf.Plan(1).Has("Invalid QUICKCONNECT_ENDPOINT", "user name or a password", "Invalid QUICKCONNECT_TOKEN", "line end",
		"trimspace").
		HasNot("hunter2", p.Token(api.RoleAuditor))
}

// requests_per_second holds for all requests of a run together.
func TestRequestsPerSecond(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	connector, _, _ := base(p)
	tf.Config(fmt.Sprintf(`
provider "quickconnect" {
  requests_per_second = 5
}
resource "quickconnect_scoped_token" "many" {
  count        = 10
  name         = "many-${count.index}"
  owner        = "team-notifier"
  connector_id = %q
  scopes       = ["messages:send"]
  expires_at   = "2027-01-01T00:00:00Z"
}
`, connector))
	// One to find out who is calling in the plan, one in the apply, and ten tokens: eleven of them wait a fifth of a
	// second.
	if run := tf.Apply(); run.Took < 2*time.Second {
		t.Errorf("11 requests at 5 per second took only %s", run.Took)
	}
}

// While an attribute of the provider is unknown because the same apply makes it, creations are planned; what needs a
// call fails with an error that names the attribute, and nothing leaves the state.
func TestUnknownConfiguration(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Set("QUICKCONNECT_TOKEN", "")
	// The provider is configured by what another resource, or another configuration of the provider, makes.
	tf.Var("again", "1")
	tf.Var("value", p.Token(api.RoleDeployer))
	tf.Config(`
variable "again" {}
variable "value" {}
resource "terraform_data" "made" {
  input            = var.value
  triggers_replace = var.again
}
provider "quickconnect" {
  token = terraform_data.made.output
}
` + quintet(p))
	tf.Plan(2).Has("6 to add")
	if n := len(p.Requests()); n != 0 {
		t.Errorf("%d requests were sent while the token was unknown", n)
	}
	tf.Apply()
	wantSame(t, p, tf, quintetSize)

	// It is unknown again: the objects that exist cannot be read.
	before := stateFile(t, tf)
	tf.Var("again", "2")
	p.ForgetRequests()
	tf.ApplyFails().Has("Provider not configured yet", "its attribute token is unknown until something else is applied",
		"-target=", "set it to a value that is known")
	if len(p.Requests()) != 0 || stateFile(t, tf) != before {
		t.Error("a run that could not read has asked the platform or changed the state")
	}
	// What the error says helps.
	tf.Apply("-target=terraform_data.made")
	tf.Plan(0).Silent()
}

// Two configurations of the provider in one state, each in an environment of its own: neither takes the other's objects
// for its own.
func TestTwoConfigurations(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	connector, _, _ := base(p)
	tf.Var("token", p.NewToken("production", api.RoleDeployer, 0))
	tf.Config(fmt.Sprintf(`
variable "token" {
  ephemeral = true
}
provider "quickconnect" {}
provider "quickconnect" {
  alias       = "production"
  environment = "production"
  token       = var.token
}
resource "quickconnect_scoped_token" "here" {
  name         = "here"
  owner        = "team-notifier"
  connector_id = %q
  scopes       = ["messages:send"]
  expires_at   = "2027-01-01T00:00:00Z"
}
resource "quickconnect_connector" "there" {
  provider = quickconnect.production
  name     = "base"
  owner    = "messaging@example.com"
  type     = "slack"
}
`, connector))
	tf.Apply()
	tf.Plan(0).Silent()
	if got := tf.State("quickconnect_connector.there")["environment"]; got != "production" {
		t.Errorf("the connector is in %v", got)
	}
	if got := tf.State("quickconnect_scoped_token.here")["environment"]; got != acctest.Environment {
		t.Errorf("the token is in %v", got)
	}
	tf.Destroy()
}

// A platform that is down is an error that names the setting, in bounded time, and changes nothing.
func TestPlatformDown(t *testing.T) {
	t.Parallel() // most of the time is waiting for a retry
	p, tf := acctest.Start(t)
	tf.Config(quintet(p))
	tf.Apply()
	before := stateFile(t, tf)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	down := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for _, endpoint := range []string{"http://" + down, "https://nobody.invalid"} {
		tf.Set("QUICKCONNECT_ENDPOINT", endpoint)
		run := tf.Run("destroy", "-auto-approve").Want(1).Has("The platform gave no answer", "Check endpoint")
		if run.Took > 30*time.Second {
			t.Errorf("it took %s to give up on %s", run.Took, endpoint)
		}
	}
	if stateFile(t, tf) != before {
		t.Error("the state has changed")
	}
	wantCounts(t, p, quintetSize)
}
