package platform_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// TestUnrecordedAttemptIsRepeated fails to record an attempt, as on a full disk. The event is sent again with growing
// waits, so that the receiver is not flooded.
func TestUnrecordedAttemptIsRepeated(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	id := w.sent(h.endpoint)
	mend := w.breakTable("INSERT", "delivery_attempts")
	wait := time.Second
	for range 8 {
		if err := w.p.Deliver(t.Context()); err == nil || !strings.Contains(err.Error(), h.endpoint) {
			t.Fatalf("the error does not name the endpoint: %v", err)
		}
		h.took(1)
		w.clock.Advance(wait - time.Microsecond)
		w.deliver()
		h.took(0)
		w.clock.Advance(time.Microsecond)
		wait = min(2*wait, time.Minute)
	}
	mend()
	w.deliver()
	h.took(1)
	if d := w.delivery(h.endpoint, id); d.State != api.DeliveryDelivered || len(d.Attempts) != 1 {
		t.Errorf("%+v", d)
	}
}

// TestUnreadableEventFails damages a sealed event. It fails after its attempts and delays no other.
func TestUnreadableEventFails(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	broken, other := w.sent(h.endpoint), w.sent(h.endpoint)
	w.tamper(`UPDATE deliveries SET body = ? WHERE id = ?`, []byte{0}, broken)
	for range webhook.MaxAttempts {
		w.deliver()
		w.clock.Advance(27 * time.Hour)
	}
	if a := h.took(1)[0]; a.id() != other {
		t.Errorf("%s arrived", a.id())
	}
	d := w.delivery(h.endpoint, broken)
	if d.State != api.DeliveryFailed || d.Attempts[0].Outcome != api.AttemptUnreadable ||
		len(d.Attempts[0].SignedBy) != 0 {
		t.Errorf("%+v", d)
	}
}

// TestLateAnswerIsIgnored disables and enables the endpoint during the last attempt. The answer has no effect, and the
// event is sent again at once.
func TestLateAnswerIsIgnored(t *testing.T) {
	w := newWorld(t)
	for name, status := range map[string]int{
		"gone": http.StatusGone, "busy": http.StatusTooManyRequests,
		"broken": http.StatusInternalServerError,
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			h := w.newHook(name, nil)
			h.says(with(http.StatusInternalServerError))
			id := w.sent(h.endpoint)
			for range webhook.MaxAttempts - 1 {
				w.deliver()
				w.clock.Advance(27 * time.Hour)
			}
			h.arrived()
			h.says(func(rw http.ResponseWriter, _ arrival) {
				w.patchEndpoint(h.endpoint, object{"enabled": false})
				w.patchEndpoint(h.endpoint, object{"enabled": true})
				h.says(verifying(http.StatusUnauthorized))
				rw.WriteHeader(status)
			})
			w.deliver()
			h.took(2)
			e := w.endpoint(h.endpoint)
			if !e.Enabled || e.Disabled != nil || e.PausedUntil != nil {
				t.Errorf("%+v", e)
			}
			d := w.delivery(h.endpoint, id)
			if d.State != api.DeliveryDelivered || len(d.Attempts) != webhook.MaxAttempts+1 ||
				strings.Contains(d.Attempts[webhook.MaxAttempts-1].Detail, "disabled") {
				t.Errorf("%+v", d)
			}
		})
	}
}

// TestWaitingEventDoesNotExpire keeps events that could not be signed, and events whose last answer was 410.
func TestWaitingEventDoesNotExpire(t *testing.T) {
	t.Run("unsigned", func(t *testing.T) {
		w := newWorld(t)
		h := w.newHook("hooks", nil)
		id := w.sent(h.endpoint)
		w.lifecycle(h.secret, "revoke", object{"all": true, "reason": "test"})
		for range 2 * webhook.MaxAttempts {
			w.deliver()
			w.clock.Advance(27 * time.Hour)
		}
		w.mustStep(h.secret, api.StepReissue, nil)
		h.says(with(http.StatusInternalServerError))
		for n := 1; n <= webhook.MaxAttempts; n++ { // all that it would have had without the wait
			w.deliver()
			h.took(1)
			if d := w.delivery(h.endpoint, id); (d.State == api.DeliveryFailed) != (n == webhook.MaxAttempts) {
				t.Fatalf("after %d attempts: %s", n, d.State)
			}
			w.clock.Advance(27 * time.Hour)
		}
	})
	t.Run("gone at the last attempt", func(t *testing.T) {
		w := newWorld(t)
		h := w.newHook("hooks", nil)
		h.says(with(http.StatusInternalServerError))
		id := w.sent(h.endpoint)
		for range webhook.MaxAttempts - 1 {
			w.deliver()
			w.clock.Advance(27 * time.Hour)
		}
		h.says(with(http.StatusGone))
		w.deliver()
		h.says(verifying(http.StatusUnauthorized))
		w.patchEndpoint(h.endpoint, object{"enabled": true})
		w.deliver()
		if d := w.delivery(h.endpoint, id); d.State != api.DeliveryDelivered {
			t.Errorf("%+v", d)
		}
	})
}

// TestPauseIsShown reads a pause from the endpoint and from the record.
func TestPauseIsShown(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.says(with(http.StatusServiceUnavailable, header{"Retry-After", "3600"}))
	id := w.sent(h.endpoint)
	w.deliver()
	until := w.clock.Now().Add(time.Hour)
	if e := w.endpoint(h.endpoint); e.PausedUntil == nil || !e.PausedUntil.Equal(until) || e.Etag != "1" {
		t.Errorf("%+v", e)
	}
	if detail := w.attempted(h.endpoint, id, 1).Detail; !strings.Contains(detail, "until "+until.Format(time.RFC3339)) {
		t.Errorf("the record says %q", detail)
	}
	w.clock.Advance(time.Hour)
	if e := w.endpoint(h.endpoint); e.PausedUntil != nil {
		t.Errorf("%+v", e)
	}
}
