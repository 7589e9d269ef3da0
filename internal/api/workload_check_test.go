package api_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestParseClaimPath(t *testing.T) {
	for path, want := range map[string][]string{
		"sub":                                nil,
		"repository_owner_id":                nil,
		"realm.client":                       {"realm", "client"},
		"[kubernetes.io].serviceaccount.uid": {"kubernetes.io", "serviceaccount", "uid"},
		"[oidc.circleci.com/project-id]":     {"oidc.circleci.com/project-id"},
		"a.[b.c].d":                          {"a", "b.c", "d"},
		"a.b.c.d.e.f.g.h":                    {"a", "b", "c", "d", "e", "f", "g", "h"},
	} {
		if want == nil {
			want = []string{path}
		}
		got, err := api.ParseClaimPath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	for path, says := range map[string]string{
		"": "must be the path", ".": "must be the path", "a.": "must be the path", ".a": "must be the path",
		"a..b": "must be the path", "a b": "must be the path", "kubernetes.io/x": "must be the path",
		"[a.b": "must be the path", "[]": "must be the path", "[a.b]c": "must be the path", "a[b.c]": "must be the path",
		"[a.b][c.d]": "must be the path", "[a[b]": "must be the path", "[a\n.b]": "must be the path",
		"[sub]": "needs none", "a.[b]": "needs none", "a.b.c.d.e.f.g.h.i": "at most 8",
		strings.Repeat("a", 257): "must be the path",
	} {
		if _, err := api.ParseClaimPath(path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", path, err)
		}
	}
	for _, path := range []string{"iss", "aud", "exp", "nbf", "iat", "jti", "aud.x"} {
		if err := api.CheckClaimPath(path); err == nil || !strings.Contains(err.Error(), "checked against") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := api.CheckClaimPath("sub"); err != nil {
		t.Error(err)
	}
}

func TestCheckClaimPattern(t *testing.T) {
	for _, good := range []string{
		"x", "org/repo", "repo:org/app:ref:refs/heads/main", "org/*", "*/app", "repo:org/*:*", "repo:org/app:*", " ", "a b",
		strings.Repeat("a", 512),
	} {
		if err := api.CheckClaimPattern(good); err != nil && len(good) < 512 {
			t.Errorf("%q: %v", good, err)
		}
	}
	for pattern, says := range map[string]string{
		"": "1 to", "a\x00": "1 to", strings.Repeat("a", 10_000): "1 to",
		"org/repo*": "whole segment", "org/*repo": "whole segment", "org/**": "whole segment", "or*g/repo": "whole segment",
		"*": "everything", "*/*": "everything", "*:*": "everything", "/": "everything", "*/": "everything", ":": "everything",
	} {
		if err := api.CheckClaimPattern(pattern); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.40q: %v", pattern, err)
		}
	}
}

func TestClaimFits(t *testing.T) {
	for _, c := range []struct {
		pattern, value string
		want           bool
	}{
		{"org/app", "org/app", true},
		{"org/app", "org/app-evil", false},
		{"org/app", "Org/app", false},
		{"org/app", "org/app/", false},
		{"org/*", "org/app", true},
		{"org/*", "org/app-evil", true},
		{"org/*", "org/", false},
		{"org/*", "org", false},
		{"org/*", "org/app/x", false},
		{"org/*", "org/app:x", false},
		{"org/*", "org-evil/app", false},
		{"org/*", "org:app", false},
		{"*/app", "org/app", true},
		{"*/app", "/app", false},
		{"*/app", "evil/org/app", false},
		{"repo:org/app:ref:refs/heads/*", "repo:org/app:ref:refs/heads/main", true},
		{"repo:org/app:ref:refs/heads/*", "repo:org/app:ref:refs/heads/a/b", false},
		{"repo:org/app:*", "repo:org/app:pull_request", true},
		{"repo:org/app:*", "repo:org/app:ref:refs/heads/main", false},
		{"repo:org/app:*", "repo:org/app-evil:pull_request", false},
		{"org/*", "org/*", true},
		{"org/app", "org/*", false},
	} {
		if got := api.ClaimFits(c.pattern, c.value); got != c.want {
			t.Errorf("%q fits %q: %v", c.value, c.pattern, got)
		}
	}
}

func TestCheckJWKS(t *testing.T) {
	const ec = `{"kty":"EC","kid":"a","crv":"P-256","x":"x","y":"y"}`
	rsa := func(bytes int) string {
		return `{"kty":"RSA","kid":"r","e":"AQAB","n":"` + strings.Repeat("_", bytes*4/3) + `"}`
	}
	set := func(keys ...string) string { return `{"keys":[` + strings.Join(keys, ",") + `]}` }
	var many []string
	for i := range 21 {
		many = append(many, strings.Replace(ec, `"kid":"a"`, `"kid":"`+strings.Repeat("a", i+1)+`"`, 1))
	}
	for _, good := range []string{
		set(ec), set(many[:20]...), set(rsa(258)), set(ec, `{"kty":"OKP","kid":"o","crv":"Ed25519","x":"x","use":"sig"}`),
	} {
		if err := api.CheckJWKS(good); err != nil {
			t.Errorf("%.80s: %v", good, err)
		}
	}
	private := strings.Replace(ec, `"x":`, `"d":"SECRET","x":`, 1)
	for text, says := range map[string]string{
		"":                                     "must be a JWK set",
		"[]":                                   "must be a JWK set",
		set(ec) + set(ec):                      "must be a JWK set",
		set():                                  "1 to 20",
		set(many...):                           "1 to 20",
		set(ec, ec):                            "two keys with the kid of number 2",
		set(`{"kty":"EC","crv":"P-256"}`):      "no kid",
		set(private):                           "private",
		set(ec, private):                       "number 2",
		set(`{"kty":"oct","kid":"k"}`):         "symmetric",
		set(`{"kty":"EC","kid":"k","k":"x"}`):  "symmetric",
		set(`{"kty":"RSA","kid":"r","n":"!"}`): "modulus",
		set(rsa(129)):                          "2048 bits",
		set(`{"kty":"EC","kid":"k","crv":"secp256k1"}`):         "another curve",
		set(`{"kty":"OKP","kid":"k","crv":"X25519"}`):           "Ed25519",
		set(`{"kty":"x","kid":"k"}`):                            "another kty",
		set(`{"kty":"EC","kid":"k","crv":"P-256","use":"enc"}`): "not for signatures",
		set(ec) + strings.Repeat(" ", api.MaxJWKS):              "64 KiB",
	} {
		err := api.CheckJWKS(text)
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%.80s: %v, want %q", text, err, says)
		}
	}
}

