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

// Everything that is required can come from the environment, what the configuration says comes first, and what neither has is
// named with both places.
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
	tf.Plan(1).Has("Invalid QUICKCONNECT_ENDPOINT", "user name or a password", "Invalid QUICKCONNECT_TOKEN", "line end", "trimspace").
		HasNot("hunter2", p.Token(api.RoleAuditor))
}

// What is wrong in the configuration is an error on the attribute, before anything is sent.
func TestBadConfiguration(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	for name, c := range map[string]struct {
		argument string
		says     []string
	}{
		"http to another machine":   {`endpoint = "http://platform.example.com"`, []string{"endpoint must be https", "loopback address only", "in clear"}},
		"http to a private address": {`endpoint = "http://10.0.0.1:8440"`, []string{"endpoint must be https", "loopback address only"}},
		"another scheme":            {`endpoint = "ftp://127.0.0.1"`, []string{"endpoint must be an https URL"}},
		"no scheme":                 {`endpoint = "platform.example.com"`, []string{"endpoint must be a URL such as"}},
		"a query":                   {`endpoint = "https://platform.example.com/?a=b"`, []string{"endpoint must not have a query"}},
		"too patient":               {`max_retries = 21`, []string{"max_retries", "between 0 and 20"}},
		"retries below zero":        {`max_retries = -1`, []string{"max_retries", "between 0 and 20"}},
		"timeout in words":          {`request_timeout = "90 days"`, []string{"request_timeout must be a duration such as"}},
		"no timeout":                {`request_timeout = "0s"`, []string{"request_timeout"}},
		"timeout too long":          {`request_timeout = "11m"`, []string{"request_timeout must be at least 1s and at most 10m"}},
		"no requests at all":        {`requests_per_second = 0`, []string{"requests_per_second", "at least 0.1"}},
		"too few requests":          {`requests_per_second = 0.09`, []string{"requests_per_second", "at least 0.1"}},
		"an empty tenant":           {`tenant = ""`, []string{"tenant must not be empty"}},
		"a certificate alone":       {`client_certificate_file = "cert.pem"`, []string{"client_key_file"}},
		"a missing CA":              {`ca_certificate_file = "missing.pem"`, []string{"missing.pem"}},
	} {
		t.Run(name, func(t *testing.T) {
			p.ForgetRequests()
			tf.Config("provider \"quickconnect\" {\n  " + c.argument + "\n}\n" + readIdentity)
			tf.Plan(1).Has(c.says...)
			if n := len(p.Requests()); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
	for _, argument := range []string{
		`requests_per_second = 0.1`, `max_retries = 0`, `max_retries = 20`, `request_timeout = "1s"`, `request_timeout = "10m"`,
		fmt.Sprintf(`endpoint = %q`, strings.Replace(p.URL, "127.0.0.1", "localhost", 1)),
	} {
		tf.Config("provider \"quickconnect\" {\n  " + argument + "\n}\n" + readIdentity)
		tf.Plan(0)
	}
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
	// One to find out who is calling in the plan, one in the apply, and ten tokens: eleven of them wait a fifth of a second.
	if run := tf.Apply(); run.Took < 2*time.Second {
		t.Errorf("11 requests at 5 per second took only %s", run.Took)
	}
}

// While an attribute of the provider is unknown because the same apply makes it, creations are planned; what needs a call fails
// with an error that names the attribute, and nothing leaves the state.
func TestUnknownConfiguration(t *testing.T) {
	t.Parallel()
	for _, attribute := range []string{"endpoint", "tenant", "environment", "token"} {
		t.Run(attribute, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			value := map[string]string{"endpoint": p.URL, "tenant": acctest.Tenant, "environment": acctest.Environment, "token": p.Token(api.RoleDeployer)}[attribute]
			tf.Set("QUICKCONNECT_"+strings.ToUpper(attribute), "")
			// The provider is configured by what another resource, or another configuration of the provider, makes.
			tf.Var("again", "1")
			tf.Var("value", value)
			provider := fmt.Sprintf(`
variable "again" {}
variable "value" {}
resource "terraform_data" "made" {
  input            = var.value
  triggers_replace = var.again
}
provider "quickconnect" {
  %s = terraform_data.made.output
}
`, attribute)
			config := provider + quintet(p)
			tf.Config(config)
			tf.Plan(2).Has("6 to add")
			if n := len(p.Requests()); n != 0 {
				t.Errorf("%d requests were sent while %s was unknown", n, attribute)
			}
			tf.Apply()
			wantSame(t, p, tf, quintetSize)
			tf.Plan(0).Silent()

			// It is unknown again: the objects that exist cannot be read.
			before := stateFile(t, tf)
			tf.Var("again", "2")
			p.ForgetRequests()
			says := fmt.Sprintf("its attribute %s is unknown until something else is applied", attribute)
			tf.Plan(1).Has("Provider not configured yet", says, "-target=", "set it to a value that is known")
			tf.ApplyFails().Has(says)
			if len(p.Requests()) != 0 || stateFile(t, tf) != before {
				t.Error("a run that could not read has asked the platform or changed the state")
			}
			// What the error says helps.
			tf.Apply("-target=terraform_data.made")
			tf.Plan(0).Silent()
		})
	}
}

// Two configurations of the provider in one state, each in an environment of its own: neither takes the other's objects for its own.
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
	for _, endpoint := range []string{"http://" + down, "https://" + down, "https://nobody.invalid"} {
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
