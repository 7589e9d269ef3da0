package acctest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// quintetData reads everything that a plan reads besides the resources.
const quintetData = `
data "quickconnect_identity" "me" {}

data "quickconnect_connector" "base" {
  name = "base"
}

data "quickconnect_rotation_policy" "base" {
  name = "base"
}

output "role" {
  value = data.quickconnect_identity.me.role
}
`

// as lets the commands that follow run with a token of this role.
func as(p *acctest.Platform, tf *acctest.CLI, role string) {
	tf.Set("QUICKCONNECT_TOKEN", p.Token(role))
}

// wantForbidden fails the test unless each of the three objects got an error that names the role and the permission.
func wantForbidden(t *testing.T, run *acctest.Run, role, permission string, objects int) {
	t.Helper()
	run.Has(fmt.Sprintf("This needs the permission %q, which role %q does not have; roles that have it:", permission,
		role), "Run with a token of such a role")
	if n := strings.Count(run.Output, "Error: Permission missing"); n != objects {
		t.Errorf("as %s %d errors, want %d:\n%s", role, n, objects, run.Output)
	}
}

// An auditor's token is enough for a plan without ephemeral resources, a planner's for every plan. Where there is an
// ephemeral resource, the plan opens it, and that takes the permission to reveal.
func TestAuditorAndPlannerPlan(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	config := quintet(p)
	tf.Config(config + quintetHandover(s))
	as(p, tf, api.RoleAuditor)
	tf.Plan(2).Has("6 to add") // the token has no id yet, so nothing is opened
	as(p, tf, api.RoleDeployer)
	tf.Apply()
	as(p, tf, api.RoleAuditor)
	run := tf.Plan(1).Has("with ephemeral.quickconnect_scoped_token.quintet", "roles that have it: planner, deployer")
	wantForbidden(t, run, api.RoleAuditor, api.PermissionReveal, 1)
	p.Clock.Advance(30 * day)
	as(p, tf, api.RolePlanner)
	tf.Plan(2).Has(`"stable" -> "staged"`)
	if len(s.All()) != 1 {
		t.Error("a plan has handed something over")
	}
	as(p, tf, api.RoleAuditor)
	tf.Config(config + quintetData)
	tf.Plan(2, "-var=description=second").Has("5 to change", `"stable" -> "staged"`)
}

// Who may only read gets an error that names the missing permission for every write there is, and nothing is changed.
func TestReadersWriteNothing(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(quintet(p))
	as(p, tf, api.RolePlanner)
	wantForbidden(t, tf.ApplyFails(), api.RolePlanner, api.PermissionWrite, quintetSize)
	wantSame(t, p, tf, 0)
	as(p, tf, api.RoleDeployer)
	tf.Apply()
	p.Clock.Advance(30 * day)
	as(p, tf, api.RoleSecurity)
	// Only the steps first, of the token and of the signing secret: no attribute differs.
	wantForbidden(t, tf.ApplyFails(), api.RoleSecurity, api.PermissionWrite, 2)
	wantForbidden(t, tf.Run("destroy", "-auto-approve").Want(1), api.RoleSecurity, api.PermissionWrite, quintetSize)
	wantSame(t, p, tf, quintetSize)
	if n := len(p.As(api.RoleAuditor).Versions("quintet")); n != 1 {
		t.Errorf("the token has %d versions, want 1", n)
	}
	// A runtime principal is for a workload. It cannot even read.
	as(p, tf, api.RoleRuntime)
	before := stateFile(t, tf)
	wantForbidden(t, tf.ApplyFails(), api.RoleRuntime, api.PermissionRead, quintetSize)
	if stateFile(t, tf) != before {
		t.Error("the state has changed")
	}
}

// An operator applies everything but an ephemeral resource: it changes secrets without ever seeing one.
func TestOperatorAppliesWithoutEphemeral(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	config := quintet(p)
	tf.Config(config + quintetData)
	as(p, tf, api.RoleOperator)
	tf.Apply()
	if role := tf.Output("role"); role != api.RoleOperator {
		t.Errorf("the identity has the role %v", role)
	}
	p.Clock.Advance(30 * day)
	tf.Apply("-var=description=second")
	if n := len(p.As(api.RoleAuditor).Versions("quintet")); n != 2 {
		t.Errorf("the token has %d versions, want 2", n)
	}
	tf.Config(config + quintetHandover(s))
	run := tf.ApplyFails("-var=description=second").Has("with ephemeral.quickconnect_scoped_token.quintet")
	wantForbidden(t, run, api.RoleOperator, api.PermissionReveal, 1)
	if len(s.All()) != 0 {
		t.Error("something was handed over")
	}
}
