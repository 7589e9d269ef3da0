package api

import (
	"encoding/json"
	"strconv"
)

// shownClaims are the claims that the issuers of the presets give, and that identities compare. None of them is secret.
var shownClaims = []string{
	"repository", "repository_id", "repository_owner", "repository_owner_id", "environment", "job_workflow_ref",
	"event_name",
	"project_path", "project_id", "namespace_path", "namespace_id", "ref", "ref_type", "ref_protected", "pipeline_source",
	"terraform_organization_id", "terraform_organization_name", "terraform_project_id", "terraform_project_name",
	"terraform_workspace_id", "terraform_workspace_name", "terraform_run_phase",
	claimKubernetesNamespace, claimKubernetesName, claimKubernetesUID,
	"organization_id", "organization_slug", "pipeline_id", "pipeline_slug", "build_branch", "step_key",
	"[oidc.circleci.com/project-id]", "[oidc.circleci.com/vcs-origin]", "[oidc.circleci.com/vcs-ref]", ClaimCircleCISSH,
	"azp", "client_id", "email",
}

// ShownClaims lists the paths of the claims that an error may show of a JWT that no identity takes.
func ShownClaims() []string { return append([]string(nil), shownClaims...) }

// ClaimAt returns the text of the claim at a path: of a number (json.Number) and of a boolean, as the JWT has it.
// Objects and lists have none.
func ClaimAt(claims map[string]any, path string) (text string, there bool) {
	names, err := ParseClaimPath(path)
	if err != nil {
		return "", false
	}
	var value any = claims
	for _, name := range names {
		object, ok := value.(map[string]any)
		if !ok {
			return "", false
		}
		if value, there = object[name]; !there {
			return "", false
		}
	}
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}
