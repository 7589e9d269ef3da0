package platform_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestGoneDisablesEndpoint keeps queued events until the endpoint is enabled again.
func TestGoneDisablesEndpoint(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.says(with(http.StatusInternalServerError))
	waiting := w.sent(h.endpoint)
	w.deliver()
	h.took(1)
	h.says(with(http.StatusGone))
	last := w.sent(h.endpoint)
	w.deliver()
	h.took(1)

	e := w.endpoint(h.endpoint)
	want := &api.Disabled{Reason: api.DisabledGone, At: w.clock.Now(), By: last}
	if diff := cmp.Diff(want, e.Disabled); diff != "" || e.Enabled || e.Etag != "2" {
		t.Errorf("enabled %v, etag %s, disabled (-want +got):\n%s", e.Enabled, e.Etag, diff)
	}
	events := w.audited(h.endpoint, "disable")
	if len(events) != 1 || events[0].Actor != "platform" || events[0].Detail["reason"] != "gone" ||
		events[0].Detail["event"] != last {
		t.Errorf("audit: %+v", events)
	}
	if d := w.delivery(h.endpoint, last); d.State != api.DeliveryQueued || statusOf(d.Attempts[0].Status) != 410 {
		t.Errorf("%+v", d)
	}
	if p := w.refusesEvents(h.endpoint); !strings.Contains(p.Detail, last) || !strings.Contains(p.Detail, "410") {
		t.Errorf("the problem does not say why: %s", p.Detail)
	}

	h.says(verifying(http.StatusUnauthorized))
	w.clock.Advance(24 * time.Hour)
	w.deliver()
	h.took(0)
	if d := w.delivery(h.endpoint, waiting); d.State != api.DeliveryQueued || len(d.Attempts) != 1 {
		t.Errorf("%+v", d)
	}
	// Other changes do not enable it.
	if e := w.patchEndpoint(h.endpoint, object{"description": "d", "enabled": false}); e.Enabled || e.Disabled == nil {
		t.Errorf("%+v", e)
	}
	if e := w.patchEndpoint(h.endpoint, object{"enabled": true}); !e.Enabled || e.Disabled != nil {
		t.Errorf("%+v", e)
	}
	w.deliver()
	h.took(2)
	for _, id := range []string{waiting, last} {
		if d := w.delivery(h.endpoint, id); d.State != api.DeliveryDelivered || len(d.Attempts) != 2 {
			t.Errorf("%+v", d)
		}
	}
	w.sent(h.endpoint)
}

// TestConcurrentAttemptsAtGoneEndpoint gets 410 for several attempts at once. All events stay in the queue.
func TestConcurrentAttemptsAtGoneEndpoint(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.says(with(http.StatusGone))
	for range 20 {
		w.sent(h.endpoint)
	}
	w.deliver()
	if tried := len(h.arrived()); tried < 1 || tried > 4 {
		t.Errorf("%d requests arrived", tried)
	}
	for _, d := range w.deliveries(h.endpoint) {
		if d.State != api.DeliveryQueued {
			t.Errorf("%+v", d)
		}
	}
	if events := w.audited(h.endpoint, "disable"); len(events) != 1 {
		t.Errorf("disabled %d times", len(events))
	}
}

// TestAnswerFromOldAddressIsIgnored changes the URL during an attempt. The answer ends no delivery and does not disable
// the endpoint.
func TestAnswerFromOldAddressIsIgnored(t *testing.T) {
	w := newWorld(t)
	for _, status := range []int{http.StatusGone, http.StatusTooManyRequests, http.StatusNotFound} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			w := w.in(t)
			h, moved := w.newHook(slug(http.StatusText(status)), nil), w.newReceiver()
			moved.knows(w.key(h.secret, 1))
			h.says(func(rw http.ResponseWriter, a arrival) {
				w.patchEndpoint(h.endpoint, object{"url": moved.server.URL})
				with(status)(rw, a)
			})
			id := w.sent(h.endpoint)
			w.deliver()
			h.took(1)
			if e := w.endpoint(h.endpoint); !e.Enabled || e.Disabled != nil {
				t.Errorf("the endpoint that has moved is disabled: %+v", e)
			}
			if a := moved.took(1)[0]; a.id() != id || !a.genuine {
				t.Errorf("%s arrived at the new address, want %s at once", a.id(), id)
			}
			if first := w.delivery(h.endpoint, id).Attempts[0]; statusOf(first.Status) != status {
				t.Errorf("%+v", first)
			}
		})
	}
}

