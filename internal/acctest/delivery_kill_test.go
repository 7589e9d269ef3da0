package acctest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// The platform is killed fifty times while it delivers a thousand events. Each of them arrives, at least once, under the id that its sender got,
// and with the same body each time.
func TestDeliveriesSurviveKills(t *testing.T) {
	t.Parallel()
	const events, kills = 1000, 50
	p := acctest.StartProcess(t, "--allow-private-endpoints")
	token := p.Bootstrap("acme", "staging")["staging"]
	h := acctest.StartHook(t, clock.System())
	endpoint := makeHook(p, token, h)

	sent := make([]string, events)
	work := make(chan int)
	var senders sync.WaitGroup
	for range 8 {
		senders.Go(func() {
			for i := range work {
				sent[i] = send(p, token, endpoint, i)
			}
		})
	}
	came := make(chan string, 10*events)
	h.Answer(func(e acctest.HookEvent) int { came <- e.ID; return e.Status })
	during := 0
	for kill := range kills {
		queued := make(chan struct{})
		go func() {
			defer close(queued)
			for i := range events / kills {
				work <- kill*(events/kills) + i
			}
		}()
		for range 1 + kill%(events/kills/2) {
			waitForOne(t, came)
		}
		p.Kill()
		if distinctIDs(h.Events()) < (kill+1)*(events/kills) {
			during++
		}
		p.Restart()
		<-queued
	}
	close(work)
	senders.Wait()
	acctest.WaitFor(t, "every event has arrived", func() bool { return distinctIDs(h.Events()) == events })
	if during < kills*9/10 {
		t.Errorf("only %d of %d kills came before every event had arrived: this test kills too late", during, kills)
	}

	known, bodies := map[string]bool{}, map[string]string{}
	for _, id := range sent {
		known[id] = true
	}
	if len(known) != events {
		t.Errorf("%d ids for %d events", len(known), events)
	}
	for _, e := range h.Events() {
		if !known[e.ID] || !e.Genuine {
			t.Errorf("an event that nobody sent, or that is not genuine: %s", e.ID)
		}
		if body, again := bodies[e.ID]; again && body != string(e.Body) {
			t.Errorf("event %s came with two bodies", e.ID)
		}
		bodies[e.ID] = string(e.Body)
	}
	t.Logf("%d events, %d kills (%d of them with events on their way), %d arrivals", events, kills, during, len(h.Events()))
	acctest.WaitFor(t, "every delivery is recorded", func() bool {
		var page api.Page[api.Delivery]
		p.Must(token, http.MethodGet, "/v1/webhook-endpoints/"+endpoint+"/deliveries?page_size=1000", nil, http.StatusOK, &page)
		delivered := 0
		for _, d := range page.Items {
			if d.State == api.DeliveryDelivered {
				delivered++
			}
		}
		return delivered == events
	})
}

// waitForOne waits until one more event has come: killing a moment later than that would be killing a platform at rest.
func waitForOne(t *testing.T, came <-chan string) {
	t.Helper()
	select {
	case <-came:
	case <-time.After(time.Minute):
		t.Fatal("no event came within a minute")
	}
}

func distinctIDs(events []acctest.HookEvent) int {
	ids := map[string]bool{}
	for _, e := range events {
		ids[e.ID] = true
	}
	return len(ids)
}

// makeHook makes an endpoint at a hook with a signing secret that the hook knows, and returns the endpoint's id.
func makeHook(p *acctest.Process, token string, h *acctest.Hook) string {
	var policy, connector, endpoint, signing api.Object
	p.Must(token, http.MethodPost, "/v1/rotation-policies", map[string]any{"name": "monthly", "interval": "30d"}, http.StatusCreated, &policy)
	p.Must(token, http.MethodPost, "/v1/connectors", map[string]any{"name": "shop", "owner": "team", "type": "custom"}, http.StatusCreated, &connector)
	p.Must(token, http.MethodPost, "/v1/webhook-endpoints", map[string]any{"name": "orders", "connector_id": connector.ID, "url": h.URL}, http.StatusCreated, &endpoint)
	p.Must(token, http.MethodPost, "/v1/signing-secrets", map[string]any{
		"name": "orders", "owner": "team", "endpoint_id": endpoint.ID, "rotation_policy_id": policy.ID,
	}, http.StatusCreated, &signing)
	var revealed api.Reveal
	p.Must(token, http.MethodPost, "/v1/signing-secrets/"+signing.ID+"/versions/1/reveal", nil, http.StatusOK, &revealed)
	h.Know(revealed.Value.Expose())
	return endpoint.ID
}

// send posts one event until the platform says that it has it: the key makes that one event, however often it was asked.
func send(p *acctest.Process, token, endpoint string, i int) string {
	for {
		status, answer, err := p.Do(token, http.MethodPost, "/v1/webhook-endpoints/"+endpoint+"/test-events",
			map[string]any{"type": "message.delivered", "data": map[string]int{"n": i}}, fmt.Sprint("event-", i))
		var queued api.TestEvent
		if err == nil && status == http.StatusAccepted && json.Unmarshal(answer, &queued) == nil {
			return queued.ID
		}
	}
}
