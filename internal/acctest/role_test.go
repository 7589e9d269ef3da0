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
	run.Has(fmt.Sprintf("This needs the permission %q, which role %q does not have; roles that have it:", permission, role), "Run with a token of such a role")
	if n := strings.Count(run.Output, "Error: Permission missing"); n != objects {
		t.Errorf("as %s %d errors, want %d:\n%s", role, n, objects, run.Output)
	}
}

// An auditor's token is enough for a plan without ephemeral resources: of a creation, of no change, of a change, of a rotation.
func TestAuditorPlansWithoutEphemeral(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	config := quintet(p) + quintetData
	tf.Config(config)
	as(p, tf, api.RoleAuditor)
	tf.Plan(2).Has("5 to add")
	as(p, tf, api.RoleDeployer)
	tf.Apply()
	as(p, tf, api.RoleAuditor)
	tf.Run("plan").Want(0).Has(`"deployer" -> "auditor"`)
	tf.Config(strings.ReplaceAll(config, "data.quickconnect_identity.me.role", `"deployer"`))
	tf.Plan(0).Silent()
	tf.Plan(2, "-var=description=second").Has("5 to change")
	p.Clock.Advance(30 * day)
	tf.Plan(2).Has(`"stable" -> "staged"`)
}

// Where there is an ephemeral resource, the plan opens it, and that takes the permission to reveal.
func TestPlannerPlansEverything(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(quintet(p) + quintetHandover(s))
	for _, role := range []string{api.RoleAuditor, api.RolePlanner} {
		as(p, tf, role)
		tf.Plan(2).Has("6 to add") // the token has no id yet, so nothing is opened
	}
	as(p, tf, api.RoleDeployer)
	tf.Apply()
	as(p, tf, api.RolePlanner)
	tf.Plan(0).Silent()
	for _, role := range []string{api.RoleAuditor, api.RoleOperator, api.RoleSecurity} {
		as(p, tf, role)
		run := tf.Plan(1).Has("with ephemeral.quickconnect_scoped_token.quintet", "roles that have it: planner, deployer")
		wantForbidden(t, run, role, api.PermissionReveal, 1)
	}
	p.Clock.Advance(30 * day)
	as(p, tf, api.RolePlanner)
	tf.Plan(2).Has(`"stable" -> "staged"`)
	if len(s.All()) != 1 {
		t.Error("a plan has handed something over")
	}
}

// Who may only read gets a 403 that names the missing permission for every write there is, and nothing is changed.
func TestReadersWriteNothing(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	readers := []string{api.RoleAuditor, api.RolePlanner, api.RoleSecurity}
	tf.Config(quintet(p))
	for _, role := range readers {
		as(p, tf, role)
		wantForbidden(t, tf.ApplyFails(), role, api.PermissionWrite, quintetSize)
		wantSame(t, p, tf, 0)
	}
	as(p, tf, api.RoleDeployer)
	tf.Apply()
	before, etag := quintetIn(t, tf), p.As(api.RoleAuditor).ScopedToken("quintet").Etag
	p.Clock.Advance(30 * day)
	for _, role := range readers {
		as(p, tf, role)
		// Only the steps first, of the token and of the signing secret: no attribute differs.
		wantForbidden(t, tf.ApplyFails(), role, api.PermissionWrite, 2)
		wantForbidden(t, tf.ApplyFails("-var=description=second"), role, api.PermissionWrite, quintetSize)
		wantForbidden(t, tf.Run("destroy", "-auto-approve").Want(1), role, api.PermissionWrite, quintetSize)
		wantSame(t, p, tf, quintetSize)
	}
	if now := p.As(api.RoleAuditor).ScopedToken("quintet"); now.Etag != etag || len(p.As(api.RoleAuditor).Versions("quintet")) != 1 {
		t.Errorf("the token was changed: etag %s, was %s", now.Etag, etag)
	}
	if now := quintetIn(t, tf); len(now) != len(before) {
		t.Errorf("the state has %v, had %v", now, before)
	}
	as(p, tf, api.RoleDeployer)
	tf.Destroy()
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
	tf.Plan(0).Silent()
	p.Clock.Advance(30 * day)
	tf.Apply("-var=description=second")
	if n := len(p.As(api.RoleAuditor).Versions("quintet")); n != 2 {
		t.Errorf("the token has %d versions, want 2", n)
	}

	tf.Config(config + quintetHandover(s))
	wantForbidden(t, tf.ApplyFails("-var=description=second").Has("with ephemeral.quickconnect_scoped_token.quintet"), api.RoleOperator, api.PermissionReveal, 1)
	if len(s.All()) != 0 {
		t.Error("something was handed over")
	}
	tf.Config(config)
	tf.Destroy()
	wantSame(t, p, tf, 0)
}

// A runtime principal is for a workload, not for Terraform. It can see who it is, and gets a clear error for all else.
func TestRuntimeReadsNothing(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	as(p, tf, api.RoleRuntime)
	tf.Config(`
data "quickconnect_identity" "me" {}
output "role" {
  value = data.quickconnect_identity.me.role
}
`)
	tf.Apply()
	if role := tf.Output("role"); role != api.RoleRuntime {
		t.Errorf("the identity has the role %v", role)
	}
	config := quintet(p)
	tf.Config(config)
	wantForbidden(t, tf.ApplyFails(), api.RoleRuntime, api.PermissionWrite, quintetSize)
	as(p, tf, api.RoleDeployer)
	tf.Apply()
	before := stateFile(t, tf)
	as(p, tf, api.RoleRuntime)
	for _, args := range [][]string{{"plan"}, {"apply", "-auto-approve"}, {"destroy", "-auto-approve"}} {
		wantForbidden(t, tf.Run(args...).Want(1), api.RoleRuntime, api.PermissionRead, quintetSize)
	}
	if stateFile(t, tf) != before {
		t.Error("the state has changed")
	}
	tf.Config(config + quintetData)
	tf.Plan(1).Has("with data.quickconnect_connector.base", "with data.quickconnect_rotation_policy.base")
}
