package platform_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// TestRetries makes all attempts at one event: the same id, new timestamps and signatures, and the waits of the
// schedule.
func TestRetries(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.says(with(http.StatusInternalServerError))
	id := w.sent(h.endpoint)
	for n := 1; n <= webhook.MaxAttempts; n++ {
		w.deliver()
		a := h.took(1)[0]
		if a.id() != id || a.header.Get(webhook.HeaderTimestamp) != strconv.FormatInt(w.clock.Now().Unix(), 10) ||
			!a.genuine || !a.event(t).Timestamp.Equal(epoch) {
			t.Errorf("attempt %d of %s: %v", n, id, a.header)
		}
		d := w.delivery(h.endpoint, id)
		last := w.attempted(h.endpoint, id, n)
		if last.Attempt != int64(n) || last.Outcome != api.AttemptAnswered || statusOf(last.Status) != 500 ||
			!last.At.Equal(w.clock.Now()) {
			t.Errorf("attempt %d: %+v", n, last)
		}
		if n == webhook.MaxAttempts {
			if d.State != api.DeliveryFailed || d.NextAttemptAt != nil {
				t.Errorf("after the last attempt: %+v", d)
			}
			break
		}
		if d.State != api.DeliveryQueued || d.NextAttemptAt == nil {
			t.Fatalf("after attempt %d: %+v", n, d)
		}
		wait, least := d.NextAttemptAt.Sub(w.clock.Now()), webhook.After(n, webhook.Response{Status: 500}, 0).Again
		if most := webhook.After(n, webhook.Response{Status: 500}, 1).Again; wait < least || wait > most {
			t.Errorf("after attempt %d: %v until the next, want %v to %v", n, wait, least, most)
		}
		w.clock.Advance(wait - time.Microsecond)
		w.deliver()
		h.took(0)
		w.clock.Advance(time.Microsecond)
	}
	w.clock.Advance(29 * 24 * time.Hour)
	w.deliver()
	h.took(0)
	if got := w.secret(h.secret); got.LastUsedAt != nil {
		t.Errorf("a use was recorded at %s, but no delivery was accepted", got.LastUsedAt)
	}
}

// TestRetryIsSignedAgain by the versions that are valid at the time of the retry.
func TestRetryIsSignedAgain(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.says(with(http.StatusServiceUnavailable))
	first := w.key(h.secret, 1)
	id := w.sent(h.endpoint)
	w.deliver()
	h.took(1)[0].signedWith(t, first)
	w.mustStep(h.secret, api.StepBegin, nil)
	second := w.key(h.secret, 2)
	w.retried(h.endpoint, id)
	h.took(1)[0].signedWith(t, first, second)
	w.lifecycle(h.secret, "revoke", object{"below": 2, "reason": "test"})
	w.retried(h.endpoint, id)
	h.took(1)[0].signedWith(t, second)
	// The last wait is longer than the overlap, and nothing settles the deadline.
	w.mustStep(h.secret, api.StepBegin, nil)
	w.mustStep(h.secret, api.StepPromote, forced)
	third := w.key(h.secret, 3)
	w.clock.Advance(2 * time.Hour)
	w.deliver()
	h.took(1)[0].signedWith(t, third)
}

// TestOnly2xxIsSuccess also shows that no redirect is followed.
func TestOnly2xxIsSuccess(t *testing.T) {
	w := newWorld(t)
	for _, status := range []int{200, 201, 202, 204, 299, 300, 301, 302, 303, 304, 307, 308, 400, 401, 404, 500, 503} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			w := w.in(t)
			h, elsewhere := w.newHook("hooks-"+strconv.Itoa(status), nil), w.newReceiver()
			h.says(with(status, header{"Location", elsewhere.server.URL}))
			id := w.sent(h.endpoint)
			w.deliver()
			h.took(1)
			elsewhere.took(0)
			last := w.attempted(h.endpoint, id, 1)
			state, outcome := api.DeliveryQueued, api.AttemptAnswered
			if status < 300 {
				state, outcome = api.DeliveryDelivered, api.AttemptAccepted
			}
			if d := w.delivery(h.endpoint, id); d.State != state || last.Outcome != outcome || statusOf(last.Status) != status ||
				!strings.Contains(last.Detail, strconv.Itoa(status)) {
				t.Errorf("%+v", d)
			}
			if redirect := status/100 == 3 && status != 304; redirect != strings.Contains(last.Detail, "redirect") ||
				(status == 304) != strings.Contains(last.Detail, "not modified") ||
				strings.Contains(last.Detail, elsewhere.server.URL) {
				t.Errorf("detail: %s", last.Detail)
			}
			w.retriedUnless(state == api.DeliveryDelivered, h.endpoint, id)
			elsewhere.took(0)
		})
	}
}

func (w *world) retriedUnless(done bool, endpointID, id string) {
	w.t.Helper()
	if !done {
		w.retried(endpointID, id)
	}
}

