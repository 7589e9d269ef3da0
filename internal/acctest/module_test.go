package acctest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// The example of a module passes its own tests: with a bare mock, which needs no platform, and against one.
func TestModuleExample(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	writeTree(t, tf, filepath.Join(root, "examples", "module"), "")
	p.ForgetRequests()
	tf.Run("test", "-filter=tests/mocked.tftest.hcl").Want(0).Has("3 passed, 0 failed")
	if asked := p.Requests(); len(asked) > 0 {
		t.Errorf("the mock asked the platform %d times", len(asked))
	}
	tf.Run("test", "-filter=tests/platform.tftest.hcl").Want(0).Has("2 passed, 0 failed")
	for _, kind := range []string{"connectors", "scoped-tokens", "rotation-policies"} {
		if left := p.As("deployer").Count(kind); left != 0 {
			t.Errorf("%d %s are left", left, kind)
		}
	}
}

// writeTree writes the files below a directory into the work directory, below another one.
func writeTree(t *testing.T, tf *acctest.CLI, from, to string) {
	t.Helper()
	tree := os.DirFS(from)
	err := fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			var content []byte
			if content, err = fs.ReadFile(tree, path); err == nil {
				tf.Write(filepath.Join(to, path), string(content))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The example with two environments: each has its own state and its own identity, and a run of one as the identity of
// the other plans nothing.
func TestEnvironmentsExample(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	writeTree(t, tf, filepath.Join(root, "examples", "module"), filepath.Join("examples", "module"))
	writeTree(t, tf, filepath.Join(root, "examples", "environments"), filepath.Join("examples", "environments"))
	for _, name := range []string{"QUICKCONNECT_TENANT", "QUICKCONNECT_ENVIRONMENT", "QUICKCONNECT_TOKEN"} {
		tf.Set(name, "")
	}
	in := func(environment string, args ...string) *acctest.Run {
		return tf.Run(append([]string{"-chdir=" + filepath.Join("examples", "environments", environment)}, args...)...)
	}
	issuer := acctest.NewIssuer(t, "https://ci.example.com", p.Clock)
	ids := map[string]string{}
	for _, environment := range []string{acctest.Environment, acctest.Production} {
		var made api.WorkloadIdentity
		p.AsToken(p.NewToken(environment, api.RoleDeployer, 0)).Create(api.KindWorkloadIdentities,
			api.WorkloadIdentityCreate{
				Name: "ci-apply", Owner: "team", Role: api.RoleDeployer, Preset: api.PresetCustom,
				Issuer: new("https://ci.example.com"), Audience: "quickconnect",
				Claims: map[string]string{"sub": environment}, JWKS: &issuer.JWKS,
			}).Want(201).Decode(&made)
		ids[environment] = made.ID
	}
	for environment := range ids {
		tf.Set("QUICKCONNECT_IDENTITY", "ci-apply")
		tf.Set("QUICKCONNECT_IDENTITY_TOKEN", issuer.Sign("quickconnect", map[string]any{"sub": environment}))
		in(environment, "init").Want(0)
		tf.Var("slack_bot_token", "xoxb-not-a-real-token")
		in(environment, "apply", "-auto-approve").Want(0)
		tf.Var("slack_bot_token", "")
		in(environment, "plan", "-detailed-exitcode").Want(0).Silent()
		state := filepath.Join(tf.Dir, "examples", "environments", environment, environment+".tfstate")
		if _, err := os.Stat(state); err != nil {
			t.Error(err)
		}
	}
	tf.Set("QUICKCONNECT_IDENTITY_TOKEN", issuer.Sign("quickconnect", map[string]any{"sub": acctest.Production}))
	in("staging", "plan").Want(1).Has("JWT refused")
	tf.Set("QUICKCONNECT_IDENTITY", ids[acctest.Production])
	in("staging", "plan").Want(1).Has("Workload identity of another tenant or environment", "Nothing was planned")

	// By hand, as the guide says: with a token, and without an identity.
	tf.Set("QUICKCONNECT_TOKEN", p.NewToken(acctest.Environment, api.RoleDeployer, 0))
	in("staging", "plan").Want(1).Has("Token and workload identity")
	tf.Set("QUICKCONNECT_IDENTITY", "")
	tf.Set("QUICKCONNECT_IDENTITY_TOKEN", "")
	in("staging", "plan", "-detailed-exitcode").Want(0).Silent()
}

// A bare mock passes at plan and at apply, whatever refers to whatever: Terraform's mocks make ids without a form.
func TestBareMock(t *testing.T) {
	t.Parallel()
	tf := acctest.NewCLI(t)
	tf.Config(`
provider "quickconnect" {}

data "quickconnect_identity" "us" {}

data "quickconnect_connector" "theirs" {
  name = "theirs"
}

resource "quickconnect_rotation_policy" "p" {
  name     = "p"
  interval = "90d"
}

resource "quickconnect_connector" "c" {
  name               = "c"
  type               = "custom"
  owner              = "team"
  rotation_policy_id = quickconnect_rotation_policy.p.id
}

resource "quickconnect_scoped_token" "t" {
  for_each           = { ours = quickconnect_connector.c.id, theirs = data.quickconnect_connector.theirs.id }
  name               = each.key
  owner              = "team"
  connector_id       = each.value
  scopes             = ["messages:send"]
  rotation_policy_id = quickconnect_rotation_policy.p.id
}

resource "quickconnect_webhook_endpoint" "w" {
  name         = "w"
  connector_id = quickconnect_connector.c.id
  url          = "https://hooks.example.com/x"
}

resource "quickconnect_webhook_signing_secret" "s" {
  name               = "s"
  owner              = "team"
  endpoint_id        = quickconnect_webhook_endpoint.w.id
  rotation_policy_id = quickconnect_rotation_policy.p.id
}
`)
	tf.Write("a.tftest.hcl", `mock_provider "quickconnect" {}

run "plan" {
  command = plan
}

run "apply" {
  command = apply
}

run "edit" {
  command = apply
}
`)
	tf.Run("test").Want(0).Has("3 passed, 0 failed")
}
