package acctest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// Terraform returns Terraform's core in process with one resource of this type and an empty state. The provider is the
// real one, configured as deployer of staging, with change applied to its configuration. It repeats no request.
func (p *Platform) Terraform(typeName string, change ...func(tftest.Config) tftest.Config) *tftest.Terraform {
	p.t.Helper()
	c := tftest.Config{
		"endpoint": p.URL, "tenant": Tenant, "environment": Environment, "token": p.Token(api.RoleDeployer), "max_retries": 0,
	}
	for _, f := range change {
		c = f(c)
	}
	tf := tftest.New(p.t, provider.New("test")(), c, typeName)
	p.ForgetRequests()
	return tf
}

// TokenUnknown is a provider configuration whose token the plan does not know yet.
func TokenUnknown(c tftest.Config) tftest.Config { return c.With("token", tftest.Unknown) }

// InProduction returns a change that makes the provider the deployer of production.
func (p *Platform) InProduction(c tftest.Config) tftest.Config {
	p.t.Helper()
	return c.With("environment", Production).With("token", p.NewToken(Production, api.RoleDeployer, 0))
}

// Line is a request as a test names it: the method, what follows the object in the path, and the etag of an If-Match.
// Examples are "POST", "PATCH if 2" and "POST rotation/begin if 3".
func (r Request) Line() string {
	line := r.Method
	if parts := strings.SplitN(r.Path, "/", 5); len(parts) == 5 {
		line += " " + parts[4]
	}
	if r.IfMatch != "" {
		line += " if " + strings.Trim(r.IfMatch, `"`)
	}
	return line
}

// Fields returns the members of the body.
func (r Request) Fields() map[string]any {
	fields := map[string]any{}
	_ = json.Unmarshal(r.Body, &fields) // a body that is no object has none
	return fields
}

// Writes returns the requests that were to change something, since the last call or ForgetRequests.
func (p *Platform) Writes() []Request {
	var out []Request
	for _, r := range p.Requests() {
		if r.Method != http.MethodGet {
			out = append(out, r)
		}
	}
	p.ForgetRequests()
	return out
}

// Wrote fails the test unless these are the lines of Writes.
func (p *Platform) Wrote(tb testing.TB, want ...string) {
	tb.Helper()
	var got []string
	for _, r := range p.Writes() {
		got = append(got, r.Line())
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		tb.Errorf("the platform was asked %q, want %q", got, want)
	}
}

// Once returns a choice for Fail: before the first request with this line, meanwhile runs. Nothing else happens to any
// request.
func Once(line string, meanwhile func()) func(Request) Fault {
	return func(r Request) Fault {
		if line != "" && r.Line() == line {
			line = ""
			meanwhile()
		}
		return Pass()
	}
}

// Refuse returns a choice for Fail: a problem answers every request whose line begins so.
func Refuse(begin string, problem api.Problem) func(Request) Fault {
	problem.Status = cmp.Or(problem.Status, api.StatusOf[problem.Code])
	return func(r Request) Fault {
		if strings.HasPrefix(r.Line(), begin) {
			return AnswerWith(problem)
		}
		return Pass()
	}
}
