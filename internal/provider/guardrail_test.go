package provider_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// guardedPlan is a rule, a configuration that breaks it, and the attribute that shows it.
type guardedPlan struct {
	rules  api.EnvironmentRules
	kind   string // a key of everyKind
	change tftest.Config
	at     string
}

func guardedPlans() map[string]guardedPlan {
	text := func(s string) *string { return &s }
	one := int64(1)
	return map[string]guardedPlan{
		api.RuleForbidWildcardScopes: {
			api.EnvironmentRules{ForbidWildcardScopes: true},
			"scoped token",
			tftest.Config{"scopes": []string{"messages:*"}},
			"scopes",
		},
		api.RuleMaxScopesPerToken: {
			api.EnvironmentRules{MaxScopesPerToken: &one},
			"scoped token",
			tftest.Config{"scopes": []string{"messages:read", "messages:send"}},
			"scopes",
		},
		api.RuleForbidUnknownScopes: {
			api.EnvironmentRules{ForbidUnknownScopes: true}, "scoped token", tftest.Config{"scopes": []string{"a:b"}}, "scopes",
		},
		api.RuleAllowedConnectorTypes: {
			api.EnvironmentRules{AllowedConnectorTypes: []string{"slack"}}, "connector", nil, "type",
		},
		api.RuleRequireConsent: {
			api.EnvironmentRules{RequireConsent: true}, "connector", nil, "consent_id",
		},
		api.RuleRequireRotationPolicy: {
			api.EnvironmentRules{RequireRotationPolicy: true}, "connector", nil, "rotation_policy_id",
		},
		api.RuleMaxRotationInterval: {
			api.EnvironmentRules{MaxRotationInterval: &api.RotationIntervals{Default: text("30d")}},
			"rotation policy", nil,
			"interval",
		},
		api.RuleMaxOverlap: {
			api.EnvironmentRules{MaxOverlap: text("1h")}, "rotation policy", nil, "overlap",
		},
		api.RuleRequireAcknowledgement: {
			api.EnvironmentRules{RequireAcknowledgement: true},
			"rotation policy",
			tftest.Config{"require_acknowledgement": false},
			"require_acknowledgement",
		},
		api.RuleMaxTokenLifetime: {
			api.EnvironmentRules{MaxTokenLifetime: text("30d")},
			"scoped token",
			tftest.Config{"expires_at": "2027-01-31T12:00:00Z"},
			"expires_at",
		},
		api.RuleRequireCIDRs: {
			api.EnvironmentRules{RequireCIDRs: true}, "scoped token", nil, "allowed_cidrs",
		},
		api.RuleOwnerPattern: {
			api.EnvironmentRules{OwnerPattern: text("squad-[a-z]+")}, "signing secret", nil, "owner",
		},
		api.RuleRequireLabels: {
			api.EnvironmentRules{RequireLabels: []string{"cost"}}, "webhook endpoint", nil, "labels",
		},
		api.RuleForbidWeakCredentials: {
			api.EnvironmentRules{ForbidWeakCredentials: true}, "connector", nil, "credentials_wo",
		},
		api.RuleForbidSecretReuse: {
			api.EnvironmentRules{ForbidSecretReuse: true},
			"connector",
			tftest.Config{"credentials_wo": map[string]any{"api_key": usedValue}},
			"credentials_wo",
		},
	}
}

// atApply are the rules that no plan can show: they look at no object of a plan.
var atApply = []string{api.RuleForbidStaticPrincipals, api.RuleMaxAccessTokenTTL}

// usedValue is a value that the connector "one" has.
const usedValue = "CANARY-vR7kPq2mXw9zLt4bHs8d"

// used gives the connector "one" that value.
func (s *scene) used() {
	s.t.Helper()
	s.As(api.RoleDeployer).Patch(api.KindConnectors, "one", map[string]any{
		"allowed_scopes": nil, "credentials": map[string]any{"api_key": usedValue},
	}).Want(200)
}

