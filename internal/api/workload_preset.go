package api

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The presets of workload identities.
const (
	PresetGitHubActions = "github_actions"
	PresetGitLab        = "gitlab"
	PresetHCPTerraform  = "hcp_terraform"
	PresetKubernetes    = "kubernetes"
	PresetSPIFFE        = "spiffe"
	PresetBuildkite     = "buildkite"
	PresetCircleCI      = "circleci"
	PresetCustom        = "custom"
)

// Preset is what is known of a kind of issuer.
type Preset struct {
	Name string
	// Issuer is the public one; empty where each customer has one.
	Issuer string
	// MaxLifetime is how far ahead the exp of a JWT may be when it is exchanged.
	MaxLifetime time.Duration
	// IssuerOptional says that a JWT may be without iss: what it is signed with says whose it is.
	IssuerOptional bool

	// ids are the claims that name a workload in a way that never changes: all of one list are required.
	ids [][]string
	// check is what else the preset wants; nil for nothing.
	check func(issuer string, claims map[string]string) []Mistake
}

// Claims of presets.
const (
	claimKubernetesUID       = "[kubernetes.io].serviceaccount.uid"
	claimKubernetesNamespace = "[kubernetes.io].namespace"
	claimKubernetesName      = "[kubernetes.io].serviceaccount.name"

	// ClaimCircleCISSH is true in the tokens that a person gets who runs a CircleCI job again with SSH.
	ClaimCircleCISSH = "[oidc.circleci.com/ssh-rerun]"
)

// presets is the one table of what each preset requires. The lifetimes are the longest that the issuer gives to a
// token: of a job of CI that may run for long, that is the timeout of the job.
var presets = []Preset{
	{
		Name: PresetGitHubActions, Issuer: "https://token.actions.githubusercontent.com", MaxLifetime: 15 * time.Minute,
		ids: [][]string{{"repository_owner_id", "repository_id"}},
	},
	{
		Name: PresetGitLab, Issuer: "https://gitlab.com", MaxLifetime: 24 * time.Hour,
		ids: [][]string{{"project_id"}, {"namespace_id"}},
	},
	{
		Name: PresetHCPTerraform, Issuer: "https://app.terraform.io", MaxLifetime: 25 * time.Hour,
		ids: [][]string{{"terraform_organization_id", "terraform_workspace_id"}},
	},
	{
		Name: PresetKubernetes, MaxLifetime: 24 * time.Hour,
		ids: [][]string{{claimKubernetesUID}, {claimKubernetesNamespace, claimKubernetesName}},
	},
	{
		Name: PresetSPIFFE, MaxLifetime: 24 * time.Hour, IssuerOptional: true,
		ids: [][]string{{"sub"}}, check: checkSPIFFE,
	},
	{
		Name: PresetBuildkite, Issuer: "https://agent.buildkite.com", MaxLifetime: 2 * time.Hour,
		ids: [][]string{{"organization_id"}},
	},
	{Name: PresetCircleCI, MaxLifetime: 2 * time.Hour, check: checkCircleCI},
	{Name: PresetCustom, MaxLifetime: time.Hour, check: checkCustom},
}

// Presets lists the names of the presets.
func Presets() []string {
	var out []string
	for _, p := range presets {
		out = append(out, p.Name)
	}
	return out
}

// PresetOf returns the preset of a name, and whether there is one.
func PresetOf(name string) (Preset, bool) {
	i := slices.IndexFunc(presets, func(p Preset) bool { return p.Name == name })
	if i < 0 {
		return Preset{}, false
	}
	return presets[i], true
}

// RequiredClaims says in words which claims a preset requires; empty for none.
func (p Preset) RequiredClaims() string {
	var alternatives []string
	for _, ids := range p.ids {
		alternatives = append(alternatives, strings.Join(ids, " and "))
	}
	return strings.Join(alternatives, ", or ")
}

// CheckPreset checks the name of a preset.
func CheckPreset(name string) error {
	if _, ok := PresetOf(name); !ok {
		return fmt.Errorf("must be one of %s", strings.Join(Presets(), ", "))
	}
	return nil
}

