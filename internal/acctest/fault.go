package acctest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Request is one request that arrived from outside, as the log has it. It has no body: bodies carry secrets.
type Request struct {
	Method         string
	Path           string
	IdempotencyKey string
	IfMatch        string
	// Status is what was answered; 0 while it is not, or where the connection was cut.
	Status int
}

// Fault is what the network, or something between client and platform, does to one request. The zero value is nothing.
type Fault struct {
	after    bool // the platform has carried the request out before the rest happens
	delay    time.Duration
	hold     <-chan struct{}
	response *response
	cut      bool
}

type response struct {
	status int
	header http.Header
	body   string
}

// Pass lets a request through.
func Pass() Fault { return Fault{} }

// Answer answers in the platform's place. Headers are name, value, name, value.
func Answer(status int, body string, headers ...string) Fault {
	h := http.Header{}
	for pair := range slices.Chunk(headers, 2) {
		h.Set(pair[0], pair[1])
	}
	return Fault{response: &response{status, h, body}}
}

// AnswerProblem answers with the platform's kind of error, as if it came from the platform.
func AnswerProblem(status int, code string, headers ...string) Fault {
	body, err := json.Marshal(api.Problem{
		Type: api.ProblemTypePrefix + code, Title: http.StatusText(status), Status: status,
		Detail: "a fault made by the test", Code: code, RequestID: "req_test",
	})
	if err != nil {
		panic(err) // a struct of strings
	}
	return Answer(status, string(body), append([]string{"Content-Type", api.ProblemContentType}, headers...)...)
}

// AnswerHTML answers as a proxy does that knows nothing of the API.
func AnswerHTML(status int) Fault {
	return Answer(status, "<html><body><h1>"+http.StatusText(status)+"</h1></body></html>", "Content-Type", "text/html")
}

// CutBefore cuts the connection before the platform has seen the request.
func CutBefore() Fault { return Fault{cut: true} }

// CutAfter lets the platform carry the request out, and cuts the connection instead of passing the answer on.
func CutAfter() Fault { return After(CutBefore()) }

// After lets the platform carry the request out before the fault happens: what goes wrong is the answer's way back.
func After(f Fault) Fault { f.after = true; return f }

// Delay holds a request back for d, or until the client gives up, before anything else happens to it.
func Delay(d time.Duration, then Fault) Fault { then.delay = d; return then }

// Hold holds a request back until release is closed, before anything else happens to it. If the client gives up first, that was all.
func Hold(release <-chan struct{}, then Fault) Fault { then.hold = release; return then }

// proxy stands in front of the platform: it keeps the log of requests and makes faults happen.
type proxy struct {
	mu     sync.Mutex
	target http.Handler
	fault  func(Request) Fault
	log    []*Request
	// after runs after each request that reached the platform, one at a time.
	after   func()
	afterMu sync.Mutex
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seen := &Request{Method: r.Method, Path: r.URL.Path, IdempotencyKey: r.Header.Get("Idempotency-Key"), IfMatch: r.Header.Get("If-Match")}
	p.mu.Lock()
	p.log = append(p.log, seen)
	target, fault, after := p.target, p.fault, p.after
	p.mu.Unlock()

	// Read first: the server notices that a client has gone only once nothing of the request is left to read.
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var f Fault
	if fault != nil {
		f = fault(*seen)
	}
	answer := httptest.NewRecorder()
	carryOut := func() {
		target.ServeHTTP(answer, r)
		p.look(after)
	}
	if f.after {
		carryOut()
	}
	if f.delay > 0 {
		timer := time.NewTimer(f.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		}
	}
	if f.hold != nil {
		select {
		case <-f.hold:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	switch {
	case f.cut:
		panic(http.ErrAbortHandler)
	case f.response != nil:
		answer = httptest.NewRecorder()
		for name, values := range f.response.header {
			answer.Header()[name] = values
		}
		if answer.Header().Get("Content-Type") == api.ProblemContentType {
			answer.Header().Set(api.HeaderPlatform, nameOf(target))
		}
		answer.WriteHeader(f.response.status)
		answer.Body = bytes.NewBufferString(f.response.body)
	case !f.after:
		carryOut()
	}
	p.mu.Lock()
	seen.Status = answer.Code
	p.mu.Unlock()
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// nameOf is what a platform calls itself in every answer.
func nameOf(target http.Handler) string {
	w := httptest.NewRecorder()
	target.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/healthz", nil))
	return w.Header().Get(api.HeaderPlatform)
}

// look calls after, one call at a time. A test that fails in it ends the goroutine, so the lock is released by defer.
func (p *proxy) look(after func()) {
	if after == nil {
		return
	}
	p.afterMu.Lock()
	defer p.afterMu.Unlock()
	after()
}

// serve makes target the platform behind the proxy.
func (p *proxy) serve(target http.Handler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}
