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

// A token of another environment than the configuration says is refused before anything is planned, with both sides
// named.
func TestTokenOfAnotherEnvironment(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(quintet(p))
	tf.Set("QUICKCONNECT_TOKEN", p.NewToken(acctest.Production, api.RoleDeployer, 0))
	tf.ApplyFails().Has("Token of another tenant or environment", "Nothing was planned and nothing was changed",
		`tenant "acme", environment "staging"`, `tenant "acme", environment "production"`).HasNot("will be created")
	wantOnlyIdentity(t, p)
	wantSame(t, p, tf, 0)
}

// A state that belongs to another environment or tenant is an error, never "gone, create it anew": whatever the
// command, nothing is asked about its objects, nothing leaves the state and nothing is made.
func TestStateOfAnotherEnvironment(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(quintet(p) + quintetHandover(s))
	tf.Apply()
	wantSame(t, p, tf, quintetSize)
	before := stateFile(t, tf)
	globex := p.Bootstrap("globex", acctest.Environment)[acctest.Environment]

	fails := func(says string, args ...string) {
		t.Helper()
		p.ForgetRequests()
		tf.Run(args...).Want(1).Has("Object of another environment", `tenant "acme", environment "staging"`, says)
		wantOnlyIdentity(t, p)
		if stateFile(t, tf) != before {
			t.Fatalf("terraform %s has changed the state", strings.Join(args, " "))
		}
		wantCounts(t, p, quintetSize)
	}
	tf.Set("QUICKCONNECT_TENANT", "globex")
	tf.Set("QUICKCONNECT_TOKEN", globex)
	fails(`tenant "globex", environment "staging"`, "plan")
	const production = `tenant "acme", environment "production"`
	tf.Set("QUICKCONNECT_TENANT", acctest.Tenant)
	tf.Set("QUICKCONNECT_ENVIRONMENT", acctest.Production)
	tf.Set("QUICKCONNECT_TOKEN", p.NewToken(acctest.Production, api.RoleDeployer, 0))
	fails(production, "apply", "-auto-approve", "-refresh-only")
	fails(production, "destroy", "-auto-approve")
	// Without a refresh nothing is read, and the plan has to notice by itself.
	fails(production, "apply", "-auto-approve", "-refresh=false", "-var=description=second")
	fails(production, "destroy", "-auto-approve", "-refresh=false")
	fails(production, "apply", "-auto-approve", "-refresh=false", "-replace=quickconnect_scoped_token.quintet")
	// No object is in the configuration any more.
	tf.Config("")
	fails(production, "apply", "-auto-approve", "-refresh=false")
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
	production.Set("QUICKCONNECT_ENVIRONMENT", acctest.Production)
	production.Set("QUICKCONNECT_TOKEN", p.NewToken(acctest.Production, api.RoleDeployer, 0))

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
		production.ApplyFails().Has("with quickconnect_connector.own", "rotation_policy_id = ",
			"with quickconnect_scoped_token.foreign", "connector_id = ")
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
