package platform_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

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

// busy creates endpoints with queued events. Their receivers answer once open is closed.
func (w *world) busy(endpoints, events int, open <-chan struct{}) (asked <-chan struct{}) {
	w.t.Helper()
	requests := make(chan struct{}, endpoints*events)
	for n := range endpoints {
		h := w.newHook(fmt.Sprintf("busy-%d", n), nil)
		h.says(func(rw http.ResponseWriter, _ arrival) {
			requests <- struct{}{}
			<-open
			rw.WriteHeader(http.StatusNoContent)
		})
		for range events {
			w.sent(h.endpoint)
		}
	}
	return requests
}

// TestStoppingStartsNoAttempt finishes the running attempts and starts no other.
func TestStoppingStartsNoAttempt(t *testing.T) {
	w := newWorld(t)
	open := make(chan struct{})
	asked := w.busy(17, 5, open)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.p.Run(ctx)
	}()
	for range 4 { // as many as one environment may have on their way at a host that has accepted none
		within(t, "an event", asked)
	}
	cancel()
	close(open)
	within(t, "the end", ended)
	if more := len(asked); more > 0 {
		t.Errorf("%d more events were sent", more)
	}
}
