package client

import (
	"context"
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
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func serveTLS(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(answerJSON(aConnector()))
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

func TestWhatIsSent(t *testing.T) {
	s := serve(t, answerJSON(aConnector()))
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
		{"name": "mail", "owner": "team", "type": "custom", "labels": map[string]any{}, "credentials": map[string]any{"api_key": canaryCredential}},
		{"description": nil, "credentials": map[string]any{"api_key": canaryCredential}},
		{},
	}
	if diff := cmp.Diff(want, bodies); diff != "" {
		t.Error(diff)
	}
	if got[0].method != "POST" || got[0].path != "/base/v1/connectors" || got[1].method != "PATCH" || got[1].path != "/base/v1/connectors/"+connectorID {
		t.Errorf("%s %s, %s %s", got[0].method, got[0].path, got[1].method, got[1].path)
	}
	if got[1].header.Get("If-Match") != `"7"` || got[2].header.Get("If-Match") != "" {
		t.Errorf("If-Match %q and %q", got[1].header.Get("If-Match"), got[2].header.Get("If-Match"))
	}
}

func TestOnlyTheAPIsOwnNotFoundIsOne(t *testing.T) {
	tests := map[string]struct {
		step http.HandlerFunc
		want bool
	}{
		"the platform's": {problem(api.CodeNotFound), true},
		"a proxy's page": {html(404), false},
		"a problem without code": {withHeader("Content-Type", api.ProblemContentType, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"status":404}`))
		}), false},
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
func TestOnlyTheAPIDeletes(t *testing.T) {
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
	other := serve(t, answerJSON(aConnector()))
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/elsewhere?CANARY", status)
		})
		c := newClient(t, s.URL, nil)
		_, readErr := c.Connectors().Get(t.Context(), connectorID)
		_, writeErr := c.Connectors().Create(t.Context(), api.ConnectorCreate{Name: "mail", Credentials: map[string]secret.Value{"k": secret.New(canaryCredential)}})
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
			_, err := c.Connectors().Create(t.Context(), api.ConnectorCreate{Name: "mail", Credentials: map[string]secret.Value{"k": secret.New(canaryCredential)}})
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

func TestAnswersAreBounded(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		chunk := []byte(strings.Repeat(" ", 1<<20))
		for range maxResponse>>20 + 1 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	c := newClient(t, s.URL, nil)
	_, err := c.Connectors().Get(t.Context(), connectorID)
	if !errors.Is(err, errTooLarge) || len(s.seen()) != 1 {
		t.Errorf("got %v after %d requests", err, len(s.seen()))
	}
}

func TestByName(t *testing.T) {
	page := func(next string, names ...string) http.HandlerFunc {
		items := []api.Connector{}
		for i, n := range names {
			items = append(items, api.Connector{Object: api.Object{ID: fmt.Sprintf("con_%d", i), Name: n}})
		}
		return answerJSON(api.Page[api.Connector]{Items: items, NextPageToken: next})
	}
	s := serve(t, page("p2", "mail-2", "mail-3"), page("", "mail"))
	c := newClient(t, s.URL, nil)
	got, err := c.Connectors().ByName(t.Context(), "mail")
	if err != nil || got.Name != "mail" {
		t.Fatalf("%v, %v", got, err)
	}
	if q := s.seen(); q[0].query != "name=mail" || q[1].query != "name=mail&page_token=p2" {
		t.Errorf("queries %q and %q", q[0].query, q[1].query)
	}
	for _, r := range c.events {
		if strings.Contains(r.Route, "?") {
			t.Errorf("the log has the query: %s", r.Route)
		}
	}
	empty := serve(t, page(""))
	if _, err := newClient(t, empty.URL, nil).Connectors().ByName(t.Context(), "mail"); !IsNotFound(err) {
		t.Errorf("got %v", err)
	}
	loop := serve(t, page("same", "other"))
	if _, err := newClient(t, loop.URL, nil).Connectors().ByName(t.Context(), "mail"); !IsNotFound(err) || len(loop.seen()) != 2 {
		t.Errorf("got %v after %d requests", err, len(loop.seen()))
	}
}

func TestIDsAreChecked(t *testing.T) {
	s := serve(t, answerJSON(aConnector()))
	c := newClient(t, s.URL, nil)
	for _, id := range []string{"", "..", "con_1/../../x", "con_1?x", "mail"} {
		if _, err := c.Connectors().Get(t.Context(), id); err == nil {
			t.Errorf("read %q: no error", id)
		}
		if _, err := c.Connectors().Patch(t.Context(), id, api.ConnectorPatch{}, Write{}); err == nil {
			t.Errorf("patch %q: no error", id)
		}
		if err := c.ScopedTokens().Delete(t.Context(), id); err == nil {
			t.Errorf("delete %q: no error", id)
		}
		if _, err := c.ScopedTokens().Step(t.Context(), id, api.StepBegin, api.StepRequest{}, Write{}); err == nil {
			t.Errorf("step %q: no error", id)
		}
	}
	if n := len(s.seen()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestReveal(t *testing.T) {
	s := serve(t, answerJSON(map[string]any{"version": 3, "value": "qct_CANARY"}))
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

func TestRequestTimeoutIsPerAttempt(t *testing.T) {
	release := make(chan struct{})
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}, answerJSON(aConnector()))
	defer close(release)
	c := newClient(t, s.URL, func(cfg *Config) { cfg.RequestTimeout = 50 * time.Millisecond })
	if _, err := c.Connectors().Get(t.Context(), connectorID); err != nil {
		t.Fatalf("the second attempt was not made: %v", err)
	}
	if f := c.events[0].Failure; f != "no answer within 50ms" {
		t.Errorf("the first attempt failed with %q", f)
	}
}

func TestRateLimit(t *testing.T) {
	s := serve(t, answerJSON(aConnector()))
	c := newClient(t, s.URL, func(cfg *Config) { cfg.RequestsPerSecond = 0.0001 })
	if _, err := c.Connectors().Get(t.Context(), connectorID); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	// Its turn comes after the deadline, so it fails at once and is not retried.
	_, err := c.Connectors().Get(ctx, connectorID)
	var e *Error
	if !errors.As(err, &e) || e.Attempts != 0 || len(c.waits) != 0 || len(s.seen()) != 1 {
		t.Errorf("got %v after %d requests", err, len(s.seen()))
	}
}

// A list that is none says nothing about what there is: a wrong path in endpoint may well answer JSON.
func TestByNameWantsAList(t *testing.T) {
	for _, body := range []string{`{}`, `null`, `{"items":null}`, `{"status":"ok"}`} {
		s := serve(t, withHeader("Content-Type", "application/json", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		_, err := newClient(t, s.URL, nil).ScopedTokens().ByName(t.Context(), "mail")
		if err == nil || IsNotFound(err) || !strings.Contains(err.Error(), "not from the platform API") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestWhatIsNoIDIsNotSent(t *testing.T) {
	s := serve(t, answerJSON(aConnector()))
	c := newClient(t, s.URL, nil)
	for _, id := range []string{"", "tok_my-notifier", "notifier", "tok_1/../../v1/identity", "tok_"} {
		_, err := c.ScopedTokens().Get(t.Context(), id)
		bad := (*IDError)(nil)
		if !errors.As(err, &bad) || bad.Prefix != "tok_" || strings.Contains(err.Error(), "no answer") {
			t.Errorf("%q: %v", id, err)
		}
	}
	if len(s.seen()) != 0 {
		t.Errorf("%d requests", len(s.seen()))
	}
}