// CheckClaims checks the claims that an identity of a preset and an issuer names, and says which one is missing. Claims
// that are not known yet have an empty value: their key counts, and nothing is said of the value.
func CheckClaims(preset, issuer string, claims map[string]string) (wrong []Mistake) {
	p, ok := PresetOf(preset)
	if !ok {
		return nil // the preset's own check says so
	}
	refuse := func(format string, args ...any) {
		wrong = append(wrong, Mistake{"claims", fmt.Errorf(format, args...)})
	}
	if len(claims) > maxClaims {
		refuse("must have at most %d entries", maxClaims)
	}
	for _, path := range slices.Sorted(maps.Keys(claims)) {
		if err := CheckClaimPath(path); err != nil {
			refuse("has the key %q, which %w", path, err)
		} else if err := CheckClaimPattern(claims[path]); err != nil && claims[path] != "" {
			refuse("has under %s a value that %w", path, err)
		}
	}
	if missing := p.missing(claims); missing != "" {
		refuse("must have %s for preset %s: %s is missing. Names can be given to another workload; the ids that the "+
			"issuer gave never change", p.RequiredClaims(), p.Name, missing)
	}
	for _, ids := range p.ids {
		for _, id := range ids {
			if strings.Contains(claims[id], "*") && p.Name != PresetSPIFFE {
				refuse("has under %s a value with *: it is an id, and has no pattern", id)
			}
		}
	}
	if p.check != nil {
		wrong = append(wrong, p.check(issuer, claims)...)
	}
	return wrong
}

// missing names the required claims that are missing; empty for none. Where there are alternatives, it names what is
// missing of the one that is nearest.
func (p Preset) missing(claims map[string]string) string {
	var least []string
	for _, ids := range p.ids {
		var missing []string
		for _, id := range ids {
			if _, there := claims[id]; !there {
				missing = append(missing, id)
			}
		}
		if len(missing) == 0 {
			return ""
		}
		if least == nil || len(missing) < len(least) {
			least = missing
		}
	}
	return strings.Join(least, " and ")
}

// checkSPIFFE wants a SPIFFE ID with a trust domain.
func checkSPIFFE(_ string, claims map[string]string) []Mistake {
	sub := claims["sub"]
	if sub == "" {
		return nil // it is missing, or not known
	}
	rest, ok := strings.CutPrefix(sub, "spiffe://")
	domain, path, _ := strings.Cut(rest, "/")
	if !ok || domain == "" || domain == "*" || path == "" {
		return []Mistake{{"claims", errors.New("must have under sub a SPIFFE ID with its trust domain and a path, " +
			"such as spiffe://example.org/ns/payments/sa/deploy")}}
	}
	return nil
}

// checkCircleCI wants the organisation, which is in the issuer.
func checkCircleCI(issuer string, claims map[string]string) (wrong []Mistake) {
	if issuer != "" {
		u, err := url.Parse(issuer)
		if err != nil || !circleCIOrganisation(u.Path) {
			wrong = append(wrong, Mistake{"issuer", errors.New("must end with the id of the organisation for preset " +
				"circleci, such as https://oidc.circleci.com/org/ORGANISATION_ID: the rest is shared by all customers")})
		}
	}
	if _, there := claims[ClaimCircleCISSH]; there {
		wrong = append(wrong, Mistake{"claims", fmt.Errorf("must not have %s: a token of a job that a person runs again "+
			"with SSH is refused in any case", ClaimCircleCISSH)})
	}
	return wrong
}

func circleCIOrganisation(path string) bool {
	before, id, ok := strings.Cut(path, "/org/")
	return ok && id != "" && !strings.Contains(id, "/") && !strings.Contains(before, "/org")
}

// checkCustom wants a claim that says who the workload is.
func checkCustom(_ string, claims map[string]string) []Mistake {
	for path := range claims {
		if identifies(path) {
			return nil
		}
	}
	return []Mistake{{"claims", errors.New("must have sub for preset custom, or another claim that says who the " +
		"workload is: azp, email, or one whose name ends in id")}}
}

// identifies reports whether a claim says who a workload is, as far as its name tells.
func identifies(path string) bool {
	keys, err := ParseClaimPath(path)
	if err != nil {
		return false
	}
	last := strings.ToLower(keys[len(keys)-1])
	return last == "sub" || last == "azp" || last == "email" || strings.HasSuffix(last, "id")
}