// violated fails the test unless a plan shows that it breaks a rule: as an error, or as a warning where the rule looks
// at another object.
func (s *scene) violated(rule, at string, d tftest.Diags) {
	s.t.Helper()
	shown, says := d.Errors(), []string{"Nothing was written", "role security"}
	if rule == api.RuleForbidSecretReuse {
		tftest.Must(s.t, d)
		shown, says = d.Warnings(), []string{acctest.TheFixture().Connectors[0], "otherwise the apply is refused"}
	}
	tftest.Says(s.t, shown, append(says, `AttributeName("`+at+`")`, "Guardrail "+rule)...)
	saysNothingOf(s.t, shown, "CANARY")
}

// govern writes the policy of staging.
func (s *scene) govern(rules api.EnvironmentRules) {
	s.t.Helper()
	if _, err := s.As(api.RoleSecurity).Client().EnvironmentPolicies().Create(s.t.Context(), rules); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) exempt(kind, name, rule string) {
	s.t.Helper()
	_, err := s.As(api.RoleSecurity).Client().GuardrailExemptions().Create(s.t.Context(), api.GuardrailExemptionCreate{
		Kind:      kind,
		Name:      name,
		Rule:      rule,
		Reason:    "moving away",
		ExpiresAt: s.Clock.Now().Add(10 * day).Format(time.RFC3339),
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestEveryGuardrailAtPlan: a violating plan fails on its attribute before anything is written. Exempted it warns, and
// is applied.
func TestEveryGuardrailAtPlan(t *testing.T) {
	t.Parallel()
	all := guardedPlans()
	for _, rule := range api.Rules() {
		if slices.Contains(atApply, rule) {
			continue
		}
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			g, ok := all[rule]
			if !ok {
				t.Fatal("the rule has no case")
			}
			k := everyKind()[g.kind]
			p := acctest.StartFixture(t)
			s := &scene{p, t, p.Terraform(k.Terraform), nil}
			s.used()
			s.govern(g.rules)
			c := maps.Clone(k.config)
			maps.Copy(c, g.change)
			tf := s.Terraform(k.Terraform)
			s.violated(rule, g.at, tf.Plan(c).Diags)
			if rule != api.RuleForbidSecretReuse { // the platform is asked about the value
				s.Wrote(t)
			}

			s.exempt(k.Path, "orders", rule)
			tf = s.Terraform(k.Terraform)
			plan := tf.Plan(c)
			tftest.Must(t, plan.Diags)
			tftest.Says(t, plan.Diags.Warnings(), "Exempt from the guardrail "+rule+": "+k.Singular+` "orders"`,
				"moving away")
			tf.Keep(plan, nil)
			if g.at != "credentials_wo" { // a value that is not sent is not looked at
				tftest.Says(t, tf.Plan(c).Diags.Warnings(), "Exempt from the guardrail "+rule)
			}

			s.Clock.Advance(10 * day)
			tf = s.Terraform(k.Terraform)
			s.violated(rule, g.at, tf.Plan(c).Diags)
		})
	}
}

// TestGuardrailOfWhatExists: a tightened policy breaks no plan that changes something else.
func TestGuardrailOfWhatExists(t *testing.T) {
	k := everyKind()["scoped token"]
	p := acctest.StartFixture(t)
	s := &scene{p, t, p.Terraform(k.Terraform), nil}
	s.create(k.config)
	s.govern(api.EnvironmentRules{RequireCIDRs: true, RequireLabels: []string{"cost"}})
	tf := s.Terraform(k.Terraform)
	takeOver(tf, s.tf)
	tftest.Silent(t, tf, k.config)
	tftest.Must(t, tf.Plan(k.config.With("description", "new")).Diags)
	worse := tf.Plan(k.config.With("scopes", []string{"messages:read"}).With("labels", tftest.Triggers("team", "a")))
	tftest.Must(t, worse.Diags)
}

// TestGuardrailsWarnWhoMayChangeThem: what may be cured by another block of the plan is no error.
func TestGuardrailsWarnWhoMayChangeThem(t *testing.T) {
	interval := "30d"
	k := everyKind()["rotation policy"]
	p := acctest.StartFixture(t)
	s := &scene{p, t, p.Terraform(k.Terraform), nil}
	s.govern(api.EnvironmentRules{MaxRotationInterval: &api.RotationIntervals{Default: &interval}})
	security := s.Terraform(k.Terraform, func(c tftest.Config) tftest.Config {
		return c.With("token", s.Token(api.RoleSecurity))
	})
	d := security.Plan(k.config).Diags
	if d.Errors() != "" {
		t.Errorf("an error for role security: %s", d.Errors())
	}
	tftest.Says(t, d.Warnings(), "Guardrail "+api.RuleMaxRotationInterval+`: rotation policy "orders"`,
		"may change the rules")
}

// TestGuardrailOfEveryKind: a plan of every kind of object shows that a label is missing.
func TestGuardrailOfEveryKind(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		s.govern(api.EnvironmentRules{RequireLabels: []string{"cost"}})
		tf := s.Terraform(k.Terraform)
		tftest.Says(s.t, tf.Plan(k.config).Diags.Errors(), `AttributeName("labels")`, "Guardrail "+api.RuleRequireLabels)
		tftest.Must(s.t, tf.Plan(k.config.With("labels", map[string]any{"cost": "1"})).Diags)
		s.Wrote(s.t)
	})
}

