package platform_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// failed queues an event and lets all of its attempts fail.
func (h *hook) failed() string {
	h.w.t.Helper()
	h.says(with(http.StatusInternalServerError))
	id := h.w.sent(h.endpoint)
	h.w.deliver()
	for h.w.delivery(h.endpoint, id).State == api.DeliveryQueued {
		h.w.retried(h.endpoint, id)
	}
	h.arrived()
	return id
}

func (w *world) redeliver(endpointID, state string, since time.Time) int64 {
	w.t.Helper()
	body := object{"since": since, "state": state}
	return decoded[api.Redelivery](w.do("POST", pathEndpoints+"/"+endpointID+"/redeliver", body).want(200)).Count
}

// What has failed is sent again with its id, its body and a new schedule of attempts.
func TestResend(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	id := h.failed()
	path := pathEndpoints + "/" + h.endpoint + "/deliveries/" + id + "/resend"
	for range 2 { // the second one is a repetition
		if got := decoded[api.TestEvent](w.do("POST", path, nil, key("again")).want(202)).ID; got != id {
			t.Errorf("sent again: %s", got)
		}
	}
	w.deliver()
	h.took(1)
	if d := w.delivery(h.endpoint, id); d.State != api.DeliveryQueued || len(d.Attempts) != 12 ||
		d.NextAttemptAt.Sub(w.clock.Now()) > time.Minute {
		t.Errorf("%s after %d attempts, next at %v", d.State, len(d.Attempts), d.NextAttemptAt)
	}
	h.says(verifying(http.StatusUnauthorized))
	w.retried(h.endpoint, id)
	if a := h.took(1)[0]; a.id() != id || string(a.event(t).Data) != `{"n":1}` {
		t.Errorf("%s arrived with %s", a.id(), a.body)
	}
	p := w.do("POST", path, nil).problem(api.CodeConflict, "")
	if !strings.Contains(p.Detail, "erased") {
		t.Error(p.Detail)
	}
	if events := w.audited(h.endpoint, "resend"); len(events) != 1 || events[0].Detail["event"] != id {
		t.Errorf("audit: %+v", events)
	}
	other := w.newHook("other", nil)
	w.do("POST", strings.Replace(path, h.endpoint, other.endpoint, 1), nil).problem(api.CodeNotFound, "")
	w.do("POST", strings.Replace(path, id, "msg_none", 1), nil).problem(api.CodeNotFound, "")
	w.patchEndpoint(h.endpoint, object{"enabled": false})
	w.do("POST", path, nil).problem(api.CodeConflict, "")
}

// After a repair, everything that has failed since a time is sent again, or what waits is sent now.
func TestRedeliver(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.failed()
	since := w.clock.Now()
	second, third := h.failed(), h.failed()
	h.says(with(http.StatusTooManyRequests, header{"Retry-After", "7200"}))
	waiting := w.sent(h.endpoint)
	w.deliver()
	h.took(1)
	h.says(verifying(http.StatusUnauthorized))
	w.deliver()
	h.took(0)

	if n := w.redeliver(h.endpoint, "queued", since); n != 1 {
		t.Errorf("%d events wait", n)
	}
	w.deliver() // the pause is over
	if a := h.took(1)[0]; a.id() != waiting {
		t.Errorf("%s arrived", a.id())
	}
	if n := w.redeliver(h.endpoint, "failed", since); n != 2 {
		t.Errorf("%d events have failed", n)
	}
	w.deliver()
	got := []string{}
	for _, a := range h.took(2) {
		got = append(got, a.id())
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{second, third}, got); diff != "" {
		t.Error(diff)
	}
	if n := w.redeliver(h.endpoint, "failed", since); n != 0 {
		t.Errorf("%d events are sent twice", n)
	}
	if events := w.audited(h.endpoint, "redeliver"); len(events) != 3 || events[1].Detail["count"] != "2" {
		t.Errorf("audit: %+v", events)
	}
}

func TestFilteredDeliveries(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	failed := h.failed()
	middle := w.clock.Now().Add(time.Minute)
	w.clock.Advance(time.Hour)
	h.says(verifying(http.StatusUnauthorized))
	read := w.sentBody(h.endpoint, object{"type": "message.read"})
	w.deliver()
	at := middle.Format(time.RFC3339)
	for _, c := range []struct {
		query url.Values
		want  []string
	}{
		{url.Values{}, []string{read, failed}},
		{url.Values{"state": {"failed"}}, []string{failed}},
		{url.Values{"type": {"message.read"}}, []string{read}},
		{url.Values{"since": {at}}, []string{read}},
		{url.Values{"until": {at}}, []string{failed}},
		{url.Values{"outcome": {"accepted"}}, []string{read}},
		{url.Values{"outcome": {"answered"}, "type": {"message.read"}}, []string{}},
	} {
		page := decoded[api.Page[api.Delivery]](
			w.do("GET", pathEndpoints+"/"+h.endpoint+"/deliveries?"+c.query.Encode(), nil).want(200))
		got := []string{}
		for _, d := range page.Items {
			got = append(got, d.ID)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.query, diff)
		}
	}
	for _, bad := range []string{"state=CANARY", "outcome=CANARY", "since=CANARY"} {
		if r := w.do("GET", pathEndpoints+"/"+h.endpoint+"/deliveries?"+bad, nil); r.status != 422 ||
			strings.Contains(string(r.body), "CANARY") {
			t.Errorf("%s: %d, %s", bad, r.status, r.body)
		}
	}
}

// No second has more attempts than the rate limit, and nothing is lost.
func TestRateLimit(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	if e := w.patchEndpoint(h.endpoint, object{"rate_limit_per_second": 3}); *e.RateLimitPerSecond != 3 {
		t.Errorf("%+v", e)
	}
	for range 8 {
		w.sent(h.endpoint)
	}
	for _, want := range []int{3, 3, 2} {
		w.deliver()
		h.took(want)
		w.clock.Advance(999 * time.Millisecond)
		w.deliver()
		h.took(0)
		w.clock.Advance(time.Millisecond)
	}
	w.do("PATCH", pathEndpoints+"/"+h.endpoint, object{"rate_limit_per_second": 0}).
		problem(api.CodeInvalid, "/rate_limit_per_second")
	w.patchEndpoint(h.endpoint, object{"rate_limit_per_second": nil})
	for range 5 {
		w.sent(h.endpoint)
	}
	w.deliver()
	h.took(5)
}

// A family of event types covers what is below it.
func TestEventFamily(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	w.patchEndpoint(h.endpoint, object{"event_types": []string{"message.*", "contact.created"}})
	for eventType, takes := range map[string]bool{
		"message.read": true, "message.a.b": true, "contact.created": true,
		"message": false, "messages.read": false, "contact.deleted": false,
	} {
		status := 422
		if takes {
			status = 202
		}
		w.do("POST", pathEndpoints+"/"+h.endpoint+"/test-events", object{"type": eventType}).want(status)
	}
	for _, bad := range []string{"*", ".*", "message*", "message.*.read", "Message.*"} {
		w.do("PATCH", pathEndpoints+"/"+h.endpoint, object{"event_types": []string{bad}}).
			problem(api.CodeInvalid, "/event_types/0")
	}
}
