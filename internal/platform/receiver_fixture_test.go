package platform_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// arrival is one request to a receiver.
type arrival struct {
	context context.Context // ends when the sender hangs up
	at      time.Time       // by the world's clock
	method  string
	path    string // with its query
	header  http.Header
	body    []byte
	genuine bool // a key that the receiver knew then has signed it
}

func (a arrival) id() string { return a.header.Get(webhook.HeaderID) }

// event is the body of a delivery, with all of its members.
type event struct {
	Type        string          `json:"type"`
	Timestamp   time.Time       `json:"timestamp"`
	Data        json.RawMessage `json:"data"`
	Tenant      string          `json:"tenant"`
	Environment string          `json:"environment"`
	EndpointID  string          `json:"endpoint_id"`
}

func (a arrival) event(tb testing.TB) (e event) {
	tb.Helper()
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		tb.Fatalf("the body of %s: %v", a.id(), err)
	}
	return e
}

// answering writes the response to one request.
type answering func(http.ResponseWriter, arrival)

// with answers every request with one status.
func with(status int, headers ...header) answering {
	return func(rw http.ResponseWriter, _ arrival) {
		for _, h := range headers {
			if h.value != "" {
				rw.Header().Set(h.name, h.value)
			}
		}
		rw.WriteHeader(status)
	}
}

// verifying answers 204 to a genuine request, and the status to any other.
func verifying(status int) answering {
	return func(rw http.ResponseWriter, a arrival) {
		if a.genuine {
			rw.WriteHeader(http.StatusNoContent)
			return
		}
		rw.WriteHeader(status)
	}
}

// hangUp closes the connection without a response.
func hangUp(http.ResponseWriter, arrival) { panic(http.ErrAbortHandler) }

// hang does not answer before the sender has given up.
func hang(_ http.ResponseWriter, a arrival) { <-a.context.Done() }

// receiver is the server behind an endpoint. By default it verifies with its keys, and answers 401 to other requests.
type receiver struct {
	w      *world
	server *httptest.Server

	mu     sync.Mutex
	keys   []webhook.Key
	answer answering
	got    []arrival
}

func (w *world) newReceiver() *receiver {
	w.t.Helper()
	r := &receiver{w: w, answer: verifying(http.StatusUnauthorized)}
	r.server = httptest.NewServer(r)
	w.t.Cleanup(r.server.Close)
	return r
}

// ServeHTTP records the request and answers it.
func (r *receiver) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		r.w.t.Errorf("a receiver cannot read a body: %v", err)
	}
	r.mu.Lock()
	a := arrival{
		context: req.Context(), at: r.w.clock.Now(), method: req.Method, path: req.URL.RequestURI(),
		header: req.Header, body: body,
	}
	a.genuine = len(r.keys) > 0 && webhook.Verify(r.keys, a.header, body, a.at, webhook.DefaultTolerance) == nil
	r.got = append(r.got, a)
	answer := r.answer
	r.mu.Unlock()
	answer(rw, a)
}

// says sets how the receiver answers.
func (r *receiver) says(a answering) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = a
}

// knows sets the keys that the receiver verifies with.
func (r *receiver) knows(keys ...webhook.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = keys
}

// arrived returns the requests since its last call.
func (r *receiver) arrived() []arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

// took is arrived, and fails the test unless n requests arrived.
func (r *receiver) took(n int) []arrival {
	r.w.t.Helper()
	got := r.arrived()
	if len(got) != n {
		r.w.t.Fatalf("%d requests arrived at %s, want %d", len(got), r.w.clock.Now().Format(time.RFC3339), n)
	}
	return got
}
