package platform_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
)

// within receives from a channel, and fails the test after a minute without a value.
func within[T any](tb testing.TB, what string, c <-chan T) (v T) {
	tb.Helper()
	select {
	case v = <-c:
	case <-time.After(time.Minute):
		tb.Fatalf("%s: not after a minute", what)
	}
	return v
}

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

// hangs makes a receiver report each request, and answer none before release is called.
func (r *receiver) hangs() (hanging <-chan struct{}, release func()) {
	r.w.t.Helper()
	began, released := make(chan struct{}, 100), make(chan struct{})
	release = sync.OnceFunc(func() { close(released) })
	r.w.t.Cleanup(release)
	r.says(func(rw http.ResponseWriter, _ arrival) {
		began <- struct{}{}
		<-released
		rw.WriteHeader(http.StatusNoContent)
	})
	return began, release
}

func TestSlowEndpointDelaysNoOther(t *testing.T) {
	w := newWorld(t)
	w.tune = func(c *egress.Config) { c.Timeout = time.Hour }
	w.restart()
	slow, quick := w.newHook("a", nil), w.newHook("b", nil)
	hanging, release := slow.hangs()
	arrived := make(chan string, 10)
	quick.says(func(_ http.ResponseWriter, a arrival) { arrived <- a.id() })
	for range 10 { // more than are on their way at a time
		w.sent(slow.endpoint)
	}
	id := w.sent(quick.endpoint)
	done := make(chan error, 1)
	go func() { done <- w.p.Deliver(t.Context()) }()
	within(t, "the slow endpoint", hanging)
	if got := within(t, "the other endpoint", arrived); got != id {
		t.Errorf("%s arrived, want %s", got, id)
	}
	if len(done) > 0 {
		t.Error("the attempts at the slow endpoint have ended")
	}
	release()
	if err := within(t, "the end", done); err != nil {
		t.Error(err)
	}
	slow.took(10)
}

// TestRunDelivers starts an attempt when an event is queued or an endpoint is enabled, without a tick, and while
// another endpoint hangs.
func TestRunDelivers(t *testing.T) {
	w := newWorld(t)
	slow, quick, back := w.newHook("a", nil), w.newHook("b", nil), w.newHook("c", nil)
	waiting := w.sent(back.endpoint)
	w.patchEndpoint(back.endpoint, object{"enabled": false})
	p, err := platform.New(t.Context(), platform.Config{
		Store: w.store, Keyring: w.keyring, Clock: w.clock, Sweep: time.Hour,
		Egress: egress.Config{AllowPrivate: true, Timeout: time.Hour},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	w.server.Close() // before it is replaced
	w.server = server

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-done })

	hanging, release := slow.hangs()
	arrived := make(chan string, 10)
	for _, h := range []*hook{quick, back} {
		h.says(func(_ http.ResponseWriter, a arrival) { arrived <- a.id() })
	}
	begun := w.sent(slow.endpoint)
	within(t, "the slow endpoint", hanging)
	w.patchEndpoint(back.endpoint, object{"enabled": true})
	if got := within(t, "the endpoint that is back", arrived); got != waiting {
		t.Errorf("%s arrived, want %s", got, waiting)
	}
	for range 3 {
		id := w.sent(quick.endpoint)
		if got := within(t, "the other endpoint", arrived); got != id {
			t.Errorf("%s arrived, want %s", got, id)
		}
	}
	// A running attempt is finished before the platform stops.
	cancel()
	release()
	within(t, "the end", done)
	if d := w.delivery(slow.endpoint, begun); d.State != api.DeliveryDelivered {
		t.Errorf("%+v", d)
	}
	slow.took(1)
}