// TestPauses pauses all events of an endpoint, and of no other, when it asks for a pause.
func TestPauses(t *testing.T) {
	w := newWorld(t)
	for name, x := range map[string]struct {
		status     int
		retryAfter string // with an @ a date so much later
		pause      time.Duration
	}{
		"too many requests":           {429, "", time.Minute},
		"bad gateway":                 {502, "", time.Minute},
		"gateway timeout":             {504, "", time.Minute},
		"seconds":                     {429, "90", 90 * time.Second},
		"seconds with another status": {503, "120", 2 * time.Minute},
		"a date":                      {503, "@10m", 10 * time.Minute},
		"a date in the past":          {429, "@-10m", time.Minute},
		"too long":                    {429, "31536000", 24 * time.Hour},
		"overflowing":                 {429, "9223372036854775807", 24 * time.Hour},
		"negative":                    {429, "-5", time.Minute},
		"neither":                     {429, "soon", time.Minute},
		"none asked for":              {503, "", 0},
		"no seconds":                  {503, "0", 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			h, other := w.newHook(slug(name), nil), w.newHook(slug("other than "+name), nil)
			wish := header{"Retry-After", x.retryAfter}
			if later, isDate := strings.CutPrefix(x.retryAfter, "@"); isDate {
				d, err := time.ParseDuration(later)
				if err != nil {
					t.Fatal(err)
				}
				wish.value = w.clock.Now().Add(d).Format(http.TimeFormat)
			}
			h.says(with(x.status, wish, header{"Date", w.clock.Now().Format(http.TimeFormat)}))
			w.sent(h.endpoint)
			w.deliver()
			h.took(1)
			h.says(verifying(http.StatusUnauthorized))
			later := w.sent(h.endpoint)
			w.sent(other.endpoint)
			w.deliver()
			other.took(1)
			if x.pause == 0 {
				if a := h.took(1)[0]; a.id() != later {
					t.Errorf("%s arrived", a.id())
				}
				return
			}
			h.took(0)
			w.clock.Advance(x.pause - time.Microsecond)
			w.deliver()
			h.took(0)
			w.clock.Advance(time.Microsecond)
			w.deliver()
			h.took(2)
			if e := w.endpoint(h.endpoint); !e.Enabled || e.Etag != "1" {
				t.Errorf("a pause changed the endpoint: %+v", e)
			}
		})
	}
}

// TestEndOfPause ends a pause by a new URL, or by disabling and enabling the endpoint.
func TestEndOfPause(t *testing.T) {
	w := newWorld(t)
	for name, end := range map[string]func(w *world, h *hook){
		"a new URL": func(w *world, h *hook) { w.patchEndpoint(h.endpoint, object{"url": h.server.URL + "/new"}) },
		"disabled and enabled": func(w *world, h *hook) {
			w.patchEndpoint(h.endpoint, object{"enabled": false})
			w.patchEndpoint(h.endpoint, object{"enabled": true})
		},
		"no other change": nil,
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			h := w.newHook(slug(name), nil)
			h.says(with(429, header{"Retry-After", "3600"}))
			w.sent(h.endpoint)
			w.deliver()
			h.took(1)
			h.says(verifying(http.StatusUnauthorized)) // the answer to the one would hold up the other
			w.sent(h.endpoint)
			if end == nil {
				w.patchEndpoint(h.endpoint, object{"name": "renamed", "description": "d"})
				w.deliver()
				h.took(0)
				return
			}
			end(w, h)
			w.deliver()
			h.took(2) // what had failed does not wait for its time either
		})
	}
}

// TestFailedAttempts records the kind of each failure without an address, and tries again.
func TestFailedAttempts(t *testing.T) {
	for outcome, prepare := range map[string]func(w *world, h *hook) string{
		"broken": func(_ *world, h *hook) string {
			h.says(hangUp)
			return h.server.URL
		},
		"timeout": func(w *world, h *hook) string {
			w.tune = func(c *egress.Config) { c.Timeout = 50 * time.Millisecond }
			w.restart()
			h.says(hang)
			return h.server.URL
		},
		"unresolved": func(*world, *hook) string { return "https://nowhere.example.com" },
		"unconnected": func(*world, *hook) string {
			server := httptest.NewServer(nil)
			server.Close()
			return server.URL
		},
		"untrusted": func(w *world, _ *hook) string {
			server := httptest.NewUnstartedServer(nil)
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.StartTLS()
			w.t.Cleanup(server.Close)
			return server.URL
		},
	} {
		t.Run(outcome, func(t *testing.T) {
			w := newWorld(t)
			h := w.newHook("hooks", nil)
			w.patchEndpoint(h.endpoint, object{"url": prepare(w, h) + "/CANARY"})
			id := w.sent(h.endpoint)
			w.deliver()
			last := w.attempted(h.endpoint, id, 1)
			if last.Outcome != outcome || last.Status != nil || last.Detail == "" || len(last.SignedBy) != 1 {
				t.Errorf("%+v", last)
			}
			if strings.Contains(last.Detail, "CANARY") || strings.Contains(last.Detail, "127.0.0.1") ||
				strings.Contains(w.log.String(), "CANARY") {
				t.Errorf("detail: %s", last.Detail)
			}
			// The retry goes to the new URL.
			h.says(verifying(http.StatusUnauthorized))
			h.arrived()
			w.tune = nil
			w.restart()
			w.patchEndpoint(h.endpoint, object{"url": h.server.URL})
			w.retried(h.endpoint, id)
			if a := h.took(1)[0]; a.id() != id || !a.genuine {
				t.Errorf("%s arrived", a.id())
			}
			if d := w.delivery(h.endpoint, id); d.State != api.DeliveryDelivered || len(d.Attempts) != 2 {
				t.Errorf("%+v", d)
			}
		})
	}
}
