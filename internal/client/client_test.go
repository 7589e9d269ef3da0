package client

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func serveTLS(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(
		withHeader(api.HeaderPlatform, here().Platform().String(), respondJSON(aConnector())))
	s.Config.ErrorLog = discardLog()
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func caFile(t *testing.T, s *httptest.Server) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(path, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func assertNoCanary(t *testing.T, where, text string) {
	t.Helper()
	if strings.Contains(text, "CANARY") {
		t.Errorf("%s repeats a secret: %s", where, text)
	}
}

func TestCheckEndpoint(t *testing.T) {
	for endpoint, ok := range map[string]bool{
		"https://platform.example.com":           true,
		"https://platform.example.com:8440/base": true,
		"http://127.0.0.1:8440":                  true,
		"http://[::1]:8440":                      true,
		"http://localhost:8440/":                 true,
		"http://platform.example.com":            false,
		"http://10.0.0.1":                        false,
		"http://localhost.example.com":           false,
		"https://user:CANARY@platform.example":   false,
		"https://platform.example?token=CANARY":  false,
		"https://platform.example?":              false,
		"https://platform.example#CANARY":        false,
		"platform.example.com":                   false,
		"ftp://platform.example.com":             false,
		"https://":                               false,
		"https://:443":                           false,
		"":                                       false,
		"https://exa mple":                       false,
		"mailto:CANARY@example.com":              false,
	} {
		err := CheckEndpoint(endpoint)
		if (err == nil) != ok {
			t.Errorf("%q: %v", endpoint, err)
		}
		if err != nil {
			assertNoCanary(t, endpoint, err.Error())
		}
	}
}

func TestRequests(t *testing.T) {
	s := serve(t, respondJSON(aConnector()))
	c := newClient(t, s.URL+"/base/", nil)
	_, err := c.Connectors().Create(t.Context(), api.ConnectorCreate{
		Name: "mail", Owner: "team", Type: "custom", Labels: map[string]string{},
		Credentials: map[string]secret.Value{"api_key": secret.New(canaryCredential)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = c.Connectors().Patch(t.Context(), connectorID, api.ConnectorPatch{
		Description: api.Null[string](), Credentials: map[string]secret.Value{"api_key": secret.New(canaryCredential)},
	}, Write{IfMatch: "7"}); err != nil {
		t.Fatal(err)
	}
	if _, err = c.Connectors().Patch(t.Context(), connectorID, api.ConnectorPatch{}, Write{}); err != nil {
		t.Fatal(err)
	}
	got := s.seen()
	var bodies []map[string]any
	for _, r := range got {
		var b map[string]any
		if err := json.Unmarshal([]byte(r.body), &b); err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, b)
		if r.header.Get("Authorization") != "Bearer "+canaryToken || r.header.Get("User-Agent") != "test/1" {
			t.Errorf("headers: %v", r.header)
		}
	}
	want := []map[string]any{
		{
			"name": "mail", "owner": "team", "type": "custom", "labels": map[string]any{},
			"credentials": map[string]any{"api_key": canaryCredential},
		},
		{"description": nil, "credentials": map[string]any{"api_key": canaryCredential}},
		{},
	}
	if diff := cmp.Diff(want, bodies); diff != "" {
		t.Error(diff)
	}
	if got[0].method != "POST" || got[0].path != "/base/v1/connectors" ||
		got[1].method != "PATCH" || got[1].path != "/base/v1/connectors/"+connectorID {
		t.Errorf("%s %s, %s %s", got[0].method, got[0].path, got[1].method, got[1].path)
	}
	if got[1].header.Get("If-Match") != `"7"` || got[2].header.Get("If-Match") != "" {
		t.Errorf("If-Match %q and %q", got[1].header.Get("If-Match"), got[2].header.Get("If-Match"))
	}
}

func TestIsNotFoundNeedsTheCodeOfThePlatform(t *testing.T) {
	tests := map[string]struct {
		step http.HandlerFunc
		want bool
	}{
		"the platform's": {problem(api.CodeNotFound), true},
		"a proxy's page": {html(404), false},
		"a problem without code": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", api.ProblemContentType)
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"status":404}`))
		}, false},
		"the code as plain JSON": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"code":"not_found"}`))
		}, false},
		"401":     {problem(api.CodeUnauthenticated), false},
		"403":     {problem(api.CodeForbidden), false},
		"500":     {problem(api.CodeInternal), false},
		"nothing": {cut, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := serve(t, tt.step)
			c := newClient(t, s.URL, func(cfg *Config) { cfg.MaxRetries = 0 })
			_, err := c.ScopedTokens().Get(t.Context(), "tok_01")
			if err == nil || IsNotFound(err) != tt.want {
				t.Errorf("IsNotFound(%v) = %v", err, IsNotFound(err))
			}
		})
	}
	if IsNotFound(nil) || IsNotFound(errors.New("not_found")) {
		t.Error("not an error of the client")
	}
}

