package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// signingKey makes a key and the set that has its public half.
func signingKey(t *testing.T) (jose.JSONWebKey, string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := jose.JSONWebKey{Key: private, KeyID: "one", Algorithm: "ES256", Use: "sig"}
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}})
	if err != nil {
		t.Fatal(err)
	}
	return key, string(set)
}

func signed(t *testing.T, key jose.JSONWebKey, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	object, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := object.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestIdentityCheck says of each identity what does not fit, and never prints the JWT.
func TestIdentityCheck(t *testing.T) {
	const issuer, audience = "https://ci.invalid", "https://quickconnect.example.com"
	dir, c := t.TempDir(), clock.NewFake(epoch)
	_, out, _ := call(t, c, "bootstrap", "--data-dir", dir, "--tenant", "acme", "--environments", "staging,production")
	var tokens map[string]string
	if err := json.Unmarshal([]byte(out), &tokens); err != nil {
		t.Fatal(err)
	}
	server := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	key, jwks := signingKey(t)
	other, _ := signingKey(t)
	renamed := key
	renamed.KeyID = "two"
	claims := map[string]string{"sub": "repo:acme/app", "environment": "staging"}
	for name, w := range map[string]api.WorkloadIdentityCreate{
		"apply":   {JWKS: &jwks, Claims: claims},
		"other":   {JWKS: &jwks, Claims: map[string]string{"sub": "repo:acme/other", "team": "a"}},
		"reached": {Claims: claims}, // no network has this issuer
	} {
		w.Name, w.Owner, w.Role, w.Preset, w.Audience = name, "team", api.RoleDeployer, api.PresetCustom, audience
		w.Issuer = new(issuer)
		body, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.url+api.WorkloadIdentities.Route(),
			bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+tokens["staging"])
		r.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(r)
		if err != nil || resp.StatusCode != http.StatusCreated {
			t.Fatalf("%s: %v %v", name, err, resp)
		}
		_ = resp.Body.Close()
	}
	fits := map[string]any{
		"iss": issuer, "aud": audience, "sub": "repo:acme/app", "environment": "staging",
		"exp": epoch.Add(time.Minute).Unix(),
	}
	with := func(name string, value any) map[string]any {
		out := map[string]any{name: value}
		for k, v := range fits {
			if k != name {
				out[k] = v
			}
		}
		return out
	}
	for name, tt := range map[string]struct {
		jwt         string
		environment string
		taken       bool
		says        []string
	}{
		"fits": {signed(t, key, fits), "staging", true, []string{
			"role deployer) takes it\n  signature: good, checked with the uploaded jwks",
			`claim sub: "repo:acme/app", must be "repo:acme/other"`, `claim team: missing, must be "a"`,
			"reached (", "keys_unavailable: the keys of the issuer cannot be read: ",
			"signature: not checked, because of what is above; it would be checked with the keys of " + issuer,
		}},
		"claim":     {signed(t, key, with("environment", "qa")), "staging", false, []string{`"qa", must be "staging"`}},
		"audience":  {signed(t, key, with("aud", "x")), "staging", false, []string{`(aud): "x", must be "` + audience}},
		"audiences": {signed(t, key, with("aud", []string{audience, "x"})), "staging", false, []string{"no single text"}},
		"issuer":    {signed(t, key, with("iss", issuer+"/")), "staging", false, []string{`(iss): "` + issuer + `/", must`}},
		"expired": {signed(t, key, with("exp", epoch.Add(-time.Hour).Unix())), "staging", false, []string{
			"  expired: it has ended: at " + epoch.Add(-time.Hour).Format(time.RFC3339) + ", 1h ago\n",
		}},
		"signature": {signed(t, other, fits), "staging", false, []string{
			"  signature: the key that it names did not sign it\n", "  signature: wrong, checked with the uploaded jwks\n",
		}},
		"long life": {signed(t, key, with("exp", epoch.Add(2*time.Hour).Unix())), "staging", false, []string{
			"  lives_too_long: it lives for longer than the preset of the identity allows: it ends at " +
				epoch.Add(2*time.Hour).Format(time.RFC3339) + ", in 2h; the preset custom allows 1h\n",
		}},
		"unknown key": {signed(t, renamed, fits), "staging", false, []string{`: kid is "two", alg is "ES256"` + "\n"}},
		"no JWT":      {"qcp_something", "staging", false, []string{"  malformed: it is not a JWT: three parts"}},
		"elsewhere":   {signed(t, key, fits), "production", false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			err := identityCheck(t.Context(), checkIdentity{
				data: data{dir: dir}, scope: store.Scope{Tenant: "acme", Environment: tt.environment},
			}, strings.NewReader(tt.jwt+"\n"), &out, c)
			if tt.taken != (err == nil) || err != nil && !errors.Is(err, errNoIdentity) {
				t.Errorf("error %v", err)
			}
			for _, text := range tt.says {
				if !strings.Contains(out.String(), text) {
					t.Errorf("it does not say %q:\n%s", text, out.String())
				}
			}
			for part := range strings.SplitSeq(tt.jwt, ".") {
				if strings.Contains(out.String(), part) {
					t.Errorf("it prints a part of the JWT:\n%s", out.String())
				}
			}
		})
	}
}