// TestDisabledEndpointGetsNothing disables the endpoint, or its connector. The queue is kept.
func TestDisabledEndpointGetsNothing(t *testing.T) {
	w := newWorld(t)
	for name, path := range map[string]func(h *hook) string{
		"endpoint":  func(h *hook) string { return pathEndpoints + "/" + h.endpoint },
		"connector": func(h *hook) string { return pathConnectors + "/" + h.connector },
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			h := w.newHook(name, nil)
			id := w.sent(h.endpoint)
			w.do("PATCH", path(h), object{"enabled": false}).want(200)
			w.clock.Advance(40 * 24 * time.Hour)
			w.deliver()
			w.sweep()
			h.took(0)
			if d := w.delivery(h.endpoint, id); d.State != api.DeliveryQueued || len(d.Attempts) != 0 {
				t.Errorf("%+v", d)
			}
			if p := w.refusesEvents(h.endpoint); !strings.Contains(p.Detail, name) || !strings.Contains(p.Detail, "disabled") {
				t.Errorf("the problem does not say what is disabled: %s", p.Detail)
			}
			w.do("PATCH", path(h), object{"enabled": true}).want(200)
			w.deliver()
			if a := h.took(1)[0]; a.id() != id {
				t.Errorf("%s arrived, want %s", a.id(), id)
			}
		})
	}
}

// TestUnsignedEventIsNotSent has no valid signing secret. New events are refused, and queued events wait.
func TestUnsignedEventIsNotSent(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	id := w.sent(h.endpoint)
	w.lifecycle(h.secret, "revoke", object{"all": true, "reason": "test"})
	if p := w.refusesEvents(h.endpoint); !strings.Contains(p.Detail, "signing secret") {
		t.Errorf("the problem does not say what is missing: %s", p.Detail)
	}
	w.deliver()
	h.took(0)
	last := w.attempted(h.endpoint, id, 1)
	if last.Outcome != api.AttemptUnsigned || last.Status != nil || len(last.SignedBy) != 0 || last.SignedBy == nil ||
		!strings.Contains(last.Detail, "reissue") {
		t.Errorf("%+v", last)
	}
	w.mustStep(h.secret, api.StepReissue, nil)
	h.knows(w.key(h.secret, 2))
	w.sent(h.endpoint)
	w.deliver() // what could not be signed is tried at once, not only when its time comes
	for _, a := range h.took(2) {
		if !a.genuine {
			t.Errorf("%s is not signed by the new version", a.id())
		}
	}
	if d := w.delivery(h.endpoint, id); d.State != api.DeliveryDelivered || len(d.Attempts) != 2 {
		t.Errorf("%+v", d)
	}
	w.refusesEvents(w.newEndpoint("other", h.connector, object{"url": h.server.URL}).ID) // which never had one
	// The only signing secret is deleted.
	gone := w.sent(h.endpoint)
	w.do("DELETE", pathSecrets+"/"+h.secret, nil).want(204)
	w.deliver()
	h.took(0)
	if last := w.attempted(h.endpoint, gone, 1); last.Outcome != api.AttemptUnsigned {
		t.Errorf("%+v", last)
	}
}

// TestQuarantineStopsDeliveries says that the signing secret is in quarantine, and how to go on.
func TestQuarantineStopsDeliveries(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	waiting := w.sent(h.endpoint)
	w.quarantined(api.RoleSecurity, h.secret, object{})
	const how = "is in quarantine until 2026-05-15T12:00:00Z; release it with quickconnect release-quarantine " +
		"signing-secret"
	p := w.as(api.RoleDeployer, "POST", pathEndpoints+"/"+h.endpoint+"/test-events", object{"type": eventType}).
		problem(api.CodeQuarantined, "")
	if !strings.Contains(p.Detail, how) {
		t.Errorf("the problem does not say how to go on: %s", p.Detail)
	}
	w.deliver()
	h.took(0)
	if last := w.attempted(h.endpoint, waiting, 1); last.Outcome != api.AttemptUnsigned ||
		!strings.Contains(last.Detail, how) || strings.Contains(last.Detail, "reissue") {
		t.Errorf("%+v", last)
	}
	w.releases(api.RoleSecurity, h.secret).want(200)
	w.deliver() // at once, not only when its time comes
	h.took(1)
	if d := w.delivery(h.endpoint, waiting); d.State != api.DeliveryDelivered {
		t.Errorf("%+v", d)
	}
}

// TestDeletedEndpointGetsNothing deletes an endpoint with a queued event.
func TestDeletedEndpointGetsNothing(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	w.sent(h.endpoint)
	w.do("DELETE", pathSecrets+"/"+h.secret, nil).want(204)
	w.do("DELETE", pathEndpoints+"/"+h.endpoint, nil).want(204)
	w.deliver()
	w.clock.Advance(time.Hour)
	w.deliver()
	h.took(0)
	w.do("GET", pathEndpoints+"/"+h.endpoint+"/deliveries", nil).problem(api.CodeNotFound, "")
}

// TestRestartKeepsQueue also keeps the ids of the events.
func TestRestartKeepsQueue(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.says(with(http.StatusInternalServerError))
	want := map[string]bool{w.sent(h.endpoint): true}
	w.deliver()
	h.took(1)
	for range 10 {
		want[w.sent(h.endpoint)] = true
	}
	w.restart()
	h.says(verifying(http.StatusUnauthorized))
	w.clock.Advance(time.Minute)
	w.deliver()
	got := map[string]bool{}
	for _, a := range h.took(len(want)) {
		got[a.id()] = a.genuine
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	w.restart()
	w.clock.Advance(time.Hour)
	w.deliver()
	h.took(0)
}
