package acctest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// Hook is a receiver of webhooks inside the test's process, at the time of the test's clock. It answers 204 to what one
// of its secrets signed and 401 to anything else, unless the test has it do otherwise.
type Hook struct {
	// URL is where it listens.
	URL string

	t     testing.TB
	clock clock.Clock

	mu     sync.Mutex
	keys   []webhook.Key
	answer func(HookEvent) int
	events []HookEvent
}

// HookEvent is an event that arrived.
type HookEvent struct {
	ID     string
	Type   string
	Header http.Header
	Body   []byte
	// Genuine says that one of the secrets which the hook knew then has signed it.
	Genuine bool
	// Status is what the hook answered.
	Status int
}

// StartHook starts a receiver that knows no secret yet. It ends with the test.
func StartHook(tb testing.TB, c clock.Clock) *Hook {
	tb.Helper()
	h := &Hook{t: tb, clock: c}
	server := httptest.NewServer(h)
	tb.Cleanup(server.Close)
	h.URL = server.URL + "/hook"
	return h
}

// Know makes these the secrets that the hook knows, from now on: whsec_, or whpk_ for ed25519.
func (h *Hook) Know(secrets ...string) {
	h.t.Helper()
	var keys []webhook.Key
	for _, s := range secrets {
		k, err := webhook.ParseSecret(s)
		if err != nil {
			h.t.Fatal(err)
		}
		keys = append(keys, k)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keys = keys
}

// Answer lets the test choose the status of every answer; nil goes back to telling the genuine from the rest.
func (h *Hook) Answer(choose func(HookEvent) int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = choose
}

// Events returns what has arrived so far, oldest first; the probes of the platform are left out.
func (h *Hook) Events() []HookEvent {
	return h.of(func(e HookEvent) bool { return e.Type != api.ProbeEventType })
}

// Probes returns the probes that have arrived so far, oldest first.
func (h *Hook) Probes() []HookEvent {
	return h.of(func(e HookEvent) bool { return e.Type == api.ProbeEventType })
}

// Accepted returns the ids of the events that were answered 2xx, in the order in which they came.
func (h *Hook) Accepted() []string {
	var ids []string
	for _, e := range h.Events() {
		if e.Status < 300 {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

func (h *Hook) of(wanted func(HookEvent) bool) []HookEvent {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []HookEvent
	for _, e := range h.events {
		if wanted(e) {
			out = append(out, e)
		}
	}
	return out
}

// ServeHTTP receives one event.
func (h *Hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	var content struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(body, &content)
	h.mu.Lock()
	defer h.mu.Unlock()
	e := HookEvent{
		ID: r.Header.Get(webhook.HeaderID), Type: content.Type, Header: r.Header.Clone(), Body: body,
		Status: http.StatusUnauthorized,
	}
	e.Genuine = len(h.keys) > 0 && webhook.Verify(h.keys, r.Header, body, h.clock.Now(), webhook.DefaultTolerance) == nil
	if e.Genuine {
		e.Status = http.StatusNoContent
	}
	if h.answer != nil {
		e.Status = h.answer(e)
	}
	h.events = append(h.events, e)
	w.WriteHeader(e.Status)
}
