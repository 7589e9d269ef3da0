package oidctest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

type keySet struct {
	Keys []struct{ Kid, Kty, Alg, N, E string }
}

func TestDiscovery(t *testing.T) {
	p := Start(t, Options{Path: "/org/1"})
	var document struct {
		Issuer        string
		TokenEndpoint string `json:"token_endpoint"`
		JWKSURI       string `json:"jwks_uri"`
	}
	get(t, p.Issuer+DiscoveryPath, &document)
	if document.Issuer != p.Issuer || !strings.HasSuffix(p.Issuer, "/org/1") {
		t.Errorf("the document of %s has the issuer %s", p.Issuer, document.Issuer)
	}
	if document.TokenEndpoint != p.TokenURL() || document.JWKSURI != p.Issuer+KeysPath {
		t.Errorf("endpoints %s and %s", document.TokenEndpoint, document.JWKSURI)
	}
	if n := len(p.Requests(DiscoveryPath)); n != 1 {
		t.Errorf("%d requests for the document, want 1", n)
	}
}

func TestKeysRotate(t *testing.T) {
	p := Start(t, Options{})
	first := kids(t, p)[0]
	verify(t, p, p.Sign(map[string]any{"sub": "a"}))
	second := p.RotateKey("RS256")
	token := p.Sign(map[string]any{"sub": "a"})
	if header := part(t, token, 0); header["kid"] != second {
		t.Errorf("the header is %v after a rotation to %s", header, second)
	}
	verify(t, p, token)
	p.DropKey(first)
	if got := kids(t, p); len(got) != 1 || got[0] != second {
		t.Errorf("keys %v after %s was dropped", got, first)
	}
	if header := part(t, p.SignJWT(JWT{Claims: map[string]any{}, Key: first}), 0); header["kid"] != first {
		t.Errorf("the dropped key signs with %v", header)
	}
	unsigned := p.SignJWT(JWT{Claims: map[string]any{}, Algorithm: "none", Header: map[string]any{"kid": nil}})
	if header := part(t, unsigned, 0); len(header) != 2 || !strings.HasSuffix(unsigned, ".") {
		t.Errorf("%s has the header %v", unsigned, header)
	}
}

func TestClientCredentials(t *testing.T) {
	p := Start(t, Options{})
	p.Lifetime(7)
	got := grant(t, p, ServiceClient, ServiceSecret, url.Values{"grant_type": {"client_credentials"}})
	if seconds, _ := got["expires_in"].(float64); got["access_token"] == nil || seconds < 1 || seconds > 7 {
		t.Errorf("client credentials give %v", got)
	}
	if got := p.Requests(TokenPath); len(got) != 1 || got[0].Auth != "basic" || got[0].GrantType != "client_credentials" {
		t.Errorf("requests: %v", got)
	}
}

func TestRefreshTokens(t *testing.T) {
	p := Start(t, Options{})
	first := p.RefreshToken("openid", "offline_access")
	refresh := func(token string) map[string]any {
		return grant(t, p, WebClient, WebSecret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
	}
	second, _ := refresh(first)["refresh_token"].(string)
	if second == "" || second == first {
		t.Fatalf("the refresh token %s became %q", first, second)
	}
	if got := refresh(first); got["error"] != "invalid_grant" {
		t.Errorf("a used refresh token gives %v", got)
	}

	p.Rotation(RotateWithGrace)
	p.Fail(Fault{Path: TokenPath, Times: 1, Lose: true})
	if got := refresh(second); got != nil {
		t.Fatalf("a lost answer is %v", got)
	}
	third, _ := refresh(second)["refresh_token"].(string)
	if third == "" || third == second {
		t.Fatalf("with grace, the refresh token %s became %q", second, third)
	}

	p.Rotation(RotateNever)
	if got := refresh(third); got["refresh_token"] != third {
		t.Errorf("without rotation, the refresh token %s became %v", third, got)
	}
	p.EndRefreshToken(third)
	if got := refresh(third); got["error"] != "invalid_grant" {
		t.Errorf("a refresh token that was ended gives %v", got)
	}
}

func TestFaults(t *testing.T) {
	p := Start(t, Options{})
	p.Fail(Fault{Path: KeysPath, Times: 2, Status: http.StatusServiceUnavailable, Body: "down"})
	for _, want := range []int{503, 503, 200} {
		resp, err := http.Get(p.URL + KeysPath)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("status %d, want %d", resp.StatusCode, want)
		}
	}
	p.Fail(Fault{Hold: true})
	done := make(chan error)
	go func() {
		resp, err := http.Get(p.URL + KeysPath)
		if err == nil {
			_ = resp.Body.Close()
		}
		done <- err
	}()
	for held := 0; held == 0; {
		for _, r := range p.Requests(KeysPath) {
			if r.Held {
				held++
			}
		}
	}
	p.ClearFaults()
	if err := <-done; err != nil {
		t.Errorf("the answer that was held: %v", err)
	}
}

// grant asks the token endpoint. A lost answer is nil.
func grant(t *testing.T, p *Provider, client, password string, form url.Values) map[string]any {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, p.TokenURL(), strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(client, password)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return answer
}

func get(t *testing.T, address string, into any) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}

func kids(t *testing.T, p *Provider) (ids []string) {
	t.Helper()
	var set keySet
	get(t, p.URL+KeysPath, &set)
	for _, key := range set.Keys {
		ids = append(ids, key.Kid)
	}
	return ids
}

func part(t *testing.T, token string, i int) (members map[string]any) {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i])
	if err == nil {
		err = json.Unmarshal(data, &members)
	}
	if err != nil {
		t.Fatal(err)
	}
	return members
}

// verify checks an RS256 signature with the published key.
func verify(t *testing.T, p *Provider, token string) {
	t.Helper()
	var set keySet
	get(t, p.URL+KeysPath, &set)
	parts := strings.Split(token, ".")
	decode := func(s string) []byte {
		data, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for _, key := range set.Keys {
		if key.Kid != part(t, token, 0)["kid"] {
			continue
		}
		public := &rsa.PublicKey{
			N: new(big.Int).SetBytes(decode(key.N)), E: int(new(big.Int).SetBytes(decode(key.E)).Int64()),
		}
		digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], decode(parts[2])); err != nil {
			t.Errorf("%s: %v", key.Kid, err)
		}
		return
	}
	t.Errorf("no published key has signed %s", parts[0])
}
