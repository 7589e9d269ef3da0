package acctest_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// The npm package standardwebhooks, in the receiver that is written with it, verifies our deliveries with the old
// secret until the overlap ends, and with the new one from its issue on. The Go library is asked the same in
// internal/platform.
func TestNpmLibraryThroughARotation(t *testing.T) {
	t.Parallel()
	p := acctest.StartProcess(t, "--allow-private-endpoints")
	token := p.Bootstrap(acctest.Tenant, acctest.Environment)[acctest.Environment]
	f := &fanOut{t: t, receivers: map[string]*acctest.Receiver{
		"old": acctest.StartReceiver(t, "node"),
		"new": acctest.StartReceiver(t, "node"),
	}, statuses: map[string][]map[string]int{}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	h := acctest.StartHook(t, clock.System())
	h.URL = server.URL
	endpoint := makeHook(t, p, token, h)
	secrets := p.Client(token).SigningSecrets()
	signing, err := secrets.ByName(t.Context(), "orders")
	ok(t, err)

	holds := func(name string, version int64) {
		t.Helper()
		revealed, err := secrets.Reveal(t.Context(), signing.ID, version)
		ok(t, err)
		f.receivers[name].Configure(acctest.ReceiverConfig{
			Tenant: acctest.Tenant, Environment: acctest.Environment, EndpointID: endpoint,
			EventTypes: []string{anEvent}, Secrets: []string{revealed.Value.Expose()},
		})
	}
	n := 0
	answers := func(when string, want map[string]int) {
		t.Helper()
		n++
		id := send(t, p, token, endpoint, n)
		var got map[string]int
		acctest.WaitFor(t, "the event arrives", func() bool {
			f.mu.Lock()
			defer f.mu.Unlock()
			if len(f.statuses[id]) > 0 {
				got = f.statuses[id][0]
			}
			return got != nil
		})
		if !maps.Equal(got, want) {
			t.Errorf("%s: answered %v, want %v", when, got, want)
		}
	}
	step := func(verb string, body api.StepRequest) {
		t.Helper()
		_, err := secrets.Step(t.Context(), signing.ID, verb, body, client.Write{})
		ok(t, err)
	}

	holds("old", 1)
	answers("before", map[string]int{
		"old": http.StatusNoContent,
		"new": http.StatusServiceUnavailable,
	}) // it has no secret yet
	step(api.StepBegin, api.StepRequest{})
	holds("new", 2)
	both := map[string]int{"old": http.StatusNoContent, "new": http.StatusNoContent}
	answers("staged", both)
	step(api.StepPromote, api.StepRequest{Force: true, Reason: "test"})
	answers("draining", both)
	step(api.StepRetire, api.StepRequest{Force: true, Reason: "test"})
	answers("after", map[string]int{"old": http.StatusUnauthorized, "new": http.StatusNoContent})
}