// TestPresets: each preset takes its immutable ids, and says which one is missing.
func TestPresets(t *testing.T) {
	const circle = "https://oidc.circleci.com/org/6f0d"
	for _, c := range []struct {
		preset, issuer string
		claims         map[string]string
		missing        string // empty: it is accepted
	}{
		{"github_actions", "", map[string]string{"repository_owner_id": "1", "repository_id": "2"}, ""},
		{"github_actions", "", map[string]string{"repository_owner_id": "1"}, "repository_id is missing"},
		{"github_actions", "", map[string]string{"repository_id": "2"}, "repository_owner_id is missing"},
		{
			"github_actions", "", map[string]string{"repository": "org/app"}, "repository_owner_id and repository_id is missing",
		},
		{"github_actions", "", map[string]string{"repository_owner_id": "1", "repository_id": "a/*"}, "has no pattern"},
		{"gitlab", "", map[string]string{"project_id": "1"}, ""},
		{"gitlab", "", map[string]string{"namespace_id": "1"}, ""},
		{"gitlab", "", map[string]string{"project_path": "org/app"}, "project_id is missing"},
		{"hcp_terraform", "", map[string]string{"terraform_organization_id": "1", "terraform_workspace_id": "2"}, ""},
		{"hcp_terraform", "", map[string]string{"terraform_organization_id": "1"}, "terraform_workspace_id is missing"},
		{"hcp_terraform", "", map[string]string{"terraform_workspace_id": "1"}, "terraform_organization_id is missing"},
		{"kubernetes", "", map[string]string{"[kubernetes.io].serviceaccount.uid": "1"}, ""},
		{"kubernetes", "", map[string]string{
			"[kubernetes.io].namespace": "n", "[kubernetes.io].serviceaccount.name": "s",
		}, ""},
		{"kubernetes", "", map[string]string{"[kubernetes.io].namespace": "n"}, "[kubernetes.io].serviceaccount"},
		{"spiffe", "", map[string]string{"sub": "spiffe://example.org/ns/a/sa/b"}, ""},
		{"spiffe", "", map[string]string{"sub": "spiffe://example.org/ns/*/sa/b"}, ""},
		{"spiffe", "", map[string]string{"sub": "spiffe://*/ns/a"}, "SPIFFE ID"},
		{"spiffe", "", map[string]string{"sub": "spiffe://example.org"}, "SPIFFE ID"},
		{"spiffe", "", map[string]string{}, "sub is missing"},
		{"buildkite", "", map[string]string{"organization_id": "1"}, ""},
		{"buildkite", "", map[string]string{"organization_slug": "x"}, "organization_id is missing"},
		{"circleci", circle, map[string]string{"sub": "x"}, ""},
		{"circleci", "https://oidc.circleci.com", map[string]string{"sub": "x"}, "id of the organisation"},
		{"circleci", "https://oidc.circleci.com/org/", map[string]string{"sub": "x"}, "id of the organisation"},
		{"circleci", circle, map[string]string{"sub": "x", "[oidc.circleci.com/ssh-rerun]": "false"}, "SSH"},
		{"custom", "", map[string]string{"sub": "x"}, ""},
		{"custom", "", map[string]string{"realm.client_id": "x"}, ""},
		{"custom", "", map[string]string{"environment": "x"}, "must have sub"},
		{"custom", "", map[string]string{"sub": "*"}, "everything"},
		{"custom", "", map[string]string{"sub": "x", "a..b": "x"}, "must be the path"},
		{"jenkins", "", map[string]string{"sub": "x"}, "must be one of"},
	} {
		wrong := api.CheckWorkloadIdentity(c.preset, c.issuer, c.claims)
		if c.missing == "" {
			if len(wrong) > 0 {
				t.Errorf("%s %v: %v", c.preset, c.claims, wrong[0].Err)
			}
			continue
		}
		if len(wrong) == 0 || !strings.Contains(wrong[0].Err.Error(), c.missing) {
			t.Errorf("%s %v: %v, want %q", c.preset, c.claims, wrong, c.missing)
		}
	}
	// A value that is not known yet is no mistake.
	if wrong := api.CheckWorkloadIdentity("gitlab", "", map[string]string{"project_id": ""}); len(wrong) > 0 {
		t.Error(wrong[0].Err)
	}
}
