package main

import (
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// words say of a preset what the code has no list for.
type words struct {
	required string   // what an identity must have; empty: the preset has a list of claims
	besides  []string // claims to pin besides, by their paths
	note     string   // after them
}

// ofPreset has an entry for each preset.
var ofPreset = map[string]words{
	api.PresetGitHubActions: {besides: []string{"ref", "environment", "event_name", "job_workflow_ref"}},
	api.PresetGitLab:        {besides: []string{"ref", "ref_type", "ref_protected", "environment"}},
	api.PresetHCPTerraform:  {besides: []string{"terraform_run_phase"}},
	api.PresetKubernetes: {
		besides: []string{"[kubernetes.io].serviceaccount.uid"},
		note:    "a service account that is deleted and made again has its old name and another `uid`",
	},
	api.PresetSPIFFE:    {note: "only `sub`, `aud` and `exp` are in every JWT-SVID"},
	api.PresetBuildkite: {besides: []string{"pipeline_id", "build_branch"}},
	api.PresetCircleCI: {
		required: "the organisation in `issuer`: `https://oidc.circleci.com/org/ORGANISATION_ID`",
		besides:  []string{"[oidc.circleci.com/project-id]", "[oidc.circleci.com/vcs-ref]"},
	},
	api.PresetCustom: {
		required: "`sub`, or another claim that says who the workload is: `azp`, `email`, or one whose name ends in `id`",
	},
}

// presets has a row for each preset: who issues, what an identity must have, how long a JWT may live.
func presets() string {
	var out strings.Builder
	out.WriteString("| `preset` | `issuer` | `claims` must have | the JWT may live | pin besides |\n" +
		"|---|---|---|---|---|\n")
	for _, name := range api.Presets() {
		p, _ := api.PresetOf(name)
		issuer := "yours"
		if p.Issuer != "" {
			issuer = "`" + p.Issuer + "`, or that of your own instance"
		}
		say := ofPreset[name]
		required := say.required
		if required == "" {
			required = inCode(p.RequiredClaims())
		}
		var besides []string
		for _, path := range say.besides {
			besides = append(besides, "`"+path+"`")
		}
		note := strings.Join(besides, ", ")
		if say.note != "" {
			note = strings.TrimPrefix(note+"; "+say.note, "; ")
		}
		out.WriteString("| `" + name + "` | " + issuer + " | " + required + " | " + api.FormatDuration(p.MaxLifetime) +
			" | " + note + " |\n")
	}
	return out.String()
}

// inCode puts the claims of a sentence in backquotes.
func inCode(sentence string) string {
	var out []string
	for _, word := range strings.Fields(sentence) {
		bare := strings.TrimSuffix(word, ",")
		if bare != "and" && bare != "or" {
			word = "`" + bare + "`" + word[len(bare):]
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}
