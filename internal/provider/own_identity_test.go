package provider_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// A plan warns of what it does to the identity that it runs as: a run could lock itself out.
func TestPlanOfTheOwnIdentity(t *testing.T) {
	s := newWorkloadScene(t)
	const typ, summary, wayBack = "quickconnect_workload_identity", `This run acts as workload identity "ci"`,
		"quickconnectd token create"
	own, err := s.As(api.RoleDeployer).Client().WorkloadIdentities().Get(t.Context(), s.identity)
	if err != nil {
		t.Fatal(err)
	}
	claims := map[string]any{}
	for path, value := range own.Claims {
		claims[path] = value
	}
	c := tftest.Config{
		"name": "ci", "owner": own.Owner, "role": api.RoleDeployer, "preset": own.Preset, "issuer": own.Issuer,
		"audience": own.Audience, "claims": claims, "max_ttl": own.MaxTTL, "jwks": own.JWKS,
	}
	imported := func(identity string) *tftest.Terraform {
		tf := tftest.New(t, s.provider(), s.config(tftest.Config{"identity": identity, "token_file": s.file}), typ)
		tftest.Must(t, tf.Import(s.identity))
		return tf
	}
	byName, byID := imported("ci"), imported(s.identity)
	for name, tt := range map[string]struct {
		plan tftest.Plan
		says string // empty: no warning
	}{
		"destroyed":       {byName.PlanDestroy(), "destroys it"},
		"lower":           {byName.Plan(c.With("role", api.RolePlanner)), "from deployer to planner"},
		"renamed":         {byName.Plan(c.With("name", "cd")), "old name"},
		"renamed, by id":  {byID.Plan(c.With("name", "cd")), ""},
		"other claims":    {byID.Plan(c.With("claims", map[string]any{"sub": "repo:acme/other"})), "which JWTs it takes"},
		"nothing of that": {byName.Plan(c.With("description", "new")), ""},
	} {
		tftest.Must(t, tt.plan.Diags)
		w := tt.plan.Diags.Warnings()
		if tt.says != "" {
			tftest.Says(t, w, summary, tt.says, wayBack, "another deployer")
		} else if strings.Contains(w, summary) {
			t.Errorf("%s warns: %s", name, w)
		}
	}
	another := tftest.New(t, s.provider(), s.fromFile(), typ)
	tftest.Must(t, another.Plan(c.With("name", "another")).Diags)
	if w := another.Plan(c.With("name", "another")).Diags.Warnings(); strings.Contains(w, summary) {
		t.Errorf("another identity warns: %s", w)
	}
}

// A plan says that the caller may not grant a role, and who may. The apply says the same.
func TestRoleThatMayNotBeGranted(t *testing.T) {
	t.Parallel()
	k := everyKind()["workload identity"]
	p := acctest.StartFixture(t)
	s := &scene{p, t, p.Terraform(k.Terraform), nil}
	c := k.config.With("role", api.RoleSecurity)
	plan := s.tf.Plan(c)
	s.warns(plan, `The provider may not write workload identity "orders"`, "to grant the role security",
		"one of these roles: security.")
	errs := s.tf.Apply(plan, nil).Errors()
	tftest.Says(t, errs, "Permission missing", `role "deployer" may not write a workload identity with role "security"`,
		"roles that may: security", "Run with a token of such a role")
	saysNothingOf(t, errs, "lacks")
	s.warns(s.Terraform(k.Terraform, s.asSecurity).Plan(k.config), "to grant the role deployer",
		"one of these roles: deployer.")
	for _, quiet := range []tftest.Plan{
		s.tf.Plan(k.config), s.Terraform(k.Terraform, with("token", s.Token(api.RolePlanner))).Plan(c),
	} {
		saysNothingOf(t, quiet.Diags.Warnings(), "may not write")
	}
}

// The environment policy at plan: what it turns off, a second one, static principals, and a caller that may not.
func TestEnvironmentPolicyPlanWarns(t *testing.T) {
	t.Parallel()
	p := acctest.StartPlatform(t)
	s := &scene{p, t, nil, nil}
	typ := api.EnvironmentPolicies.Terraform
	security := s.Terraform(typ, s.asSecurity)
	const off = "The plan turns guardrails off"
	s.warns(security.Plan(tftest.Config{"max_overlap": "12h"}), off+": forbid_wildcard_scopes",
		"the environment began with")
	c := tftest.Config{"max_overlap": "12h", "forbid_wildcard_scopes": true, "forbid_static_principals": true}
	plan := security.Plan(c)
	s.warns(plan, `principal "deployer"`, "static token with the role deployer", "workload identity")
	saysNothingOf(t, plan.Diags.Warnings(), off, "already", "may not write")

	deployer := s.Terraform(typ)
	plan = deployer.Plan(c)
	s.warns(plan, "The provider may not write the environment policy", `permission "govern"`, "with the role deployer")
	tftest.Says(t, deployer.Apply(plan, nil).Errors(), "Permission missing")
	exemptions := s.Terraform(api.GuardrailExemptions.Terraform)
	s.warns(exemptions.Plan(governingKinds()["guardrail exemption"].config), `permission "exempt"`)

	security = s.Terraform(typ, s.asSecurity)
	security.Run(c)
	again := s.Terraform(typ, s.asSecurity)
	takeOver(again, security)
	s.warns(again.Plan(c.With("max_overlap", nil)), off+": max_overlap", "the environment policy epl_")
	saysNothingOf(t, again.Plan(c.With("max_overlap", "13h")).Diags.Warnings(), off, "already")
	second := s.Terraform(typ, s.asSecurity)
	plan = second.Plan(c)
	s.warns(plan, "The environment has a policy already", "terraform import ADDRESS "+acctest.Environment)
	errs := second.Apply(plan, nil).Errors()
	tftest.Says(t, errs, "one only", "import it")
	saysNothingOf(t, errs, "in order")
}

// The error about a refused JWT shows the claims that identities compare, and where the reason is.
func TestRefusedJWTShowsItsClaims(t *testing.T) {
	s := newWorkloadScene(t)
	jwt := s.workload.JWT(s.Clock.Now(), client.DefaultRequestTimeout, map[string]any{
		"sub": "repo:acme/other", "repository": "acme/other", "repository_id": "42", "project_id": 7, "ref_protected": true,
		"nonce":         "CANARY",
		"kubernetes.io": map[string]any{"namespace": "apps", "serviceaccount": map[string]any{"name": "deploy"}},
	})
	errs := s.configure(s.config(tftest.Config{"identity": "ci", "token": jwt})).Errors()
	tftest.Says(t, errs, "JWT refused", `repository "acme/other"`, `repository_id "42"`, `project_id "7"`,
		`ref_protected "true"`, `[kubernetes.io].namespace "apps"`, `[kubernetes.io].serviceaccount.name "deploy"`,
		"quickconnectd audit export", "counted in", "Request id of the exchange")
	saysNothingOf(t, errs, "CANARY", "Cannot read the identity")
}
