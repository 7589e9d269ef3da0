package provider_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// everyThreshold has a value for each threshold of findings.
func everyThreshold() tftest.Config {
	return tftest.Config{
		"learning": "7d", "shared_network": 4, "volume_factor": 6, "volume_least": 200, "moved_on": "2h",
		"overlap_ending": "3h", "failures_per_hour": 20, "unused_scope": "60d", "unused": "45d",
	}
}

// TestPolicyRefusesOnFinding: what the platform must not do by itself, and a threshold out of its bounds, are refused
// before a plan, with the reason.
func TestPolicyRefusesOnFinding(t *testing.T) {
	t.Parallel()
	p := acctest.StartFixture(t)
	s := &scene{p, t, nil, nil}
	tf := s.Terraform(api.EnvironmentPolicies.Terraform, s.asSecurity)
	for _, c := range []struct {
		attribute string
		value     any
		says      string
	}{
		{"on_finding", tftest.Triggers("failure_burst", "revoke"), "anyone can cause such a finding"},
		{"on_finding", tftest.Triggers("leaked", "hold"), "a hold stops rotation, and not the use"},
		{"on_finding", tftest.Triggers("leaked", "delete"), "must be revoke or quarantine"},
		{"on_finding", tftest.Triggers("typo", "revoke"), "no kind of finding"},
		{"max_unused", "14d", "must be 15d to 365d"},
		{"require_approval", []string{"revoke"}, "must be one of exemption, force_promote, grant"},
		{"finding_thresholds", tftest.Config{"learning": "90d"}, "must be 1d to 35d"},
		{"finding_thresholds", tftest.Config{"volume_factor": 1}, "must be 2 to 1000"},
	} {
		tftest.Says(t, tf.Plan(tftest.Config{c.attribute: c.value}).Diags.Errors(),
			`AttributeName("`+c.attribute+`")`, c.says)
	}
}

// TestPolicyKeepsFindings: both members are written, read, imported with each subset, kept by the update of another
// rule, and removed where the configuration no longer has them, with a warning.
func TestPolicyKeepsFindings(t *testing.T) {
	t.Parallel()
	p := acctest.StartFixture(t)
	s := &scene{p, t, nil, nil}
	typ := api.EnvironmentPolicies.Terraform
	tf := s.Terraform(typ, s.asSecurity)
	policies := s.As(api.RoleSecurity).Client().EnvironmentPolicies()
	has := func() (r api.EnvironmentRules) {
		t.Helper()
		got, err := policies.Get(t.Context(), tf.Get(tf.State, "id"))
		if err != nil {
			t.Fatal(err)
		}
		return got.EnvironmentRules
	}
	acts := tftest.Triggers("leaked", "revoke", "new_network", "quarantine")
	full := tftest.Config{"on_finding": acts, "finding_thresholds": everyThreshold()}
	tf.Run(full)
	for name, value := range everyThreshold() {
		one := tftest.Config{"finding_thresholds": tftest.Config{name: value}}
		tf.Run(one)
		s.importsPolicy(one)
	}
	for _, c := range []tftest.Config{
		{},
		{"max_unused": "90d"},
		{"require_approval": []string{"exemption", "grant"}},
		{"on_finding": acts},
		{"on_finding": map[string]any{}},
		{"finding_thresholds": tftest.Config{}},
		full,
	} {
		tf.Run(c)
		s.importsPolicy(c)
	}

	want := has()
	if want.OnFinding["leaked"] != "revoke" || want.FindingThresholds == nil {
		t.Fatalf("the platform has on_finding %v and thresholds %+v", want.OnFinding, want.FindingThresholds)
	}
	want.RequireCIDRs = true
	tf.Run(full.With("require_cidrs", true))
	if diff := cmp.Diff(want, has()); diff != "" {
		t.Error("the update of another rule changes more:\n" + diff)
	}
	fewer := full.With("on_finding", tftest.Triggers("new_network", "quarantine"))
	warnings := s.importsPolicy(full.With("require_cidrs", true)).Plan(fewer).Diags.Warnings()
	tftest.Says(t, warnings, "The plan removes entries of on_finding: leaked (revoke now)")
	saysNothingOf(t, warnings, "new_network")
	tf.Run(tftest.Config{})
	if r := has(); r.OnFinding != nil || r.FindingThresholds != nil {
		t.Errorf("their removal leaves on_finding %v and thresholds %+v", r.OnFinding, r.FindingThresholds)
	}
}

// TestPolicyShowsFindingsThatOthersRemoved: a PUT without the members removes them, and the next plan sets them again.
func TestPolicyShowsFindingsThatOthersRemoved(t *testing.T) {
	t.Parallel()
	p := acctest.StartFixture(t)
	s := &scene{p, t, nil, nil}
	tf := s.Terraform(api.EnvironmentPolicies.Terraform, s.asSecurity)
	c := tftest.Config{"on_finding": tftest.Triggers("leaked", "revoke"), "finding_thresholds": everyThreshold()}
	tf.Run(c)
	policies := s.As(api.RoleSecurity).Client().EnvironmentPolicies()
	id := tf.Get(tf.State, "id")
	if _, err := policies.Replace(t.Context(), id, api.EnvironmentRules{RequireCIDRs: true}, client.Write{}); err != nil {
		t.Fatal(err)
	}
	tftest.Must(t, tf.Refresh())
	tf.Expect(tf.State, "on_finding=<null>", "finding_thresholds=<null>", "require_cidrs=true")
	if !tf.Plan(c).Changes {
		t.Error("the plan does not show what another client removed")
	}
	tf.Run(c)
	tftest.Silent(t, tf, c)
}

// importsPolicy imports the policy of staging in another run, and fails the test unless the first plan is empty.
func (s *scene) importsPolicy(c tftest.Config) *tftest.Terraform {
	s.t.Helper()
	imported := s.Terraform(api.EnvironmentPolicies.Terraform, s.asSecurity)
	tftest.Must(s.t, imported.Import(acctest.Environment))
	tftest.Empty(s.t, imported, c)
	return imported
}
