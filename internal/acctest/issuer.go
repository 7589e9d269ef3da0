package acctest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// Issuer signs JWTs as a CI system does whose issuer the platform cannot reach: its keys are uploaded.
type Issuer struct {
	// JWKS is the JWK set with its public key, as a workload identity takes it.
	JWKS string

	t      testing.TB
	url    string
	clock  clock.Clock
	signer jose.Signer
}

// NewIssuer returns an issuer that calls itself url, and that has the time of a clock.
func NewIssuer(tb testing.TB, url string, c clock.Clock) *Issuer {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	const id = "one"
	public, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{
		Key: &key.PublicKey, KeyID: id, Algorithm: string(jose.ES256), Use: "sig",
	}}})
	if err != nil {
		tb.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: id}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		tb.Fatal(err)
	}
	return &Issuer{JWKS: string(public), t: tb, url: url, clock: c, signer: signer}
}

// Sign returns a JWT for an audience with these claims, which lives for ten minutes.
func (i *Issuer) Sign(audience string, claims map[string]any) string {
	i.t.Helper()
	now := i.clock.Now()
	all := map[string]any{"iss": i.url, "aud": audience, "iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix()}
	maps.Copy(all, claims)
	payload, err := json.Marshal(all)
	if err != nil {
		i.t.Fatal(err)
	}
	signed, err := i.signer.Sign(payload)
	if err != nil {
		i.t.Fatal(err)
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		i.t.Fatal(err)
	}
	return compact
}

// Serve starts the service that gives a job of GitHub Actions its JWTs, for the audience that the job asks for. It
// returns the two variables that GitHub sets, by their names.
func (i *Issuer) Serve(claims map[string]any) map[string]string {
	i.t.Helper()
	const token = "of-the-job"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"value": i.Sign(r.URL.Query().Get("audience"), claims)})
	}))
	i.t.Cleanup(server.Close)
	return map[string]string{
		"ACTIONS_ID_TOKEN_REQUEST_URL": server.URL + "/jwt?api-version=2.0", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": token,
	}
}