// A page in the platform's place deletes nothing, whatever its status.
func TestDeleteNeedsStatus204(t *testing.T) {
	for name, tt := range map[string]struct {
		step http.HandlerFunc
		want bool
	}{
		"204":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, true},
		"200 in HTML": {html(200), false},
		"202":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, serve(t, tt.step).URL, nil)
			if err := c.ScopedTokens().Delete(t.Context(), "tok_01"); (err == nil) != tt.want {
				t.Errorf("deleted: %v", err)
			}
		})
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	other := serve(t, respondJSON(aConnector()))
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/elsewhere?CANARY", status)
		})
		c := newClient(t, s.URL, nil)
		_, readErr := c.Connectors().Get(t.Context(), connectorID)
		_, writeErr := c.Connectors().Create(t.Context(), withCredential)
		for _, err := range []error{readErr, writeErr} {
			var e *Error
			if !errors.As(err, &e) || e.Status != status || e.Attempts != 1 || !strings.Contains(err.Error(), "redirect") {
				t.Errorf("%d: %v", status, err)
			}
			assertNoCanary(t, "a redirect", err.Error())
		}
	}
	if n := len(other.seen()); n != 0 {
		t.Errorf("%d requests reached the other origin", n)
	}
}

func TestNoSecretInErrorsAndEvents(t *testing.T) {
	echo := func(code string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Request-Id", "bad id "+canaryToken)
			problem(code, func(p *api.Problem) {
				p.Detail = "refused " + canaryCredential
				p.Field = "/credentials/" + canaryToken
				p.RequestID = "no id " + canaryToken
			})(w, r)
		}
	}
	for name, step := range map[string]http.HandlerFunc{
		"invalid": echo(api.CodeInvalid), "internal": echo(api.CodeInternal), "page": html(500), "no answer": cut,
		"wrong type": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"id":"` + canaryToken + `","created_at":"` + canaryToken + `"}`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, step)
			c := newClient(t, s.URL, nil)
			_, err := c.Connectors().Create(t.Context(), withCredential)
			if err == nil {
				t.Fatal("no error")
			}
			_, findErr := c.Connectors().ByName(t.Context(), "CANARY-name")
			if findErr == nil || strings.Contains(findErr.Error(), "?") {
				t.Errorf("find: %v", findErr)
			}
			for _, format := range []string{"%v", "%+v", "%#v"} {
				assertNoCanary(t, format, fmt.Sprintf(format, err))
			}
			assertNoCanary(t, "the client", fmt.Sprintf("%+v %#v", c.Client, c.Client))
			if len(c.events) == 0 {
				t.Error("nothing was logged")
			}
			assertNoCanary(t, "an event", fmt.Sprintf("%+v", c.events))
		})
	}
}

func TestReveal(t *testing.T) {
	s := serve(t, respondJSON(map[string]any{"version": 3, "value": "qct_CANARY"}))
	c := newClient(t, s.URL, nil)
	got, err := c.ScopedTokens().Reveal(t.Context(), "tok_01", 3)
	if err != nil || got.Value.Expose() != "qct_CANARY" {
		t.Fatalf("%v, %v", got, err)
	}
	assertNoCanary(t, "a reveal", fmt.Sprintf("%+v", got))
	if r := s.seen()[0]; r.path != "/v1/scoped-tokens/tok_01/versions/3/reveal" || r.header.Get("Idempotency-Key") != "" {
		t.Errorf("%s with key %q", r.path, r.header.Get("Idempotency-Key"))
	}
	if _, err := c.ScopedTokens().Reveal(t.Context(), "tok_01", 4); err == nil {
		t.Error("another version than the one asked for was taken")
	}
}
