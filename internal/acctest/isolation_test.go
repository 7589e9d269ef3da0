package acctest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// wantOnlyIdentity fails the test if the platform was asked for anything but who is calling.
func wantOnlyIdentity(t *testing.T, p *acctest.Platform) {
	t.Helper()
	if len(p.Requests()) == 0 {
		t.Error("the platform was not even asked who is calling")
	}
	for _, r := range p.Requests() {
		if operation(r) != opIdentity {
			t.Errorf("the platform was asked %s %s", r.Method, r.Path)
		}
	}
}

// A token of another tenant or environment than the configuration says is refused before anything is planned, with both sides named.
func TestTokenOfAnotherPlace(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	globex := p.Bootstrap("globex", "staging")["staging"]
	tf.Config(quintet(p) + `
data "quickconnect_identity" "me" {}
`)
	for name, c := range map[string]struct {
		tenant, environment, token string
		says                       []string
	}{
		"configured for production": {"acme", "production", p.Token(api.RoleDeployer), []string{`tenant "acme", environment "production"`, `tenant "acme", environment "staging"`}},
		"configured for globex":     {"globex", "staging", p.Token(api.RoleDeployer), []string{`tenant "globex", environment "staging"`, `tenant "acme", environment "staging"`}},
		"token of production":       {"acme", "staging", p.NewToken("production", api.RoleDeployer, 0), []string{`tenant "acme", environment "staging"`, `tenant "acme", environment "production"`}},
		"token of globex":           {"acme", "staging", globex, []string{`tenant "acme", environment "staging"`, `tenant "globex", environment "staging"`}},
	} {
		t.Run(name, func(t *testing.T) {
			tf.Set("QUICKCONNECT_TENANT", c.tenant)
			tf.Set("QUICKCONNECT_ENVIRONMENT", c.environment)
			tf.Set("QUICKCONNECT_TOKEN", c.token)
			for _, command := range []string{"plan", "apply"} {
				p.ForgetRequests()
				args := []string{command}
				if command == "apply" {
					args = append(args, "-auto-approve")
				}
				tf.Run(args...).Want(1).Has("Token of another tenant or environment", "Nothing was planned and nothing was changed").Has(c.says...).HasNot("will be created")
				wantOnlyIdentity(t, p)
			}
			wantSame(t, p, tf, 0)
		})
	}
}

// A state that belongs to another environment or tenant is an error, never "gone, create it anew": whatever the command, nothing
// is asked about its objects, nothing leaves the state and nothing is made.
func TestStateOfAnotherPlace(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	globex := p.Bootstrap("globex", "staging")["staging"]
	config := quintet(p)
	tf.Config(config + quintetHandover(s))
	tf.Apply()
	wantSame(t, p, tf, quintetSize)
	before := stateFile(t, tf)

	for name, c := range map[string]struct{ tenant, environment, token string }{
		"production": {"acme", "production", p.NewToken("production", api.RoleDeployer, 0)},
		"globex":     {"globex", "staging", globex},
	} {
		t.Run(name, func(t *testing.T) {
			tf.Set("QUICKCONNECT_TENANT", c.tenant)
			tf.Set("QUICKCONNECT_ENVIRONMENT", c.environment)
			tf.Set("QUICKCONNECT_TOKEN", c.token)
			fails := func(args ...string) {
				t.Helper()
				p.ForgetRequests()
				tf.Run(args...).Want(1).Has("Object of another environment", `tenant "acme", environment "staging"`,
					fmt.Sprintf("tenant %q, environment %q", c.tenant, c.environment))
				wantOnlyIdentity(t, p)
				if stateFile(t, tf) != before {
					t.Fatalf("terraform %s has changed the state", strings.Join(args, " "))
				}
				wantCounts(t, p, quintetSize)
			}
			fails("plan")
			fails("apply", "-auto-approve")
			fails("apply", "-auto-approve", "-refresh-only")
			fails("destroy", "-auto-approve")
			// Without a refresh nothing is read, and the plan has to notice by itself.
			fails("plan", "-refresh=false")
			fails("apply", "-auto-approve", "-refresh=false", "-var=description=second")
			fails("destroy", "-auto-approve", "-refresh=false")
			fails("apply", "-auto-approve", "-refresh=false", "-replace=quickconnect_scoped_token.quintet")
			// No object is in the configuration any more.
			tf.Config("")
			fails("plan")
			fails("apply", "-auto-approve", "-refresh=false")
			tf.Config(config + quintetHandover(s))
		})
	}

	tf.Set("QUICKCONNECT_TENANT", acctest.Tenant)
	tf.Set("QUICKCONNECT_ENVIRONMENT", acctest.Environment)
	tf.Set("QUICKCONNECT_TOKEN", p.Token(api.RoleDeployer))
	tf.Plan(0).Silent()
}

