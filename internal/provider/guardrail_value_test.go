package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// supplying is how a kind of object is supplied with a value.
type supplying struct {
	kind
	argument string
	as       func(value string) any
}

// supplyingKinds has each write-only argument.
func supplyingKinds() map[string]supplying {
	kinds := everyKind()
	of := func(name string) kind {
		c := tftest.Config{}
		for k, v := range kinds[name].config {
			if k != "credentials_wo" && k != "url" {
				c[k] = v
			}
		}
		return kind{kinds[name].Kind, c}
	}
	endpoint := of("webhook endpoint")
	withURL := kind{endpoint.Kind, endpoint.config.With("url", "https://hooks.example.com/orders")}
	return map[string]supplying{
		"credentials_wo": {of("connector"), "credentials_wo", func(v string) any { return map[string]any{"api_key": v} }},
		"headers_wo":     {withURL, "headers_wo", func(v string) any { return map[string]any{"X-Api-Key": v} }},
		"url_wo":         {endpoint, "url_wo", func(v string) any { return "https://hooks.example.com/" + v }},
		"secret_wo": {of("signing secret"), "secret_wo", func(v string) any {
			return "whsec_" + strings.Repeat(strings.ReplaceAll(v, "-", "")[:4], 8)
		}},
	}
}

// with is the configuration with a value.
func (k supplying) with(value string) tftest.Config { return k.config.With(k.argument, k.as(value)) }

// valueChecks is how often the platform was asked about a value since the last call.
func (s *scene) valueChecks() (n int) {
	for _, r := range s.Requests() {
		if strings.HasSuffix(r.Path, "/check-value") {
			n++
		}
	}
	s.ForgetRequests()
	return n
}

// asked fails the test unless the platform was asked about so many values since the last call.
func (s *scene) asked(what string, want int) {
	s.t.Helper()
	if n := s.valueChecks(); n != want {
		s.t.Errorf("%s: the platform was asked about %d values, want %d", what, n, want)
	}
}

// TestReusedValueAtPlan: a plan asks about what is new to the object alone, and only while the rule is on.
func TestReusedValueAtPlan(t *testing.T) {
	kinds := supplyingKinds()
	t.Parallel()
	for name, k := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := acctest.StartFixture(t)
			s := &scene{p, t, p.Terraform(k.Terraform), nil}
			first := p.Terraform(k.Terraform)
			first.Run(k.with("CANARY-one-vR7kPq2m").With("name", "first"))
			s.create(k.with("two-Zk8sQmT5xPbN7"))
			tftest.Must(t, s.tf.Plan(k.with("CANARY-one-vR7kPq2m")).Diags)
			s.asked("the rule is off", 0)

			s.govern(api.EnvironmentRules{ForbidSecretReuse: true})
			tf := s.Terraform(k.Terraform)
			takeOver(tf, s.tf)
			tftest.Silent(t, tf, k.with("two-Zk8sQmT5xPbN7"))
			same := tf.Plan(k.with("two-Zk8sQmT5xPbN7").With("labels", tftest.Triggers("team", "a"))).Diags
			tftest.Must(t, same)
			saysNothingOf(t, same.Warnings(), "Guardrail")
			s.asked("the value is the same", 0)

			reused := tf.Plan(k.with("CANARY-one-vR7kPq2m")).Diags
			tftest.Must(t, reused)
			tftest.Says(t, reused.Warnings(), `AttributeName("`+k.argument+`")`, "Guardrail "+api.RuleForbidSecretReuse,
				"in use by the "+k.Singular+" "+first.Get(first.State, "id"), "otherwise the apply is refused")
			saysNothingOf(t, reused.Warnings(), "CANARY")
			s.asked("another value", 1)
			tftest.Must(t, tf.Plan(k.config.With(k.argument, tftest.Unknown)).Diags)
			s.asked("an unknown value", 0)
			errs := tf.Apply(tf.Plan(k.with("CANARY-one-vR7kPq2m")), nil).Errors()
			tftest.Says(t, errs, api.RuleForbidSecretReuse, first.Get(first.State, "id"))
		})
	}
}

// TestReusedValueOfAnotherEnvironment: who may write learns that a value is used elsewhere in the tenant, as its apply
// would say it, and not by what. A planner learns of its own environment alone, and an auditor nothing.
func TestReusedValueOfAnotherEnvironment(t *testing.T) {
	t.Parallel()
	k := supplyingKinds()["credentials_wo"]
	p := acctest.StartFixture(t)
	s := &scene{p, t, p.Terraform(k.Terraform), nil}
	s.used()
	abroad := s.Terraform(k.Terraform, s.InProduction)
	abroad.Run(k.with("CANARY-abroad-Jd4gWqR6y"))
	s.govern(api.EnvironmentRules{ForbidSecretReuse: true})
	for _, c := range []struct {
		role, value string
		says        string // empty: nothing
		asks        int
	}{
		{api.RoleDeployer, "CANARY-abroad-Jd4gWqR6y", "an object of another environment of this tenant", 1},
		{api.RoleOperator, "CANARY-abroad-Jd4gWqR6y", "an object of another environment of this tenant", 1},
		{api.RolePlanner, "CANARY-abroad-Jd4gWqR6y", "", 1},
		{api.RolePlanner, usedValue, "the connector " + acctest.TheFixture().Connectors[0], 1},
		{api.RoleAuditor, usedValue, "", 0},
	} {
		tf := s.Terraform(k.Terraform, with("token", s.Token(c.role)))
		s.ForgetRequests()
		d := tf.Plan(k.with(c.value)).Diags
		tftest.Must(t, d)
		s.asked(c.role, c.asks)
		saysNothingOf(t, d.Warnings(), "CANARY", abroad.Get(abroad.State, "id"), acctest.Production)
		if c.says == "" {
			saysNothingOf(t, d.Warnings(), "Guardrail")
			continue
		}
		tftest.Says(t, d.Warnings(), "Guardrail "+api.RuleForbidSecretReuse, c.says)
	}
}

// TestValuesThatAreNotCompared: a plan goes on where the platform does not answer, and asks about so many values in a
// run.
func TestValuesThatAreNotCompared(t *testing.T) {
	t.Parallel()
	k := supplyingKinds()["credentials_wo"]
	p := acctest.StartFixture(t)
	s := &scene{p, t, p.Terraform(k.Terraform), nil}
	s.used()
	s.govern(api.EnvironmentRules{ForbidSecretReuse: true})
	tf := s.Terraform(k.Terraform)
	s.Fail(acctest.Refuse(http.MethodPost, api.Problem{Code: api.CodeRateLimited}))
	d := tf.Plan(k.with(usedValue)).Diags
	tftest.Must(t, d)
	saysNothingOf(t, d.Warnings(), "Guardrail", "CANARY")
	s.Fail(nil)
	s.ForgetRequests()

	const most = 200
	many := map[string]any{}
	for i := range 31 {
		many[fmt.Sprintf("key_%d", i)] = fmt.Sprintf("CANARY-value-%d", i)
	}
	warned := 0
	for range most/len(many) + 2 {
		d := tf.Plan(k.config.With("credentials_wo", many)).Diags
		tftest.Must(t, d)
		warned += strings.Count(d.Warnings(), "Not every supplied value was compared")
	}
	if s.asked("many values", most-1); warned != 1 {
		t.Errorf("%d warnings", warned)
	}
}
