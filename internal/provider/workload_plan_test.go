package provider_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// A plan says of each preset which immutable id its claims lack, and which pattern opens too much, before anything is
// written.
func TestWorkloadIdentityClaimsAtPlan(t *testing.T) {
	t.Parallel()
	p := acctest.StartPlatform(t)
	tf := p.Terraform("quickconnect_workload_identity")
	type claims = map[string]any
	const issuer, circle = "https://issuer.example.com", "https://oidc.circleci.com/org/6f0d"
	const uid, namespace = "[kubernetes.io].serviceaccount.uid", "[kubernetes.io].namespace"
	for _, tt := range []struct {
		preset string
		issuer any
		claims claims
		says   []string // nothing: it can be planned
	}{
		{api.PresetGitHubActions, nil, claims{"repository_owner_id": "1", "repository_id": "2"}, nil},
		{api.PresetGitHubActions, nil, claims{"repository_owner_id": "1"}, []string{"repository_id is missing"}},
		{api.PresetGitHubActions, nil, claims{"repository_id": "1"}, []string{"repository_owner_id is missing"}},
		{api.PresetGitHubActions, nil, claims{"repository_owner_id": "1", "repository_id": "*"}, []string{"has no pattern"}},
		{api.PresetGitLab, nil, claims{"namespace_id": "1"}, nil},
		{api.PresetGitLab, nil, claims{"ref": "main"}, []string{"project_id is missing", "namespace_id"}},
		{
			api.PresetGitLab, nil,
			claims{"project_id": "1", "project_path": "org/repo*"},
			[]string{"project_path", "whole segment"},
		},
		{api.PresetHCPTerraform, nil, claims{"terraform_organization_id": "o", "terraform_workspace_id": "w"}, nil},
		{
			api.PresetHCPTerraform, nil,
			claims{"terraform_organization_id": "o", "terraform_run_phase": "plan"},
			[]string{"terraform_workspace_id is missing"},
		},
		{
			api.PresetHCPTerraform, nil,
			claims{"terraform_workspace_id": "w"},
			[]string{"terraform_organization_id is missing"},
		},
		{api.PresetKubernetes, issuer, claims{uid: "u"}, nil},
		{api.PresetKubernetes, issuer, claims{namespace: "n"}, []string{uid, "[kubernetes.io].serviceaccount.name"}},
		{api.PresetKubernetes, nil, claims{uid: "u"}, []string{`AttributeName("issuer")`, "is required"}},
		{api.PresetSPIFFE, issuer, claims{"sub": "spiffe://example.org/ns/*/sa/b"}, nil},
		{api.PresetSPIFFE, issuer, claims{"team": "a"}, []string{"sub is missing"}},
		{api.PresetSPIFFE, issuer, claims{"sub": "spiffe://*/ns/a"}, []string{"SPIFFE ID"}},
		{api.PresetBuildkite, nil, claims{"organization_id": "1"}, nil},
		{api.PresetBuildkite, nil, claims{"pipeline_id": "1"}, []string{"organization_id is missing"}},
		{api.PresetCircleCI, circle, claims{"sub": "x"}, nil},
		{
			api.PresetCircleCI, "https://oidc.circleci.com",
			claims{"sub": "x"},
			[]string{`AttributeName("issuer")`, "id of the organisation"},
		},
		{api.PresetCustom, issuer, claims{"client_id": "x"}, nil},
		{api.PresetCustom, issuer, claims{"environment": "x"}, []string{"must have sub"}},
		{api.PresetCustom, issuer, claims{"sub": "*"}, []string{"sub", "everything"}},
		{api.PresetCustom, issuer, claims{"sub": "repo:org/repo*"}, []string{"sub", "whole segment"}},
	} {
		plan := tf.Plan(tftest.Config{
			"name": "ci", "owner": "team", "role": api.RolePlanner, "preset": tt.preset, "issuer": tt.issuer,
			"audience": "https://quickconnect.example.com", "claims": tt.claims,
		})
		if len(tt.says) == 0 {
			if errs := plan.Diags.Errors(); errs != "" || !plan.Changes {
				t.Errorf("%s %v cannot be planned: %s", tt.preset, tt.claims, errs)
			}
			continue
		}
		if plan.Diags.Errors() == "" {
			t.Errorf("%s %v can be planned", tt.preset, tt.claims)
			continue
		}
		tftest.Says(t, plan.Diags.Errors(), tt.says...)
	}
	// The id of a workspace that the same plan creates is not known yet, and no mistake.
	plan := tf.Plan(tftest.Config{
		"name": "ci", "owner": "team", "role": api.RolePlanner, "preset": api.PresetHCPTerraform,
		"audience": "https://quickconnect.example.com",
		"claims":   claims{"terraform_organization_id": "o", "terraform_workspace_id": tftest.Unknown},
	})
	tftest.Must(t, plan.Diags)
	p.Wrote(t)
}