// An id of another environment names nothing: not for an import, not in a reference, not in an ephemeral resource.
func TestIDsOfAnotherEnvironment(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(quintet(p))
	tf.Apply()
	there := quintetOn(p)
	_, policy := p.As(api.RoleDeployer).Connector("base").ID, p.As(api.RoleDeployer).RotationPolicy("base").ID

	production := acctest.NewCLI(t)
	production.Set("QUICKCONNECT_ENDPOINT", p.URL)
	production.Set("QUICKCONNECT_TENANT", acctest.Tenant)
	production.Set("QUICKCONNECT_ENVIRONMENT", "production")
	production.Set("QUICKCONNECT_TOKEN", p.NewToken("production", api.RoleDeployer, 0))

	t.Run("import", func(t *testing.T) {
		production.Config(`
resource "quickconnect_rotation_policy" "quintet" {
  name     = "quintet"
  interval = "90d"
}
resource "quickconnect_connector" "quintet" {
  name  = "quintet"
  owner = "messaging@example.com"
  type  = "slack"
}
resource "quickconnect_scoped_token" "quintet" {
  name         = "quintet"
  owner        = "team-notifier"
  connector_id = "` + there["quickconnect_connector"] + `"
  scopes       = ["messages:send"]
  expires_at   = "2027-01-01T00:00:00Z"
}
resource "quickconnect_webhook_endpoint" "quintet" {
  name         = "quintet"
  connector_id = "` + there["quickconnect_connector"] + `"
  url          = "https://hooks.example.com"
}
resource "quickconnect_webhook_signing_secret" "quintet" {
  name               = "quintet"
  owner              = "team-notifier"
  endpoint_id        = "` + there["quickconnect_webhook_endpoint"] + `"
  rotation_policy_id = "` + there["quickconnect_rotation_policy"] + `"
}
`)
		for resource, id := range there {
			for _, by := range []string{id, "quintet"} {
				production.Run("import", resource+".quintet", by).Want(1).Has("no such object in the tenant and environment of the provider")
			}
		}
		if len(stateIDs(t, stateFile(t, production))) != 0 {
			t.Error("something was imported")
		}
	})

	t.Run("reference", func(t *testing.T) {
		production.Config(fmt.Sprintf(`
resource "quickconnect_connector" "own" {
  name               = "own"
  owner              = "messaging@example.com"
  type               = "slack"
  rotation_policy_id = %q
}
resource "quickconnect_scoped_token" "foreign" {
  name         = "foreign"
  owner        = "team-notifier"
  connector_id = %q
  scopes       = ["messages:send"]
  expires_at   = "2027-01-01T00:00:00Z"
}
`, policy, there["quickconnect_connector"]))
		production.ApplyFails().Has("with quickconnect_connector.own", "rotation_policy_id = ", "with quickconnect_scoped_token.foreign", "connector_id = ")
		if len(stateIDs(t, stateFile(t, production))) != 0 {
			t.Error("an object that refers to another environment was created")
		}
	})

	t.Run("ephemeral", func(t *testing.T) {
		s := acctest.NewSink(t)
		production.Config(fmt.Sprintf(`
ephemeral "quickconnect_scoped_token" "foreign" {
  id = %q
}
resource "sink_secret" "foreign" {
  path             = %q
  value_wo         = ephemeral.quickconnect_scoped_token.foreign.value
  value_wo_version = 1
}
`, there["quickconnect_scoped_token"], s.Path))
		production.Apply().Has("Scoped token not found", "in the tenant and environment of the provider")
		if all := s.All(); len(all) != 1 || all[0].Value != nil {
			t.Error("a value of another environment was handed over")
		}
	})

	t.Run("data source", func(*testing.T) {
		production.Config(`
data "quickconnect_scoped_token" "foreign" {
  name = "quintet"
}
`)
		production.Plan(1).Has(`"quintet"`, "no such object in the tenant and environment of the provider")
	})

	tf.Plan(0).Silent()
}
