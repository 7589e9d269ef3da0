package platform_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// TestHungStagingDoesNotDelayProduction: receivers of staging that answer nothing until the test ends, more than there
// are places for an environment, delay neither production, nor an endpoint of staging whose last delivery was answered.
func TestHungStagingDoesNotDelayProduction(t *testing.T) {
	w := newWorld(t)
	w.tune = func(c *egress.Config) { c.Timeout = time.Hour }
	w.restart()
	good := w.newHook("good", nil)
	good.says(with(http.StatusNoContent))
	w.sent(good.endpoint)
	w.deliver()
	good.took(1)

	hung := w.newReceiver()
	hanging, release := hung.hangs()
	for i := range 20 {
		w.sent(w.hookAt(fmt.Sprintf("h%d", i), fmt.Sprintf("%s/%d", hung.server.URL, i)))
	}
	other := *w
	other.tokens = map[string]string{api.RoleDeployer: w.foreign["acme/production"]}
	produced := other.newHook("production", nil)

	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); w.p.Run(ctx) }()
	t.Cleanup(func() { stop(); release(); <-done })
	within(t, "a hung receiver", hanging)

	arrived := make(chan string, 10)
	for _, h := range []*hook{good, produced} {
		h.says(func(_ http.ResponseWriter, a arrival) { arrived <- a.id() })
	}
	for _, send := range []func() string{
		func() string { return w.sent(good.endpoint) }, func() string { return other.sent(produced.endpoint) },
	} {
		id := send()
		if got := within(t, "a receiver that answers", arrived); got != id {
			t.Errorf("%s arrived, want %s", got, id)
		}
	}
	if n := len(hung.arrived()); n != 1 {
		t.Errorf("%d attempts at a time at a host that accepted nothing yet", n)
	}
}

// hookAt makes an endpoint with a signing secret at a URL, and returns its id.
func (w *world) hookAt(name, url string) string {
	w.t.Helper()
	e := w.newEndpoint(name, w.newConnector(name, nil).ID, object{"url": url}).ID
	w.newSecret(name, e, w.newPolicy(name, nil).ID, nil)
	return e
}

// TestTimeoutIsRemembered, over a restart too, until the endpoint answers or moves.
func TestTimeoutIsRemembered(t *testing.T) {
	w := newWorld(t)
	w.tune = func(c *egress.Config) { c.Timeout = time.Millisecond }
	w.restart()
	h := w.newHook("hooks", nil)
	h.says(hang)
	id := w.sent(h.endpoint)
	w.deliver()
	if a := w.attempted(h.endpoint, id, 1); a.Outcome != string(egress.TimedOut) {
		t.Fatalf("%+v", a)
	}
	late := func() bool {
		e := w.storedEndpoint(h.endpoint)
		return e.Failing.Unanswered
	}
	if !late() {
		t.Error("not remembered")
	}
	w.tune = nil
	w.restart()
	h.says(with(http.StatusInternalServerError))
	w.retried(h.endpoint, id)
	if late() {
		t.Error("still remembered after an answer")
	}
}

func (w *world) storedEndpoint(id string) (e *store.WebhookEndpoint) {
	w.t.Helper()
	err := w.store.View(w.t.Context(), func(tx *store.Tx) (err error) {
		e, err = tx.WebhookEndpoint(w.t.Context(), staging, id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}