// policyReads is how often the platform was asked for rotation policies since the last ForgetRequests.
func (s *scene) policyReads() (n int) {
	for _, r := range s.Requests() {
		if strings.HasPrefix(r.Path, api.RotationPolicies.Route()) {
			n++
		}
	}
	return n
}

// TestPlanReadsTheRotationPolicy: a plan shows that the interval of a rotation policy is too long, although nothing in
// the run manages that policy. Each policy is read once in a run, and only where the rule needs it.
func TestPlanReadsTheRotationPolicy(t *testing.T) {
	limit, ids := "30d", acctest.TheFixture()
	kinds := everyKind()
	delete(kinds, "webhook endpoint")
	delete(kinds, "rotation policy")
	delete(kinds, "workload identity")
	forEach(t, kinds, func(s *scene, k kind) {
		c := k.config.With("rotation_policy_id", ids.Policies[0])
		s.create(c)
		tftest.Must(s.t, s.tf.Plan(c.With("labels", tftest.Triggers("team", "a"))).Diags)
		if n := s.policyReads(); n > 0 {
			s.t.Errorf("no rule is about intervals, and the policy was read %d times", n)
		}
		s.govern(api.EnvironmentRules{MaxRotationInterval: &api.RotationIntervals{Default: &limit}})
		tf := s.Terraform(k.Terraform)
		for _, name := range []string{"one-more", "another"} {
			beside := tf.Beside(k.Terraform)
			s.warns(beside.Plan(c.With("name", name)), `AttributeName("rotation_policy_id")`,
				"Guardrail "+api.RuleMaxRotationInterval, "is 90d, and at most 30d is allowed", "otherwise the apply is refused")
		}
		if n := s.policyReads(); n != 1 {
			s.t.Errorf("the policy was read %d times in a run", n)
		}
		s.Wrote(s.t)

		tf = s.Terraform(k.Terraform)
		takeOver(tf, s.tf)
		tftest.Silent(s.t, tf, c)
		if n := s.policyReads(); n > 0 {
			s.t.Errorf("nothing changes, and the policy was read %d times", n)
		}
		other := tf.Plan(c.With("rotation_policy_id", ids.Policies[1])).Diags // it is as long as the one before
		tftest.Must(s.t, other)
		saysNothingOf(s.t, other.Warnings(), "Guardrail")
		if n := s.policyReads(); n != 2 {
			s.t.Errorf("two policies were read %d times", n)
		}
	})
}
