package platform_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// TestOutageStopsDeliveries begins an outage while a receiver answers, so that its answer cannot be recorded. The event
// is sent again once, after the outage: a receiver is not flooded with an event that it has.
func TestOutageStopsDeliveries(t *testing.T) {
	catchWriters()
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	w.sweep()
	id := w.sent(h.endpoint)
	h.says(func(rw http.ResponseWriter, _ arrival) {
		w.setReadOnly(true)
		rw.WriteHeader(http.StatusNoContent)
	})
	if err := w.p.Deliver(t.Context()); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("the answer was recorded: %v", err)
	}
	h.took(1)
	for range 5 {
		w.clock.Advance(time.Hour)
		if err := w.p.Deliver(t.Context()); !errors.Is(err, store.ErrUnavailable) {
			t.Fatal(err)
		}
		if err := w.p.Probe(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	h.took(0)
	h.says(with(http.StatusNoContent))
	w.setReadOnly(false)
	w.sweep()
	w.deliver()
	if got := h.took(1)[0]; got.id() != id {
		t.Errorf("%s arrived, want %s", got.id(), id)
	}
	if got := w.delivery(h.endpoint, id); got.State != "delivered" || len(got.Attempts) != 1 {
		t.Errorf("%+v", got)
	}
	if log := w.log.String(); strings.Contains(log, "delivery failed") {
		t.Errorf("the log has the outage in other words:\n%s", log)
	}
}
