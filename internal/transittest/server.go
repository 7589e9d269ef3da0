// Package transittest has a server that answers as the transit secrets engine of Vault and OpenBao does, for tests. It
// was written from the public description of the API, and is as strict as the real ones are. The suite of package
// transit runs on it, and on a real server where there is one.
package transittest

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// Mode is how the server is.
type Mode string

// The modes.
const (
	Active     Mode = "active"
	Sealed     Mode = "sealed"
	Standby    Mode = "standby"    // it knows no active server
	Redirected Mode = "redirected" // a standby that sends clients to another host
	Down       Mode = "down"       // it breaks connections off
)

// Mount is where the engine is.
const Mount = "transit"

// maxStrings is how many strings a request may have, keys of objects among them.
const maxStrings = 1000

// Server is the double.
type Server struct {
	Host string // with the port

	clock clock.Clock
	http  *httptest.Server

	mu        sync.Mutex
	mode      Mode
	failures  []failure
	elsewhere string // where a standby sends clients
	namespace string // in which everything is; empty: the root
	engine    bool   // it is mounted
	keys      map[string]*key
	tokens    map[string]*token
	roles     map[string]*role // by mount and name
	calls     map[string]int   // by route
	secrets   []string
}

type failure struct {
	status, after int
}

// New starts a server with one key, "quickconnect".
func New(tb testing.TB, c clock.Clock) *Server {
	tb.Helper()
	s := &Server{
		clock: c, mode: Active, engine: true, keys: map[string]*key{}, tokens: map[string]*token{},
		roles: map[string]*role{}, calls: map[string]int{},
	}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	tb.Cleanup(s.http.Close)
	s.Host = strings.TrimPrefix(s.http.URL, "http://")
	s.CreateKey("quickconnect")
	return s
}

// Set sets the mode.
func (s *Server) Set(m Mode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode = m
}

// RedirectTo makes the server a standby that sends clients to another address.
func (s *Server) RedirectTo(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode, s.elsewhere = Redirected, url
}

// Fail has the next n requests answered with a status, and with Retry-After unless that is 0.
func (s *Server) Fail(n, status, retryAfter int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.failures = append(s.failures, failure{status, retryAfter})
	}
}

// In puts everything into a namespace.
func (s *Server) In(namespace string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.namespace = namespace
	return nil
}

// Clock returns the clock of the leases.
func (s *Server) Clock() clock.Clock { return s.clock }

// Unmount disables the engine.
func (s *Server) Unmount() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.engine = false
}

// Calls returns how many requests a route got, such as transit/decrypt/quickconnect.
func (s *Server) Calls(route string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[route]
}

// Secrets returns every token and JWT that the server ever knew: none may be in a log.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.secrets...)
}

// URI returns the URI of the key "quickconnect" with the parameters, which is how a client with a token file uses it.
func (s *Server) URI(parameters ...string) string {
	return "hcvault+http://" + s.Host + "/" + Mount + "/quickconnect?" + strings.Join(parameters, "&")
}

// TokenFile writes a token into a file of its own, and returns the parameter of a URI that names it.
func TokenFile(tb testing.TB, token string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "token")
	Write(tb, path, token)
	return "token-file=" + path
}

// Write writes a file of a login.
func Write(tb testing.TB, path, text string) {
	tb.Helper()
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		tb.Fatal(err)
	}
}

func random(prefix string) string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return prefix + hex.EncodeToString(b)
}

// request is a request that the server has read.
type request struct {
	method, route string
	token         *token
	body          map[string]any
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	route, ok := strings.CutPrefix(r.URL.Path, "/v1/")
	s.calls[route]++
	switch {
	case s.mode == Down:
		panic(http.ErrAbortHandler)
	case !ok:
		refuse(w, http.StatusNotFound)
	case route == "sys/health":
		s.health(w)
	case s.mode == Sealed:
		refuse(w, http.StatusServiceUnavailable, "Vault is sealed")
	case s.mode == Standby:
		refuse(w, http.StatusServiceUnavailable, "no active Vault instance found")
	case s.mode == Redirected:
		w.Header().Set("Location", s.elsewhere+r.URL.Path)
		w.WriteHeader(http.StatusTemporaryRedirect)
	case len(s.failures) > 0:
		next := s.failures[0]
		s.failures = s.failures[1:]
		if next.after > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(next.after))
		}
		refuse(w, next.status, "the text of a failure, which nobody repeats")
	default:
		s.answer(w, r, route)
	}
}

func (s *Server) health(w http.ResponseWriter) {
	status := map[Mode]int{
		Active: http.StatusOK, Sealed: http.StatusServiceUnavailable, Standby: http.StatusTooManyRequests,
		Redirected: http.StatusTooManyRequests,
	}[s.mode]
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"initialized": true, "sealed": s.mode == Sealed})
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, route string) {
	text, err := io.ReadAll(io.LimitReader(r.Body, 32<<20))
	req := request{method: r.Method, route: route, body: map[string]any{}}
	if err == nil && len(text) > 0 {
		err = json.Unmarshal(text, &req.body)
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "failed to parse JSON input: "+string(text)) // as careless as a server may be
		return
	}
	if stringsIn(req.body) > maxStrings {
		refuse(w, http.StatusBadRequest, "JSON body exceeds the maximum number of strings")
		return
	}
	login := r.Method == http.MethodPost && strings.HasPrefix(route, "auth/") && strings.HasSuffix(route, "/login")
	if r.Header.Get("X-Vault-Namespace") != s.namespace {
		refuse(w, http.StatusForbidden, "permission denied")
		return
	}
	if login {
		s.login(w, req)
		return
	}
	value := r.Header.Get("X-Vault-Token")
	req.token = s.tokens[value]
	if req.token == nil || req.token.ended(s.clock.Now()) || !req.token.may(route) {
		refuse(w, http.StatusForbidden, "2 errors occurred:\n\t* permission denied\n\t* invalid token "+value+"\n\n")
		return
	}
	s.dispatch(w, req)
}

func (s *Server) dispatch(w http.ResponseWriter, req request) {
	switch {
	case req.route == "auth/token/lookup-self" && req.method == http.MethodGet:
		s.lookup(w, req)
	case req.route == "auth/token/renew-self" && req.method == http.MethodPost:
		s.renew(w, req)
	case strings.HasPrefix(req.route, Mount+"/") && !s.engine, !strings.HasPrefix(req.route, Mount+"/"):
		refuse(w, http.StatusNotFound, "no handler for route \""+req.route+"\". route entry not found.")
	case req.method != http.MethodPost:
		refuse(w, http.StatusMethodNotAllowed, "1 error occurred:\n\t* unsupported operation\n\n")
	default:
		s.transit(w, req)
	}
}

// stringsIn counts the strings of a body.
func stringsIn(v any) (n int) {
	switch v := v.(type) {
	case string:
		return 1
	case []any:
		for _, e := range v {
			n += stringsIn(e)
		}
	case map[string]any:
		for _, e := range v {
			n += 1 + stringsIn(e)
		}
	}
	return n
}

func refuse(w http.ResponseWriter, status int, errors ...string) {
	respond(w, status, map[string]any{"errors": append([]string{}, errors...)})
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// Wait is how long a test lets a lease pass: a real server needs real time.
func (s *Server) Wait(d time.Duration) {
	if fake, ok := s.clock.(*clock.Fake); ok {
		fake.Advance(d)
	}
}
