package provider_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// asSecurity makes the provider a principal of role security.
func (s *scene) asSecurity(c tftest.Config) tftest.Config {
	return c.With("token", s.Token(api.RoleSecurity))
}

// TestEnvironmentPolicyLife: created, changed, imported, read again after a change outside, and deleted. Its plan lists
// what breaks it.
func TestEnvironmentPolicyLife(t *testing.T) {
	t.Parallel()
	p := acctest.StartFixture(t)
	s := &scene{p, t, nil, nil}
	typ := api.EnvironmentPolicies.Terraform
	c := tftest.Config{
		"forbid_wildcard_scopes": true, "max_overlap": "12h", "owner_pattern": "team-[a-z]+",
	}
	tftest.Says(t, s.Terraform(typ).Plan(c.With("owner_pattern", "(")).Diags.Errors(), "owner_pattern")
	deployer := s.Terraform(typ)
	tftest.Says(t, deployer.Apply(deployer.Plan(c), nil).Errors(), "govern")

	tf := s.Terraform(typ, s.asSecurity)
	plan := tf.Plan(c)
	tftest.Says(t, plan.Diags.Warnings(), `rotation policy "one": overlap breaks the guardrail max_overlap`)
	tf.Keep(plan, nil)
	tf.Expect(tf.State, "environment=staging", "require_cidrs=false")
	tftest.Silent(t, tf, c)
	tf.Run(c.With("require_cidrs", true).With("max_overlap", nil))
	tf.Expect(tf.State, "require_cidrs=true", "max_overlap=<null>")

	imported := s.Terraform(typ, s.asSecurity)
	tftest.Must(t, imported.Import(acctest.Environment))
	tftest.Silent(t, imported, c.With("require_cidrs", true).With("max_overlap", nil))
	second := s.Terraform(typ, s.asSecurity)
	tftest.Says(t, second.Apply(second.Plan(c), nil).Errors(), "one only", "import it")
	tftest.Must(t, tf.Destroy())
	tftest.Must(t, imported.Refresh())
	if !imported.State.IsNull() {
		t.Error("a deleted policy stays in the state")
	}
}

// TestGuardrailExemptionLife: it warns in every plan, and only its reason and its end change in place.
func TestGuardrailExemptionLife(t *testing.T) {
	t.Parallel()
	p := acctest.StartFixture(t)
	s := &scene{p, t, nil, nil}
	typ := api.GuardrailExemptions.Terraform
	end := s.Clock.Now().Add(10 * day).Format(time.RFC3339)
	c := tftest.Config{
		"kind": api.KindScopedTokens, "name": "orders", "rule": api.RuleForbidWildcardScopes, "reason": "moving away",
		"expires_at": end,
	}
	for attribute, wrong := range map[string]string{
		"kind": "tokens", "rule": "no_such_rule", "reason": "", "expires_at": "tomorrow",
	} {
		tftest.Says(t, s.Terraform(typ).Plan(c.With(attribute, wrong)).Diags.Errors(), `AttributeName("`+attribute+`")`)
	}
	deployer := s.Terraform(typ)
	tftest.Says(t, deployer.Apply(deployer.Plan(c), nil).Errors(), "exempt")
	tf := s.Terraform(typ, s.asSecurity)
	tf.Run(c)
	again := tf.Plan(c)
	tftest.Says(t, again.Diags.Warnings(), `Exemption from the guardrail forbid_wildcard_scopes: scoped-tokens "orders"`,
		"moving away", end)
	if again.Changes {
		t.Errorf("a second plan changes it: %s", again.Planned)
	}
	if p := tf.Plan(c.With("reason", "still moving")); p.Replaces {
		t.Error("another reason replaces it")
	}
	tf.Run(c.With("reason", "still moving"))
	if p := tf.Plan(c.With("rule", api.RuleRequireCIDRs)); !p.Replaces {
		t.Error("another rule does not replace it")
	}
	imported := s.Terraform(typ, s.asSecurity)
	tftest.Must(t, imported.Import("orders"))
	tftest.Must(t, tf.Destroy())
}

// TestRoleBindingLife: everything but the issuer changes in place, a role that the token may not grant is refused, and
// a group or an address of nobody's issuer too.
func TestRoleBindingLife(t *testing.T) {
	t.Parallel()
	p := acctest.StartFixture(t)
	s := &scene{p, t, nil, nil}
	typ := api.RoleBindings.Terraform
	c := tftest.Config{"issuer": acctest.PeopleIssuer, "group": "platform-team", "role": api.RoleAuditor}
	for attribute, wrong := range map[string]string{
		"issuer": "Corp", "group": " ", "email": "Jo <jo@example.com>", "role": api.RoleRuntime,
	} {
		tftest.Says(t, s.Terraform(typ).Plan(c.With(attribute, wrong)).Diags.Errors(), `AttributeName("`+attribute+`")`)
	}
	tftest.Says(t, s.Terraform(typ).Plan(c.With("group", nil)).Diags.Errors(), "group", "email")
	tf := s.Terraform(typ)
	tf.Run(c)
	tftest.Silent(t, tf, c)
	if p := tf.Plan(c.With("role", api.RoleOperator)); p.Replaces {
		t.Error("another role replaces it")
	}
	tf.Run(c.With("role", api.RoleOperator))
	tf.Expect(tf.State, "role=operator", "group=platform-team", "email=<null>", "environment=staging")
	if p := tf.Plan(c.With("issuer", "others")); !p.Replaces {
		t.Error("another issuer does not replace it")
	}
	tf.Run(c.With("group", nil).With("email", "mo@example.com").With("role", api.RoleOperator))
	tf.Expect(tf.State, "group=<null>", "email=mo@example.com")
	tf.Run(c.With("role", api.RoleOperator))
	for says, config := range map[string]tftest.Config{
		`may not write a role binding with role "approver"`: c.With("group", "approvers").With("role", api.RoleApprover),
		"quickconnectd issuer add":                          c.With("issuer", "unknown"),
		"says the same already":                             c.With("role", api.RoleOperator),
	} {
		another := s.Terraform(typ)
		tftest.Says(t, another.Apply(another.Plan(config), nil).Errors(), says)
	}
	imported := s.Terraform(typ)
	tftest.Must(t, imported.Import("platform-team"))
	tftest.Silent(t, imported, c.With("role", api.RoleOperator))
	approvers := s.Terraform(typ, s.asSecurity)
	approvers.Run(c.With("group", nil).With("email", "jo@example.com").With("role", api.RoleApprover))
	tftest.Must(t, approvers.Destroy())
	tftest.Must(t, tf.Destroy())
	tftest.Must(t, imported.Refresh())
	if !imported.State.IsNull() {
		t.Error("a deleted role binding stays in the state")
	}
}
