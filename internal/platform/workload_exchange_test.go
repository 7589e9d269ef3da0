package platform_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
)

const audience = "https://quickconnect.example.com"

// signer is an issuer whose keys are uploaded.
type signer struct {
	t   testing.TB
	key jose.JSONWebKey
}

func newSigner(tb testing.TB, id string) *signer {
	tb.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return &signer{tb, jose.JSONWebKey{Key: private, KeyID: id, Algorithm: "ES256", Use: "sig"}}
}

// jwks is the set that has the public key.
func (s *signer) jwks() string {
	s.t.Helper()
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{s.key.Public()}})
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

func (s *signer) sign(claims object) string {
	s.t.Helper()
	made, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: s.key}, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		s.t.Fatal(err)
	}
	signed, err := made.Sign(payload)
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		s.t.Fatal(err)
	}
	return text
}

// exchangesJWT sends an exchange of a JWT. More are pairs of members of the form.
func (w *world) exchangesJWT(jwt string, more ...string) *reply {
	w.t.Helper()
	form := url.Values{
		"grant_type": {api.GrantTokenExchange}, "subject_token": {jwt}, "subject_token_type": {api.TokenTypeJWT},
	}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return w.send("", "POST", pathExchange, form)
}

// gitHubClaims are the claims of a JWT of GitHub Actions that identityBody takes.
func (w *world) gitHubClaims(more object) object {
	now := w.clock.Now()
	claims := object{
		"iss": api.IssuerOf(api.PresetGitHubActions), "aud": audience, "sub": "repo:acme@1/app@2:ref:refs/heads/main",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
		"repository_owner_id": "1", "repository_id": "2",
	}
	for name, value := range more {
		if value == nil {
			delete(claims, name)
			continue
		}
		claims[name] = value
	}
	return claims
}

// TestExchangeJWT: a JWT that fits becomes an access token of the identity that the form names, with the permissions of
// its role or fewer. The audit trail has what fitted, and not the JWT.
func TestExchangeJWT(t *testing.T) {
	w := newWorld(t)
	s := newSigner(t, "k1")
	id := w.newIdentity("ci", object{"jwks": s.jwks(), "max_ttl": "10m", "role": api.RoleOperator}).ID
	jwt := s.sign(w.gitHubClaims(nil))
	permissions := strings.Join(slices.Sorted(slices.Values(api.PermissionsOf(api.RoleOperator))), " ")
	for _, c := range []struct {
		name    string
		form    []string
		scope   string
		seconds int64
	}{
		{"by id", []string{"identity", id}, permissions, 600},
		{"by name", []string{"tenant", "acme", "environment", "staging", "identity", "ci"}, permissions, 600},
		{"narrower", []string{"identity", id, "scope", "read", "ttl", "60"}, "read", 60},
	} {
		got := decoded[keys.ExchangedAccessToken](w.exchangesJWT(jwt, c.form...).want(200))
		scope := strings.Join(slices.Sorted(slices.Values(strings.Fields(got.Scope))), " ")
		if scope != c.scope || got.ExpiresIn != c.seconds || !api.WellFormedToken(api.PrefixAccessToken, got.AccessToken) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	var exchanges []map[string]string
	for _, e := range w.audit() {
		for _, value := range e.Detail {
			if strings.Contains(value, jwt) || strings.Contains(value, strings.Split(jwt, ".")[2]) {
				t.Errorf("the audit has the JWT: %+v", e)
			}
		}
		if e.Action == "exchange" && e.ObjectID == id && e.Kind == api.KindWorkloadIdentities && e.Actor == id {
			if e.Workload != id || e.Claims["repository_id"] != "2" || e.Address == "" {
				t.Errorf("%+v", e)
			}
			exchanges = append(exchanges, e.Detail)
		}
	}
	want := map[string]string{
		"name": "ci", "issuer": api.IssuerOf(api.PresetGitHubActions), "address": "127.0.0.1",
		"claim repository_owner_id": "1", "claim repository_id": "2",
	}
	if diff := cmp.Diff([]map[string]string{want, want, want}, exchanges); diff != "" {
		t.Errorf("audited exchanges (-want +got):\n%s", diff)
	}
	w.exchangesJWT(jwt, "identity", id, "scope", "write_everything").problem(api.CodeInvalidGrant, "")
	w.exchangesJWT(s.sign(w.gitHubClaims(object{"repository_id": "3"})), "identity", id).problem(api.CodeInvalidGrant, "")
}
