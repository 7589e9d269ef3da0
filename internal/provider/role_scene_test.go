package provider_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// governingKinds is one configuration of each kind that governs the environment. Their rules are in no test's way.
func governingKinds() map[string]kind {
	return map[string]kind{
		"environment policy": {api.EnvironmentPolicies, tftest.Config{"max_access_token_ttl": "30m"}},
		"guardrail exemption": {api.GuardrailExemptions, tftest.Config{
			"kind": api.KindScopedTokens, "name": "orders", "rule": api.RuleForbidWildcardScopes, "reason": "moving away",
			"expires_at": acctest.Epoch.Add(10 * day).Format(time.RFC3339),
		}},
		"role binding": {api.RoleBindings, tftest.Config{
			"issuer": acctest.PeopleIssuer, "group": "platform-team", "role": api.RoleAuditor,
		}},
	}
}

// changed is another configuration of the same object.
func (k kind) changed() tftest.Config {
	switch k.Kind {
	case api.EnvironmentPolicies:
		return k.config.With("max_access_token_ttl", "20m")
	case api.GuardrailExemptions:
		return k.config.With("reason", "still moving")
	case api.RoleBindings: // every role that may grant one role may not grant the same others
		return k.config.With("group", "others")
	}
	return k.config.With("description", "new")
}

// another is a configuration of another object.
func (k kind) another() tftest.Config {
	if k.Kind == api.EnvironmentPolicies {
		return k.changed()
	}
	if k.Kind == api.RoleBindings {
		return k.config.With("group", "another")
	}
	return k.config.With("name", "another")
}

// roleScene is a platform with a principal of each role.
type roleScene struct {
	*acctest.Platform
	t *testing.T
}

func newRoleScene(t *testing.T) *roleScene {
	t.Helper()
	t.Parallel()
	s := &roleScene{acctest.StartFixture(t), t}
	for _, role := range api.Roles() {
		s.Token(role)
	}
	return s
}

// in is the scene for a subtest.
func (s *roleScene) in(t *testing.T) *roleScene {
	t.Helper()
	return &roleScene{s.Platform, t}
}

// by is Terraform with a token of a role.
func (s *roleScene) by(role, typeName string) *tftest.Terraform {
	s.t.Helper()
	return s.Terraform(typeName, with("token", s.Token(role)))
}

// needsOf lists what the blocks of these sorts need, as the guide says.
func needsOf(t *testing.T, blocks ...string) (out []provider.Need) {
	t.Helper()
	needs, err := provider.Needs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range needs {
		if slices.Contains(blocks, n.Block) {
			out = append(out, n)
		}
	}
	return out
}

// snapshot is everything that the platform has of a kind, without the claims, which a plan presents.
func (s *roleScene) snapshot(k api.Kind) string {
	s.t.Helper()
	var page struct {
		Items []map[string]any `json:"items"`
	}
	s.As(api.RoleAuditor).Do(http.MethodGet, k.Route(), nil).Want(http.StatusOK).Decode(&page)
	for _, item := range page.Items {
		delete(item, "claim")
	}
	text, err := json.Marshal(page.Items)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

var missing = regexp.MustCompile(
	`needs the permission "(\w+)", which (?:the )?role "(\w+)"(?: of the provider's token)? does not have`)

// outcome compares what has happened with the table: what is enough works, and anything else is refused with an error
// that names the role, and a permission that it does not have or the role that it may not grant.
func (s *roleScene) outcome(what, role string, least []string, d tftest.Diags, granted string) (allowed bool) {
	s.t.Helper()
	errs := d.Errors()
	if provider.Enough(role, least) {
		if errs != "" {
			s.t.Errorf("%s as %s, which the table has as enough (%v), is refused: %s", what, role, least, errs)
		}
		return true
	}
	if errs == "" {
		s.t.Errorf("%s as %s works, and the table wants %v", what, role, least)
		return false
	}
	tftest.Says(s.t, errs, "Permission missing")
	for _, written := range []string{"a workload identity", "a role binding"} {
		if granted != "" && strings.Contains(errs, "with role "+strconv.Quote(role)+" may not write "+written+
			" with role "+strconv.Quote(granted)) {
			return false
		}
	}
	named := missing.FindStringSubmatch(errs)
	if named == nil || named[2] != role || slices.Contains(api.PermissionsOf(role), named[1]) {
		s.t.Errorf("%s as %s: the error does not say which permission is missing: %s", what, role, errs)
	}
	return false
}
