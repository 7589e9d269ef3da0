package acctest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Request is one request that arrived from outside, as the log has it.
type Request struct {
	Method         string
	Path           string
	IdempotencyKey string
	IfMatch        string
	// Body may carry secrets: print parts of it only.
	Body []byte
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
	noMatch  bool // the platform does not see the If-Match
	edit     func(body string) string
	token    string // that the request carries; empty: its own
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
	return AnswerWith(api.Problem{Status: status, Code: code}, headers...)
}

// AnswerWith answers with this problem. What it leaves out is filled in.
func AnswerWith(p api.Problem, headers ...string) Fault {
	p.Type, p.Title = api.ProblemTypePrefix+p.Code, http.StatusText(p.Status)
	p.Detail, p.RequestID = cmp.Or(p.Detail, "a fault made by the test"), "req_test"
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // a struct of strings
	}
	return Answer(p.Status, string(body), append([]string{"Content-Type", api.ProblemContentType}, headers...)...)
}

// AnswerHTML answers as a proxy does that knows nothing of the API.
func AnswerHTML(status int) Fault {
	return Answer(status, "<html><body><h1>"+http.StatusText(status)+"</h1></body></html>", "Content-Type", "text/html")
}

// WithoutIfMatch takes the If-Match from a request, so that the platform carries it out whatever has changed since.
func WithoutIfMatch() Fault { return Fault{noMatch: true} }

// WithToken lets a request through with another token: what its caller meets whose role is another one by now.
func WithToken(token string) Fault { return Fault{token: token} }

// Edit lets a request through and changes the body of the answer.
func Edit(edit func(body string) string) Fault { return Fault{edit: edit} }

// CutBefore cuts the connection before the platform has seen the request.
func CutBefore() Fault { return Fault{cut: true} }

// CutAfter lets the platform carry the request out, and cuts the connection instead of passing the answer on.
func CutAfter() Fault { return After(CutBefore()) }

// After lets the platform carry the request out before the fault happens: what goes wrong is the answer's way back.
func After(f Fault) Fault { f.after = true; return f }

// Delay holds a request back for d, or until the client gives up, before anything else happens to it.
func Delay(d time.Duration, then Fault) Fault { then.delay = d; return then }

// Hold holds a request back until release is closed, before anything else happens to it. If the client gives up first,
// that was all.
func Hold(release <-chan struct{}, then Fault) Fault { then.hold = release; return then }

// proxy stands in front of the platform: it keeps the log of requests and makes faults happen.
type proxy struct {
	mu     sync.Mutex
	target http.Handler
	fault  func(Request) Fault
	log    []*Request

	// after runs after each request that reached the platform, one at a time. afterMu guards it.
	afterMu sync.Mutex
	after   func()
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Read first: the server notices that a client has gone only once nothing of the request is left to read.
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	seen, fault := p.record(r, body)
	var f Fault
	if fault != nil {
		f = fault(*seen)
	}
	if f.noMatch {
		r.Header.Del("If-Match")
	}
	if f.token != "" {
		r.Header.Set("Authorization", "Bearer "+f.token)
	}
	answer := httptest.NewRecorder()
	if f.after {
		p.carryOut(answer, r)
	}
	f.wait(r.Context())
	switch {
	case f.cut:
		panic(http.ErrAbortHandler)
	case f.response != nil:
		answer = f.response.recorded()
		p.sign(answer.Header())
	case !f.after:
		p.carryOut(answer, r)
	}
	if f.edit != nil {
		answer.Body = bytes.NewBufferString(f.edit(answer.Body.String()))
		answer.Header().Del("Content-Length")
	}
	p.mu.Lock()
	seen.Status = answer.Code
	p.mu.Unlock()
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// runsPath begins the paths of the requests by which a provider says that it is alive, and how it ended. It sends them
// whenever their time comes, so the log has none of them.
const runsPath = "/v1/runs/"

// record adds a request to the log, and returns what chooses its fault.
func (p *proxy) record(r *http.Request, body []byte) (*Request, func(Request) Fault) {
	seen := &Request{
		Method: r.Method, Path: r.URL.Path, IdempotencyKey: r.Header.Get("Idempotency-Key"),
		IfMatch: r.Header.Get("If-Match"), Body: body,
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !strings.HasPrefix(r.URL.Path, runsPath) {
		p.log = append(p.log, seen)
	}
	return seen, p.fault
}

func (p *proxy) carryOut(answer *httptest.ResponseRecorder, r *http.Request) {
	p.mu.Lock()
	target := p.target
	p.mu.Unlock()
	target.ServeHTTP(answer, r)
	p.look()
}

func (a *response) recorded() *httptest.ResponseRecorder {
	out := httptest.NewRecorder()
	maps.Copy(out.Header(), a.header)
	out.WriteHeader(a.status)
	out.Body = bytes.NewBufferString(a.body)
	return out
}

// wait lets the time of a delayed answer pass, or waits for the end of a held one.
func (f Fault) wait(ctx context.Context) {
	if f.delay > 0 {
		timer := time.NewTimer(f.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	if f.hold != nil {
		select {
		case <-f.hold:
		case <-ctx.Done():
			panic(http.ErrAbortHandler)
		}
	}
}

// sign names the platform in a problem that is answered in its place, unless the fault gives it another name.
func (p *proxy) sign(h http.Header) {
	if _, named := h[api.HeaderPlatform]; named || h.Get("Content-Type") != api.ProblemContentType {
		return
	}
	p.mu.Lock()
	target := p.target
	p.mu.Unlock()
	w := httptest.NewRecorder()
	target.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/healthz", nil))
	h.Set(api.HeaderPlatform, w.Header().Get(api.HeaderPlatform))
}

// look calls after, one call at a time. A test that fails in it ends the goroutine, so the lock is released by defer.
func (p *proxy) look() {
	p.afterMu.Lock()
	defer p.afterMu.Unlock()
	if p.after != nil {
		p.after()
	}
}

// lookBy makes after what look calls. When it returns, no call of another one is under way.
func (p *proxy) lookBy(after func()) {
	p.afterMu.Lock()
	defer p.afterMu.Unlock()
	p.after = after
}

// serve makes target the platform behind the proxy.
func (p *proxy) serve(target http.Handler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}
