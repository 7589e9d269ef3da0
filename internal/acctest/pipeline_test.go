package acctest_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// pipelines are the examples of CI, in a repository as they say to make one.
type pipelines struct {
	t       *testing.T
	p       *acctest.Platform
	tf      *acctest.CLI
	github  *acctest.Issuer
	gitlab  *acctest.Issuer
	hcp     *acctest.Issuer
	initial []string // the variables that the last job had
}

// The claims of examples/ci/identities.
var (
	gitHubRepository = map[string]any{"repository_owner_id": "1042", "repository_id": "730912"}
	gitLabProject    = map[string]any{"project_id": "20481", "namespace_id": "7"}
	hcpWorkspace     = map[string]any{
		"terraform_organization_id": "org-GRNbCjYNpBB6NEBH",
		"terraform_workspace_id":    "ws-mbsd5E3Ktt5Rg2Xm",
	}
)

// startPipelines applies the identities of both environments with the token of the bootstrap. What is added to the
// examples are the keys of issuers that no platform but this one trusts.
func startPipelines(t *testing.T) *pipelines {
	t.Helper()
	acctest.NeedsPrograms(t, "bash", "jq")
	p, tf := acctest.Start(t)
	for _, name := range []string{"QUICKCONNECT_TENANT", "QUICKCONNECT_ENVIRONMENT"} {
		tf.Set(name, "")
	}
	x := &pipelines{
		t: t, p: p, tf: tf,
		github: acctest.NewIssuer(t, api.IssuerOf(api.PresetGitHubActions), p.Clock),
		gitlab: acctest.NewIssuer(t, api.IssuerOf(api.PresetGitLab), p.Clock),
		hcp:    acctest.NewIssuer(t, api.IssuerOf(api.PresetHCPTerraform), p.Clock),
	}
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"module", "environments", filepath.Join("ci", "identities")} {
		writeTree(t, tf, filepath.Join(root, "examples", name), filepath.Base(name))
	}
	for _, environment := range []string{acctest.Environment, acctest.Production} {
		script := filepath.Join("environments", environment, "nightly.sh")
		tf.Write(script, read(t, filepath.Join(root, "examples", "ci", "nightly.sh")))
		if err := os.Chmod(filepath.Join(tf.Dir, script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var override strings.Builder
	for _, r := range []struct{ name, keys string }{
		{"github_plan", x.github.JWKS},
		{"github_apply", x.github.JWKS},
		{"gitlab_plan", x.gitlab.JWKS},
		{"gitlab_apply", x.gitlab.JWKS},
		{"hcp", x.hcp.JWKS},
	} {
		fmt.Fprintf(&override, "resource \"quickconnect_workload_identity\" %q {\n  jwks = %q\n}\n", r.name, r.keys)
	}
	tf.Write(filepath.Join("identities", "keys_override.tf"), override.String())
	tf.Var("audience", p.URL)
	tf.Var("tenant", acctest.Tenant)
	for _, environment := range []string{acctest.Environment, acctest.Production} {
		tf.Set("QUICKCONNECT_TOKEN", p.NewToken(environment, api.RoleDeployer, 0))
		tf.Var("environment", environment)
		tf.Run("-chdir=identities", "init", "-input=false").Want(0)
		tf.Run("-chdir=identities", "apply", "-auto-approve", "-state="+environment+".tfstate").Want(0)
	}
	tf.Var("environment", acctest.Environment) // the token is that of production
	tf.Run("-chdir=identities", "plan").Want(1).Has("Token of another tenant or environment")
	tf.Set("QUICKCONNECT_TOKEN", "")
	return x
}

// job runs commands as one job, with these variables and no others of an earlier job.
func (x *pipelines) job(env map[string]string, commands ...string) *acctest.Run {
	x.t.Helper()
	for _, name := range x.initial {
		x.tf.Set(name, "")
	}
	x.initial = slices.Collect(maps.Keys(env))
	for name, value := range env {
		x.tf.Set(name, value)
	}
	x.tf.Set("QUICKCONNECT_ENDPOINT", x.p.URL)
	// The pipelines call terraform, which is another program in a test.
	const terraform = "terraform() { \"$TERRAFORM\" \"$@\"; }\n"
	x.tf.Write("job.sh", terraform+strings.Join(commands, "\n"))
	return x.tf.Script(filepath.Join(x.tf.Dir, "job.sh"))
}

func merged(all ...map[string]any) map[string]any {
	out := map[string]any{}
	for _, one := range all {
		maps.Copy(out, one)
	}
	return out
}

// workflow is what the test reads of a workflow of GitHub Actions.
type workflow struct {
	Jobs map[string]struct {
		Environment string
		Env         map[string]string
		Defaults    struct {
			Run struct {
				Directory string `yaml:"working-directory"`
			}
		}
		Steps []struct{ Run string }
	}
}

// gitHubJob runs the commands of a job of a workflow, as GitHub does for a job with these claims.
func (x *pipelines) gitHubJob(file, name, environment string, claims map[string]any) *acctest.Run {
	x.t.Helper()
	var w workflow
	x.readExample(file, &w)
	job, there := w.Jobs[name]
	if !there {
		x.t.Fatalf("%s has no job %s", file, name)
	}
	claims = merged(gitHubRepository, claims)
	if job.Environment != "" {
		claims["environment"] = environment
	}
	env := x.github.Serve(claims)
	maps.Copy(env, job.Env)
	commands := []string{"cd " + strings.ReplaceAll(job.Defaults.Run.Directory, "${{ matrix.environment }}", environment)}
	for _, step := range job.Steps {
		commands = append(commands, step.Run)
	}
	return x.job(env, commands...)
}

func (x *pipelines) readExample(file string, into any) {
	x.t.Helper()
	root, err := acctest.Root()
	if err != nil {
		x.t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(read(x.t, filepath.Join(root, "examples", "ci", file))), into); err != nil {
		x.t.Fatalf("%s: %v", file, err)
	}
}

// A pull request is planned as the planner, the main branch is applied as the deployer, and each of the two can do
// nothing of the other. The nightly job goes on as the deployer.
func TestGitHubPipeline(t *testing.T) {
	t.Parallel()
	x := startPipelines(t)
	pull := map[string]any{"event_name": "pull_request", "ref": "refs/pull/1/merge"}
	main := map[string]any{"event_name": "push", "ref": "refs/heads/main"}

	x.gitHubJob("terraform.yml", "plan", "staging", pull).Want(0).Has("Plan: 3 to add")
	x.gitHubJob("terraform.yml", "apply", "staging", pull).Want(1).Has("JWT refused")
	x.gitHubJob("terraform.yml", "plan", "staging", merged(pull, map[string]any{"repository_id": "6"})).Want(1).
		Has("JWT refused")
	if n := x.p.As(api.RoleDeployer).Count(api.KindScopedTokens); n != 0 {
		t.Fatalf("%d tokens after nothing but plans", n)
	}
	x.gitHubJob("terraform.yml", "apply", "staging", main).Want(0).Has("3 added")
	x.gitHubJob("terraform.yml", "plan", "staging", pull).Want(0).Has("No changes")
	x.gitHubJob("terraform.yml", "apply", "production", main).Want(0).Has("3 added")

	x.p.Clock.Advance(8 * day)
	nightly := merged(main, map[string]any{"event_name": "schedule"})
	x.gitHubJob("nightly.yml", "nightly", "staging", nightly).Want(0).Has("nightly: applied 1 rotation steps")
	x.gitHubJob("nightly.yml", "nightly", "production", nightly).Want(0).Has("nightly: nothing to do")
}

// gitLabJob runs the commands of a job of GitLab CI.
func (x *pipelines) gitLabJob(name, environment string, claims map[string]any) *acctest.Run {
	x.t.Helper()
	var all map[string]struct {
		Before    []string `yaml:"before_script"`
		Script    []string
		Variables map[string]string
		Tokens    map[string]struct{ Aud string } `yaml:"id_tokens"`
		Extends   string
	}
	raw := map[string]yaml.Node{}
	x.readExample(filepath.Join("gitlab", ".gitlab-ci.yml"), &raw)
	delete(raw, "stages")
	text, err := yaml.Marshal(raw)
	if err != nil {
		x.t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &all); err != nil {
		x.t.Fatal(err)
	}
	job := all[name]
	base := all[job.Extends]
	env := map[string]string{"ENVIRONMENT": environment}
	maps.Copy(env, job.Variables)
	for variable, token := range base.Tokens {
		audience := strings.ReplaceAll(token.Aud, "$QUICKCONNECT_ENDPOINT", x.p.URL)
		env[variable] = x.gitlab.Sign(audience, merged(gitLabProject, claims))
	}
	commands := slices.DeleteFunc(append(base.Before, job.Script...), func(command string) bool {
		return strings.HasPrefix(command, "apk ") // the programs are there
	})
	return x.job(env, commands...)
}

// GitLab: the same with a JWT in a variable.
func TestGitLabPipeline(t *testing.T) {
	t.Parallel()
	x := startPipelines(t)
	request := map[string]any{"pipeline_source": "merge_request_event", "ref": "feature", "ref_type": "branch"}
	fork := merged(request, map[string]any{"project_id": "99"})
	main := map[string]any{
		"pipeline_source": "push", "ref": "main", "ref_type": "branch", "ref_protected": "true", "environment": "staging",
	}
	x.gitLabJob("plan", "staging", request).Want(0).Has("Plan: 3 to add")
	x.gitLabJob("plan", "staging", fork).Want(1).Has("JWT refused")
	x.gitLabJob("apply", "production", main).Want(1).Has("JWT refused")
	x.gitLabJob("apply", "staging", main).Want(0).Has("3 added")
	x.gitLabJob("nightly", "staging", merged(main, map[string]any{"pipeline_source": "schedule"})).Want(0).
		Has("nightly: nothing to do")
}

// HCP Terraform: the configuration acts as one identity in a plan and as another in an apply. The JWT of a plan is of
// no use in an apply.
func TestHCPTerraformPipeline(t *testing.T) {
	t.Parallel()
	x := startPipelines(t)
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	writeTree(t, x.tf, filepath.Join(root, "examples", "ci", "hcp-terraform"), "hcp")
	x.tf.Write(filepath.Join("hcp", "state_override.tf"), "terraform {\n  backend \"local\" {}\n}\n")
	phase := func(name, command string) *acctest.Run {
		jwt := x.hcp.Sign(x.p.URL, merged(hcpWorkspace, map[string]any{"terraform_run_phase": name}))
		return x.job(map[string]string{"TFC_WORKLOAD_IDENTITY_TOKEN_QUICKCONNECT": jwt}, "cd hcp", command)
	}
	phase("plan", "terraform init -input=false").Want(0)
	phase("plan", "terraform plan -input=false -out=tfplan").Want(0).Has("1 to add")
	phase("plan", "terraform apply -input=false tfplan").Want(1).Has("JWT refused")
	phase("plan", "terraform plan -input=false -out=tfplan").Want(0) // the attempt has made the other plan stale
	phase("apply", "terraform apply -input=false tfplan").Want(0).Has("1 added")
}
