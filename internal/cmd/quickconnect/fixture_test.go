package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/canary"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// operator runs the command against a platform, in the environment staging.
type operator struct {
	t         *testing.T
	p         *acctest.Platform
	env       map[string]string
	stdin     string
	terminal  bool
	secrets   canary.Set
	configDir string
}

// newOperator starts a platform with the fixture, and returns its operator with the token of a role.
func newOperator(t *testing.T, role string) *operator {
	t.Helper()
	p := acctest.StartFixture(t)
	o := &operator{t: t, p: p, configDir: t.TempDir(), env: map[string]string{
		"QUICKCONNECT_ENDPOINT": p.URL, "QUICKCONNECT_TENANT": acctest.Tenant,
		"QUICKCONNECT_ENVIRONMENT": acctest.Environment,
	}}
	o.as(role)
	return o
}

// as gives the operator the token of a role.
func (o *operator) as(role string) {
	o.t.Helper()
	o.env["QUICKCONNECT_TOKEN"] = o.p.Token(role)
	o.secret("the token of "+role, o.p.Token(role))
}

// secret adds a value that no output may have.
func (o *operator) secret(name, value string) {
	o.t.Helper()
	if err := o.secrets.Add(name, value); err != nil {
		o.t.Fatal(err)
	}
}

// ran is what a command line came to.
type ran struct {
	t      *testing.T
	line   string
	code   int
	stdout string
	stderr string
}

// run runs a command line.
func (o *operator) run(line string, more ...string) *ran {
	o.t.Helper()
	var stdout, stderr bytes.Buffer
	r := &ran{t: o.t, line: strings.Join(append([]string{line}, more...), " ")}
	r.code = run(o.t.Context(), append(strings.Fields(line), more...), world{
		stdin: strings.NewReader(o.stdin), stdout: &stdout, stderr: &stderr,
		getenv: func(name string) string { return o.env[name] }, terminal: o.terminal,
		now: o.p.Clock.Now, configDir: func() (string, error) { return o.configDir, nil },
		wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	r.stdout, r.stderr = stdout.String(), stderr.String()
	if err := o.secrets.Absent("the output of "+r.line, []byte(r.stdout+"\n"+r.stderr)); err != nil {
		o.t.Error(err)
	}
	return r
}

// want fails the test unless the command ended with a code and printed these texts.
func (r *ran) want(code int, texts ...string) *ran {
	r.t.Helper()
	if r.code != code {
		r.t.Errorf("%s: exit code %d, want %d\n%s%s", r.line, r.code, code, r.stdout, r.stderr)
	}
	both := strings.Join(strings.Fields(r.stdout+" "+r.stderr), " ")
	for _, text := range texts {
		if !strings.Contains(both, text) {
			r.t.Errorf("%s: it does not print %q:\n%s%s", r.line, text, r.stdout, r.stderr)
		}
	}
	return r
}

// decode reads the JSON that a command printed.
func decode[T any](r *ran) (out T) {
	r.t.Helper()
	if err := json.Unmarshal([]byte(r.stdout), &out); err != nil {
		r.t.Fatalf("%s: %v: %s", r.line, err, r.stdout)
	}
	return out
}

// token makes a scoped token under a rotation policy, and returns the value of its first version.
func (o *operator) token(name, policy string) string {
	o.t.Helper()
	deployer := o.p.As(api.RoleDeployer)
	_, err := deployer.Client().ScopedTokens().Create(o.t.Context(), api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{Name: name, Owner: "team-messaging"},
		ConnectorID:   acctest.TheFixture().Connectors[0], Scopes: []string{"messages:send"}, RotationPolicyID: &policy,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return o.value(name, 1)
}

// value returns the value of a version, which no output may have from then on.
func (o *operator) value(name string, version int64) string {
	o.t.Helper()
	value := o.p.As(api.RoleDeployer).Reveal(name, version)
	o.secret(name+" "+number(version), value)
	return value
}

// policy makes a rotation policy that needs no acknowledgement, and returns its id.
func (o *operator) policy(name string) string {
	o.t.Helper()
	no := false
	p, err := o.p.As(api.RoleDeployer).Client().RotationPolicies().Create(o.t.Context(),
		api.RotationPolicyCreate{Name: name, Interval: "90d", RequireAcknowledgement: &no})
	if err != nil {
		o.t.Fatal(err)
	}
	return p.ID
}

// step takes a step of the rotation of a scoped token.
func (o *operator) step(name, verb string) {
	o.t.Helper()
	by := o.p.As(api.RoleDeployer)
	if _, err := by.Client().ScopedTokens().Step(o.t.Context(), by.ScopedToken(name).ID, verb, api.StepRequest{},
		client.Write{}); err != nil {
		o.t.Fatal(err)
	}
}
