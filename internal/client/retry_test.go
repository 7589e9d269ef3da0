package client

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func TestRetries(t *testing.T) {
	ok := respondJSON(aConnector())
	steps := func(steps ...http.HandlerFunc) []http.HandlerFunc { return steps }
	tests := map[string]struct {
		steps    []http.HandlerFunc
		requests int
		code     string // of the final error; "-" for an error without code
		status   int
	}{
		"500 is retried":                {steps(problem(api.CodeInternal), ok), 2, "", 0},
		"503 is retried":                {steps(problem(api.CodeUnavailable), ok), 2, "", 0},
		"502 of a proxy is retried":     {steps(html(502), ok), 2, "", 0},
		"429 is retried":                {steps(problem(api.CodeRateLimited), ok), 2, "", 0},
		"a full environment is not":     {steps(problem(api.CodeLimitReached)), 1, api.CodeLimitReached, 429},
		"an unconfirmed restore is not": {steps(problem(api.CodeRestored)), 1, api.CodeRestored, 503},
		"in_progress is retried":        {steps(problem(api.CodeInProgress), ok), 2, "", 0},
		"a cut is retried":              {steps(cut, ok), 2, "", 0},
		"a cut body is retried": {[]http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"id":`))
			_ = http.NewResponseController(w).Flush()
			cut(w, r)
		}, ok}, 2, "", 0},
		"500 for ever ends, with its status":  {steps(problem(api.CodeInternal)), 4, api.CodeInternal, 500},
		"cut for ever ends":                   {steps(cut), 4, "-", 0},
		"501 is not retried":                  {steps(html(501)), 1, "-", 501},
		"a conflict is not retried":           {steps(problem(api.CodeConflict)), 1, api.CodeConflict, 409},
		"in_progress of a page is not":        {steps(html(409)), 1, "-", 409},
		"400 is not retried":                  {steps(html(400)), 1, "-", 400},
		"401 is not retried":                  {steps(problem(api.CodeUnauthenticated)), 1, api.CodeUnauthenticated, 401},
		"a response that is no JSON is final": {steps(html(200)), 1, "-", 200},
		"JSON that is no object is final":     {steps(respondJSON(map[string]string{"hello": "world"})), 1, "-", 200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := serve(t, tt.steps...)
			c := newClient(t, s.URL, nil)
			got, err := c.Connectors().Create(t.Context(), api.ConnectorCreate{Name: "mail"})
			if n := len(s.seen()); n != tt.requests {
				t.Errorf("sent %d requests, want %d", n, tt.requests)
			}
			for i, r := range s.seen() {
				first := s.seen()[0].header.Get("Idempotency-Key")
				if key := r.header.Get("Idempotency-Key"); key == "" || key != first {
					t.Errorf("request %d has idempotency key %q, the first one %q", i, key, first)
				}
				if r.body != s.seen()[0].body || r.body == "" {
					t.Errorf("request %d has another body", i)
				}
			}
			if tt.code == "" {
				if err != nil || got.ID != connectorID {
					t.Fatalf("got %v, %v", got, err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error", err)
			}
			code := tt.code
			if code == "-" {
				code = ""
			}
			if e.Code != code || e.Status != tt.status || e.Attempts != tt.requests {
				t.Errorf("got code %q, status %d, %d attempts", e.Code, e.Status, e.Attempts)
			}
			if passes := tt.requests > 1; Passes(err) != passes {
				t.Errorf("it may pass: %t", !passes)
			}
		})
	}
}

// Of a client without an access token, what came of the exchange counts.
func TestPasses(t *testing.T) {
	away, refused := &Error{Status: http.StatusBadGateway}, &Error{Status: 400, Code: api.CodeInvalidGrant}
	for name, tt := range map[string]struct {
		err  error
		want bool
	}{
		"the platform is away":     {&Error{Cause: &WorkloadError{Cause: away}}, true},
		"the JWT is refused":       {&Error{Cause: &WorkloadError{Cause: refused}}, false},
		"there is no JWT":          {&Error{Cause: &WorkloadError{Cause: errors.New("no file")}}, false},
		"the run is interrupted":   {&Error{Cause: &transportError{"", context.Canceled}}, false},
		"no answer in time":        {&Error{Cause: &transportError{"", &timeoutError{time.Second}}}, true},
		"an id that is none":       {&Error{Cause: &IDError{"con_"}}, false},
		"an error of another kind": {errors.New("another"), false},
	} {
		if Passes(tt.err) != tt.want {
			t.Errorf("%s: may pass: %t", name, !tt.want)
		}
	}
}

func TestNewKeyForEveryOperation(t *testing.T) {
	s := serve(t, respondJSON(aConnector()))
	c := newClient(t, s.URL, nil)
	for range 2 {
		if _, err := c.Connectors().Patch(t.Context(), connectorID, api.ConnectorPatch{}, Write{}); err != nil {
			t.Fatal(err)
		}
	}
	first, second := s.seen()[0].header.Get("Idempotency-Key"), s.seen()[1].header.Get("Idempotency-Key")
	if first == "" || first == second {
		t.Errorf("keys %q and %q", first, second)
	}
	if _, err := c.Connectors().Get(t.Context(), connectorID); err != nil {
		t.Fatal(err)
	}
	if key := s.seen()[2].header.Get("Idempotency-Key"); key != "" {
		t.Errorf("a read carries the idempotency key %q", key)
	}
}

func TestWaitsBetweenAttempts(t *testing.T) {
	ok := respondJSON(aConnector())
	limited := problem(api.CodeRateLimited)
	steps := func(steps ...http.HandlerFunc) []http.HandlerFunc { return append(steps, ok) }
	after := func(value string, step http.HandlerFunc) http.HandlerFunc {
		return withHeader("Retry-After", value, step)
	}
	const ms = time.Millisecond
	tests := map[string]struct {
		steps  []http.HandlerFunc
		random float64
		want   []time.Duration
	}{
		"growing, half of it at random": {steps(cut, cut, cut), 0, []time.Duration{250 * ms, 500 * ms, time.Second}},
		"the other half":                {steps(cut, cut, cut), 0.5, []time.Duration{375 * ms, 750 * ms, 1500 * ms}},
		"as asked":                      {steps(after("7", limited)), 0, []time.Duration{7 * time.Second}},
		"a little later than asked":     {steps(after("10", limited)), 0.5, []time.Duration{10550 * ms}},
		"a date, by the clock of the answer": {
			steps(after("Fri, 01 May 2020 12:00:09 GMT",
				withHeader("Date", "Fri, 01 May 2020 12:00:00 GMT", problem(api.CodeUnavailable)))), 0,
			[]time.Duration{9 * time.Second},
		},
		"the year 9999 is capped": {
			steps(after("Fri, 31 Dec 9999 23:59:59 GMT", limited)), 0.9, []time.Duration{30 * time.Second},
		},
		"too many seconds are capped": {
			steps(after("99999999999999999999", limited)), 0.9, []time.Duration{30 * time.Second},
		},
		"a date in the past":     {steps(after("Fri, 01 May 2020 12:00:09 GMT", limited)), 0, []time.Duration{0}},
		"an hour is capped":      {steps(after("3600", limited)), 0.9, []time.Duration{30 * time.Second}},
		"nonsense is ignored":    {steps(after("soon", limited)), 0, []time.Duration{250 * ms}},
		"not asked for by a 500": {steps(after("7", problem(api.CodeInternal))), 0, []time.Duration{250 * ms}},
		"in progress":            {steps(after("1", problem(api.CodeInProgress))), 0, []time.Duration{time.Second}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := serve(t, tt.steps...)
			c := newClient(t, s.URL, func(cfg *Config) { cfg.Random = func() float64 { return tt.random } })
			if _, err := c.Connectors().Get(t.Context(), connectorID); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, c.waits); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBackoffIsBounded(t *testing.T) {
	c := newClient(t, "http://127.0.0.1:1", func(cfg *Config) { cfg.Random = func() float64 { return 0.999 } })
	bounded := backoff(nil, func() float64 { return 0.999 })
	for n := range 40 {
		if d := bounded(0, 0, n, nil); d <= 0 || d > maxBackoff {
			t.Errorf("attempt %d waits %s", n, d)
		}
	}
	if _, err := c.Connectors().Get(t.Context(), connectorID); err == nil || len(c.waits) != 3 {
		t.Errorf("a refused connection: %v after %d waits", err, len(c.waits))
	}
}

func TestTLSErrorsAreFinal(t *testing.T) {
	s := serveTLS(t)
	c := newClient(t, s.URL, nil)
	_, err := c.Connectors().Get(t.Context(), connectorID)
	var e *Error
	if !errors.As(err, &e) || e.Attempts != 1 || len(c.waits) != 0 {
		t.Fatalf("got %v; a certificate that nobody signed will not be better next time", err)
	}
	// Plain HTTP where TLS is expected.
	plain := serve(t, respondJSON(aConnector()))
	c = newClient(t, "https"+plain.URL[len("http"):], nil)
	if _, err = c.Connectors().Get(t.Context(), connectorID); !errors.As(err, &e) || e.Attempts != 1 {
		t.Fatalf("got %v with %d attempts", err, e.Attempts)
	}
}

func TestCAFile(t *testing.T) {
	s := serveTLS(t)
	c := newClient(t, s.URL, func(cfg *Config) { cfg.CAFile = caFile(t, s) })
	if _, err := c.Connectors().Get(t.Context(), connectorID); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"no such file":             func(cfg *Config) { cfg.CAFile = t.TempDir() + "/none" },
		"certificate without key":  func(cfg *Config) { cfg.ClientCertificateFile = "c.pem" },
		"key without certificate":  func(cfg *Config) { cfg.ClientKeyFile = "k.pem" },
		"certificate that is none": func(cfg *Config) { cfg.ClientCertificateFile, cfg.ClientKeyFile = "c.pem", "k.pem" },
		"a token with a line end":  func(cfg *Config) { cfg.Token = secret.New(canaryToken + "\n") },
		"no token":                 func(cfg *Config) { cfg.Token = secret.Value{} },
	} {
		cfg := Config{Endpoint: s.URL, Token: secret.New(canaryToken)}
		change(&cfg)
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		} else {
			assertNoCanary(t, name, err.Error())
		}
	}
}
