package client

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// jwtOf is a JWT with this payload, and with canaries in the place of header and signature.
func jwtOf(payload string) string {
	return "CANARYheader." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".CANARYsignature"
}

var canaryJWT = jwtOf(`{"iss": "https://issuer.example.com", "sub": "repo:acme/app", "aud": "https://p.example.com",
	"exp": 1}`)

const canaryAccessToken = "qca_CANARYaccessCANARYaccessCANARY0000"

// exchanged answers an exchange with an access token.
func exchanged(token string) http.HandlerFunc {
	return respondJSON(map[string]any{"access_token": token, "expires_in": 600, "scope": "read", "id": "act_1"})
}

// asWorkload makes a client act as the identity "ci", with this JWT.
func asWorkload(jwt string) func(*Config) {
	return func(cfg *Config) {
		cfg.Token, cfg.Workload = secret.Value{}, &Workload{
			Identity: "ci", Tenant: "acme", Environment: "staging", Source: "the test",
			Read: func(context.Context) (secret.Value, error) { return secret.New(jwt), nil },
		}
	}
}

// The JWT is exchanged once, with nothing of a principal, and the requests have the access token.
func TestWorkloadExchanges(t *testing.T) {
	s := serve(t, exchanged(canaryAccessToken), respondJSON(aConnector()))
	c := newClient(t, s.URL, asWorkload(canaryJWT)).For(here())
	for range 2 {
		if _, err := c.Connectors().Get(t.Context(), connectorID); err != nil {
			t.Fatal(err)
		}
	}
	seen := s.seen()
	if len(seen) != 3 || seen[0].method != http.MethodPost || seen[0].path != "/v1/token" {
		t.Fatalf("requests: %+v", seen)
	}
	form, err := url.ParseQuery(seen[0].body)
	if err != nil || seen[0].header.Get("Authorization") != "" || seen[0].header.Get("Idempotency-Key") != "" {
		t.Errorf("the exchange: %v %v", err, seen[0].header)
	}
	for name, want := range map[string]string{
		"grant_type":         "urn:ietf:params:oauth:grant-type:token-exchange",
		"subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "subject_token": canaryJWT,
		"identity": "ci", "tenant": "acme", "environment": "staging",
	} {
		if form.Get(name) != want {
			t.Errorf("the exchange has the %s %q", name, form.Get(name))
		}
	}
	for _, r := range seen[1:] {
		if r.header.Get("Authorization") != "Bearer "+canaryAccessToken {
			t.Errorf("%s has the header %q", r.path, r.header.Get("Authorization"))
		}
	}
	byID := Workload{Identity: "wid_01ARZ3NDEKTSV4RRFFQ69G5FAV", Tenant: "acme", Environment: "staging"}
	fixed := Workload{Identity: "ci", Advice: "make another one"}
	if got := fixed.form(secret.New(canaryJWT)).Get("ttl"); got != "3600" || form.Has("ttl") {
		t.Errorf("what cannot be renewed asks for %q seconds, and what can for %q", got, form.Get("ttl"))
	}
	if form := byID.form(secret.New(canaryJWT)); form.Has("tenant") || form.Has("environment") {
		t.Errorf("an identity that is named by its id has the form %v", form)
	}
}

// An access token that is refused is renewed once, and the same request is sent once more, with its idempotency key.
func TestWorkloadRenewsWhatIsRefused(t *testing.T) {
	unauthenticated := problem(api.CodeUnauthenticated)
	s := serve(t, exchanged("qca_one"), unauthenticated, exchanged("qca_two"), respondJSON(aConnector()))
	c := newClient(t, s.URL, func(cfg *Config) { asWorkload(canaryJWT)(cfg); cfg.MaxRetries = 0 })
	if _, err := c.Connectors().Create(t.Context(), withCredential); err != nil {
		t.Fatal(err)
	}
	seen := s.seen()
	first, second := seen[1], seen[3]
	if first.header.Get("Authorization") != "Bearer qca_one" || second.header.Get("Authorization") != "Bearer qca_two" {
		t.Error("the second attempt does not have the new token")
	}
	if key := first.header.Get("Idempotency-Key"); key == "" || key != second.header.Get("Idempotency-Key") ||
		first.body != second.body || first.body == "" {
		t.Error("the second attempt is another request")
	}

	for name, tt := range map[string]struct {
		steps []http.HandlerFunc
		want  int // requests
	}{
		"refused again": {
			[]http.HandlerFunc{exchanged("qca_one"), unauthenticated, exchanged("qca_two"), unauthenticated}, 4,
		},
		"a proxy's 401":       {[]http.HandlerFunc{exchanged("qca_one"), html(http.StatusUnauthorized)}, 2},
		"forbidden":           {[]http.HandlerFunc{exchanged("qca_one"), problem(api.CodeForbidden)}, 2},
		"no second exchange":  {[]http.HandlerFunc{exchanged("qca_one"), unauthenticated, problem(api.CodeInvalidGrant)}, 3},
		"no exchange":         {[]http.HandlerFunc{problem(api.CodeInvalidGrant)}, 1},
		"an empty exchange":   {[]http.HandlerFunc{exchanged("")}, 1},
		"a redirect":          {[]http.HandlerFunc{html(http.StatusFound)}, 1},
		"the exchange is 404": {[]http.HandlerFunc{problem(api.CodeNotFound)}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, tt.steps...)
			c := newClient(t, s.URL, func(cfg *Config) { asWorkload(canaryJWT)(cfg); cfg.MaxRetries = 0 })
			_, err := c.Connectors().Get(t.Context(), connectorID)
			if err == nil || IsNotFound(err) {
				t.Errorf("the error is %v", err)
			}
			if got := len(s.seen()); got != tt.want {
				t.Errorf("%d requests, want %d", got, tt.want)
			}
			assertNoCanary(t, "the error", fmt.Sprint(err))
		})
	}
}

