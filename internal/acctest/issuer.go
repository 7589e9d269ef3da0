package acctest

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/oidctest"
)

// Issuer is an OpenID provider that signs JWTs as a CI system or a cluster does which the platform cannot reach: its
// keys are uploaded.
type Issuer struct {
	// JWKS is the JWK set with its public key, as a workload identity takes it.
	JWKS string

	t        testing.TB
	url      string
	clock    clock.Clock
	provider *oidctest.Provider
}

// NewIssuer starts an issuer that calls itself url, and that has the time of a clock. Without a url it has that of its
// own address.
func NewIssuer(tb testing.TB, url string, c clock.Clock) *Issuer {
	tb.Helper()
	p := oidctest.Start(tb, oidctest.Options{Issuer: url})
	resp, err := http.Get(p.URL + oidctest.KeysPath)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	keys, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return &Issuer{JWKS: string(keys), t: tb, url: p.Issuer, clock: c, provider: p}
}

// Sign returns a JWT for an audience with these claims, which lives for ten minutes.
func (i *Issuer) Sign(audience string, claims map[string]any) string {
	i.t.Helper()
	return i.sign(audience, i.clock.Now(), 10*time.Minute, claims)
}

func (i *Issuer) sign(audience string, now time.Time, life time.Duration, claims map[string]any) string {
	i.t.Helper()
	all := map[string]any{"iss": i.url, "aud": audience, "iat": now.Unix(), "exp": now.Add(life).Unix()}
	maps.Copy(all, claims)
	return i.provider.Sign(all)
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
		jwt := i.Sign(r.URL.Query().Get("audience"), claims) //nolint:contextcheck // the issuer ends with the test
		_ = json.NewEncoder(w).Encode(map[string]string{"value": jwt})
	}))
	i.t.Cleanup(server.Close)
	return map[string]string{
		"ACTIONS_ID_TOKEN_REQUEST_URL": server.URL + "/jwt?api-version=2.0", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": token,
	}
}
