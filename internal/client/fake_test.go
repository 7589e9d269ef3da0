package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	canaryToken      = "qcp_CANARYtokenCANARYtokenCANARY000000"
	canaryCredential = "CANARY-credential-value"
	connectorID      = "con_01ARZ3NDEKTSV4RRFFQ69G5FAV"
)

// recorded is one request as the server saw it.
type recorded struct {
	method, path, query string
	header              http.Header
	body                string
}

// server responds with one step after the other and stays at the last one.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []recorded
}

func serve(t *testing.T, steps ...http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body strings.Builder
		buf := make([]byte, 32<<10)
		for {
			n, err := r.Body.Read(buf)
			body.Write(buf[:n])
			if err != nil {
				break
			}
		}
		s.mu.Lock()
		n := len(s.requests)
		s.requests = append(s.requests, recorded{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Clone(), body.String()})
		s.mu.Unlock()
		w.Header().Set(api.HeaderPlatform, here().Platform().String())
		steps[min(n, len(steps)-1)](w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) seen() []recorded {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]recorded(nil), s.requests...)
}

// sut is a client that does not wait between attempts. It writes down how long it would have waited.
type sut struct {
	*Client
	mu     sync.Mutex
	waits  []time.Duration
	events []Event
}

func newClient(t *testing.T, endpoint string, change func(*Config)) *sut {
	t.Helper()
	s := &sut{}
	cfg := Config{
		Endpoint: endpoint, Token: secret.New(canaryToken), UserAgent: "test/1",
		MaxRetries: 3, RequestTimeout: 10 * time.Second,
		Clock:  clock.NewFake(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)),
		Random: func() float64 { return 0 },
		Log: func(_ context.Context, e Event) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.events = append(s.events, e)
		},
	}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	wanted := c.http.Backoff
	c.http.Backoff = func(lo, hi time.Duration, n int, resp *http.Response) time.Duration {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.waits = append(s.waits, wanted(lo, hi, n, resp))
		return 0
	}
	s.Client = c
	s.pace().after = func(_ time.Duration, f func()) { go f() }
	return s
}

func (s *sut) pace() *pace {
	attempts, _ := s.http.HTTPClient.Transport.(*transport)
	return attempts.pace
}

func problem(code string, change ...func(*api.Problem)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		p := api.Problem{
			Type: api.ProblemTypePrefix + code, Status: api.StatusOf[code], Code: code, Detail: "what the platform says",
		}
		for _, c := range change {
			c(&p)
		}
		w.Header().Set("Content-Type", api.ProblemContentType)
		w.WriteHeader(p.Status)
		_ = json.NewEncoder(w).Encode(p)
	}
}

func respondJSON(v any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
}

var withCredential = api.ConnectorCreate{
	Name: "mail", Credentials: map[string]secret.Value{"k": secret.New(canaryCredential)},
}

func aConnector() api.Connector {
	return api.Connector{
		Object: api.Object{ID: connectorID, Name: "mail", Tenant: "acme", Environment: "staging"},
		Type:   "custom", Owner: "team",
	}
}

// cut closes the connection without a response.
func cut(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

func html(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<html>not here " + canaryToken + "</html>"))
	}
}

func withHeader(name, value string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(name, value)
		next(w, r)
	}
}