// A principal's own token is not renewed.
func TestStaticTokenIsNotRenewed(t *testing.T) {
	s := serve(t, problem(api.CodeUnauthenticated))
	c := newClient(t, s.URL, nil)
	var e *Error
	if _, err := c.Identity(t.Context()); !errors.As(err, &e) || e.Exchanged || len(s.seen()) != 1 {
		t.Errorf("%d requests: %v", len(s.seen()), err)
	}
}

// The error of an exchange has what both sides say, and no part of a token.
func TestWorkloadErrors(t *testing.T) {
	repeats := func(text string) http.HandlerFunc {
		return problem(api.CodeInvalidGrant, func(p *api.Problem) { p.Detail = "not " + text })
	}
	for name, tt := range map[string]struct {
		jwt    string
		answer http.HandlerFunc
		says   []string // in what the error has of the JWT
		ended  bool
	}{
		"ended": {canaryJWT, problem(api.CodeInvalidGrant), []string{
			`issuer (iss) "https://issuer.example.com"`, `subject (sub) "repo:acme/app"`, `(aud) "https://p.example.com"`,
			"ended at 1970-01-01T00:00:01Z",
		}, true},
		"at work": {
			jwtOf(`{"exp": 4102444800, "aud": ["a", "b"]}`), problem(api.CodeInvalidGrant),
			[]string{"ends at 2100-01-01T00:00:00Z", `["a", "b"]`},
			false,
		},
		"not a JWT":        {"CANARYa.CANARYb.CANARYc", problem(api.CodeInvalidGrant), []string{"cannot be read"}, false},
		"the whole JWT":    {canaryJWT, repeats(canaryJWT), nil, true},
		"a part of it":     {canaryJWT, repeats(canaryJWT[20:50]), nil, true},
		"its signature":    {canaryJWT, repeats("CANARYsignature"), nil, true},
		"an access token":  {canaryJWT, repeats(canaryAccessToken), nil, true},
		"the JWT, encoded": {canaryJWT, repeats(url.QueryEscape(canaryJWT)), nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, tt.answer)
			c := newClient(t, s.URL, asWorkload(tt.jwt))
			_, err := c.Identity(t.Context())
			var w *WorkloadError
			if !errors.As(err, &w) {
				t.Fatalf("got %v", err)
			}
			for _, want := range tt.says {
				if !strings.Contains(w.JWT, want) {
					t.Errorf("no %q in %q", want, w.JWT)
				}
			}
			if w.Ended != tt.ended || w.Source != "the test" || !HasCode(w.Cause, api.CodeInvalidGrant) {
				t.Errorf("got %+v", w)
			}
			assertNoCanary(t, "the error", err.Error()+w.JWT+fmt.Sprint(w.Cause))
		})
	}
}

// A later answer repeats the access token, in parts.
func TestAccessTokenIsKnown(t *testing.T) {
	s := serve(t, exchanged(canaryAccessToken), problem(api.CodeForbidden, func(p *api.Problem) {
		p.Detail = "not with " + canaryAccessToken[10:26]
	}))
	c := newClient(t, s.URL, asWorkload(canaryJWT))
	_, err := c.Identity(t.Context())
	if err == nil || !strings.Contains(err.Error(), "withheld") {
		t.Errorf("got %v", err)
	}
	assertNoCanary(t, "the error", fmt.Sprint(err))
}

// No JWT, no request. The reason is said.
func TestWorkloadWithoutJWT(t *testing.T) {
	s := serve(t, exchanged("qca_one"))
	c := newClient(t, s.URL, func(cfg *Config) {
		asWorkload("")(cfg)
		cfg.Workload.Read = func(context.Context) (secret.Value, error) {
			return secret.Value{}, errors.New("the file is missing")
		}
	})
	_, err := c.Connectors().Create(t.Context(), withCredential)
	var w *WorkloadError
	if !errors.As(err, &w) || w.Cause.Error() != "the file is missing" || len(s.seen()) != 0 {
		t.Errorf("%d requests: %v", len(s.seen()), err)
	}
	var e *Error
	if !errors.As(err, &e) || e.Attempts != 0 || e.Op != "create" {
		t.Errorf("the error is %+v", e)
	}
}

func TestCheckJWT(t *testing.T) {
	for jwt, want := range map[string]string{
		canaryJWT: "", "": "empty", "qcp_CANARY": "three parts", canaryJWT + "\n": "something else", "a.b.c.d": "three parts",
	} {
		err := CheckJWT(secret.New(jwt))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", jwt, err)
		}
		assertNoCanary(t, "the error", fmt.Sprint(err))
	}
}
