package acctest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// refusal is what a policy says of one object.
type refusal struct{ Rule, Address, Msg string }

// verdict is what a policy says of a plan or a manifest.
type verdict struct{ Deny, Warn []refusal }

// policyQuestion is what the program policycheck reads.
type policyQuestion struct {
	Query      string
	Input      any
	Exceptions []map[string]string `json:",omitempty"`
}

// policies asks the policies of examples/policies, with OPA as a library, about plans or about manifests.
func policies(t *testing.T, of string, questions ...policyQuestion) (verdicts []verdict) {
	t.Helper()
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	var in bytes.Buffer
	for _, q := range questions {
		q.Query = `{"deny": data.quickconnect.` + of + `.deny, "warn": data.quickconnect.` + of + `.warn}`
		if err := json.NewEncoder(&in).Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), acctest.Policycheck(t), filepath.Join(root, "examples", "policies"))
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			err = errors.New(string(failed.Stderr))
		}
		t.Fatal(err)
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var v verdict
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			return verdicts
		} else if err != nil {
			t.Fatal(err)
		}
		verdicts = append(verdicts, v)
	}
}

// broken lists what is refused, as rule and address.
func broken(refusals []refusal) []string {
	out := make([]string, 0, len(refusals))
	for _, r := range refusals {
		out = append(out, r.Rule+" "+r.Address)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// planOf makes a plan, and returns its JSON.
func planOf(t *testing.T, tf *acctest.CLI, args ...string) (plan map[string]any) {
	t.Helper()
	tf.Run(append([]string{"plan", "-out=plan"}, args...)...).Want(0)
	if err := json.Unmarshal([]byte(tf.Run("show", "-json", "plan").Want(0).Output), &plan); err != nil {
		t.Fatal(err)
	}
	return plan
}

// policyCLI returns a CLI of an environment with the configuration of a directory of testdata.
func policyCLI(t *testing.T, p *acctest.Platform, dir, environment string) *acctest.CLI {
	t.Helper()
	tf := acctest.NewCLI(t)
	tf.Use(p)
	tf.Set("QUICKCONNECT_ENVIRONMENT", environment)
	tf.Set("QUICKCONNECT_TOKEN", p.NewToken(environment, api.RoleDeployer, 0))
	tf.Config(read(t, filepath.Join("testdata", "policies", dir, "main.tf")))
	tf.Write("partner/main.tf", read(t, filepath.Join("testdata", "policies", dir, "partner", "main.tf")))
	tf.Run("init").Want(0)
	return tf
}

// brokenByFailing is what the configuration in testdata/policies/failing breaks.
var brokenByFailing = []string{
	"no_literal_secret module.partner.quickconnect_connector.this",
	"no_literal_secret planned_values.root_module.resources.3.values.input",
	"no_literal_secret quickconnect_connector.default",
	"no_literal_secret quickconnect_connector.literal",
	"no_literal_secret variables.leaked.value",
	`no_wildcard_scope module.partner[0].quickconnect_scoped_token.this["a.b\"]"]`,
	`no_wildcard_scope module.partner[1].quickconnect_scoped_token.this["a.b\"]"]`,
	"no_wildcard_scope quickconnect_connector.literal",
	"rotation_required module.partner[0].quickconnect_connector.this",
	`rotation_required module.partner[0].quickconnect_scoped_token.this["a.b\"]"]`,
	"rotation_required module.partner[1].quickconnect_connector.this",
	`rotation_required module.partner[1].quickconnect_scoped_token.this["a.b\"]"]`,
	"rotation_required quickconnect_connector.literal",
	`short_overlap quickconnect_rotation_policy.slow["one"]`,
	"team_owner module.partner[0].quickconnect_connector.this",
	"team_owner module.partner[1].quickconnect_connector.this",
	"team_owner quickconnect_connector.default",
	"team_owner quickconnect_connector.literal",
}

// The policies refuse a plan of the real CLI for each rule that it breaks, say why and what to do, and repeat no value.
// An exception counts until its end, and a plan that destroys breaks no rule.
func TestPoliciesRefuse(t *testing.T) {
	t.Parallel()
	const production = "production"
	p, _ := acctest.Start(t)
	// The platform would refuse a wildcard itself.
	_, err := p.AsToken(p.NewToken(production, api.RoleSecurity, 0)).Client().EnvironmentPolicies().
		Create(t.Context(), api.EnvironmentRules{})
	if err != nil {
		t.Fatal(err)
	}
	tf := policyCLI(t, p, "failing", production)
	leaked := api.PrefixScopedToken + strings.Repeat("0aZ", 12)
	tf.Var("leaked", leaked)
	tf.Var("crm_user", "user-of-the-test")
	create := planOf(t, tf)
	tf.Apply()
	got := policies(t, "plan",
		policyQuestion{Input: create},
		policyQuestion{Input: create, Exceptions: []map[string]string{
			exception("short_overlap", `quickconnect_rotation_policy.slow["one"]`, "2200-01-01T00:00:00Z"),
			exception("short_overlap", "quickconnect_connector.default", "2200-01-01T00:00:00Z"),
			exception("team_owner", "quickconnect_connector.default", "2000-01-01T00:00:00Z"),
		}},
		policyQuestion{Input: planOf(t, tf, "-destroy")},
		policyQuestion{Input: map[string]any{"format_version": "1.0", "values": map[string]any{}}}, // a state
		policyQuestion{Input: map[string]any{"planned_values": map[string]any{}, "errored": true}},
	)

	if all := broken(got[0].Deny); !slices.Equal(all, brokenByFailing) {
		t.Errorf("refused is\n%s\nwant\n%s", strings.Join(all, "\n"), strings.Join(brokenByFailing, "\n"))
	}
	for _, r := range got[0].Deny {
		for _, part := range []string{"Why: ", "Do: ", "Exception: ", r.Address} {
			if !strings.Contains(r.Msg, part) {
				t.Errorf("the message has no %q: %s", part, r.Msg)
			}
		}
		for _, value := range []string{leaked, "hunter2", "key-of-the-test", "user-of-the-test"} {
			if strings.Contains(r.Msg, value) {
				t.Errorf("the message repeats a value: %s", r.Msg)
			}
		}
	}
	rest := slices.DeleteFunc(slices.Clone(brokenByFailing), func(s string) bool {
		return strings.HasPrefix(s, "short_overlap")
	})
	if all := broken(got[1].Deny); !slices.Equal(all, rest) || len(got[1].Warn) != 1 ||
		!strings.Contains(got[1].Warn[0].Msg, "until 2200-01-01T00:00:00Z: ticket 42") {
		t.Errorf("with exceptions: %q, warnings %+v", all, got[1].Warn)
	}
	if len(got[2].Deny)+len(got[2].Warn) > 0 {
		t.Errorf("a plan that destroys: %+v", got[2])
	}
	for _, v := range got[3:] {
		if all := broken(v.Deny); !slices.Equal(all, []string{"is_a_plan "}) {
			t.Errorf("what is no whole plan: %q", all)
		}
	}
}

func exception(rule, address, until string) map[string]string {
	return map[string]string{"rule": rule, "address": address, "until": until, "reason": "ticket 42"}
}

// The policies pass a plan of the real CLI that comes close to breaking each rule.
func TestPoliciesPass(t *testing.T) {
	t.Parallel()
	p, _ := acctest.Start(t)
	production := policyCLI(t, p, "passing", "production")
	production.Var("crm", `{ user = "user-of-the-test", password = "hunter2-of-the-test" }`)
	staging := policyCLI(t, p, "passing", "staging")
	staging.Var("crm", `{ user = "user-of-the-test", password = "hunter2-of-the-test" }`)
	main := read(t, filepath.Join("testdata", "policies", "passing", "main.tf"))
	staging.Config(strings.Replace(main, "2d24h", "30d", 1)) // an overlap may be long there
	for i, v := range policies(t, "plan",
		policyQuestion{Input: planOf(t, production)}, policyQuestion{Input: planOf(t, staging)}) {
		if len(v.Deny)+len(v.Warn) > 0 {
			t.Errorf("plan %d: %+v", i, v)
		}
	}
}
