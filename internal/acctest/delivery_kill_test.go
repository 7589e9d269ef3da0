package acctest_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// campaign asks for the long form of the tests that kill programs or load them, as make campaign does.
var campaign = flag.Bool("campaign", false, "run the long form of the tests that kill programs or load them")

// sized is the size of a test: long in a campaign.
func sized(short, long int) int {
	if *campaign {
		return long
	}
	return short
}

// The platform is killed again and again while it delivers events. Each of them arrives, at least once, under the id
// that its sender got, and with the same body each time.
func TestDeliveriesSurviveKills(t *testing.T) {
	t.Parallel()
	events, kills := sized(200, 1000), sized(10, 50)
	p := acctest.StartProcess(t, "--allow-private-endpoints")
	token := p.Bootstrap("acme", "staging")["staging"]
	h := acctest.StartHook(t, clock.System())
	endpoint := makeHook(t, p, token, h)

	sent := make([]string, events)
	work := make(chan int)
	var senders sync.WaitGroup
	for range 8 {
		senders.Go(func() {
			for i := range work {
				sent[i] = send(t, p, token, endpoint, i)
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
			t.Errorf("the receiver got an unknown or forged event: %s", e.ID)
		}
		if body, again := bodies[e.ID]; again && body != string(e.Body) {
			t.Errorf("event %s came with two bodies", e.ID)
		}
		bodies[e.ID] = string(e.Body)
	}
	t.Logf("%d events, %d kills (%d of them with events on their way), %d arrivals", events, kills, during,
		len(h.Events()))
	acctest.WaitFor(t, "every delivery is recorded", func() bool {
		records, err := p.Client(token).WebhookEndpoints().Deliveries(t.Context(), endpoint)
		if err != nil {
			t.Fatal(err)
		}
		delivered := 0
		for _, d := range records {
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
func makeHook(t *testing.T, p *acctest.Process, token string, h *acctest.Hook) string {
	t.Helper()
	c, ctx := p.Client(token), t.Context()
	policy, err := c.RotationPolicies().Create(ctx, api.RotationPolicyCreate{Name: "monthly", Interval: "30d"})
	ok(t, err)
	connector, err := c.Connectors().Create(ctx, api.ConnectorCreate{Name: "shop", Owner: "team", Type: "custom"})
	ok(t, err)
	endpoint, err := c.WebhookEndpoints().Create(ctx, api.WebhookEndpointCreate{
		Name:        "orders",
		ConnectorID: connector.ID, URL: &h.URL,
	})
	ok(t, err)
	signing, err := c.SigningSecrets().Create(ctx, api.SigningSecretCreate{
		RotatedCreate: api.RotatedCreate{Name: "orders", Owner: "team"}, EndpointID: endpoint.ID, RotationPolicyID: policy.ID,
	})
	ok(t, err)
	revealed, err := c.SigningSecrets().Reveal(ctx, signing.ID, 1)
	ok(t, err)
	h.Know(revealed.Value.Expose())
	return endpoint.ID
}

// ok ends the test if there is an error.
func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// send posts one event until the platform says that it has it: the key makes that one event, however often it was
// asked.
func send(t *testing.T, p *acctest.Process, token, endpoint string, i int) string {
	t.Helper()
	c := p.Client(token).WebhookEndpoints()
	in := api.TestEventRequest{Type: anEvent, Data: json.RawMessage(fmt.Sprintf(`{"n":%d}`, i))}
	for {
		queued, err := c.SendTestEvent(t.Context(), endpoint, in, client.Write{IdempotencyKey: fmt.Sprint("event-", i)})
		if err == nil {
			return queued.ID
		}
		if t.Context().Err() != nil {
			return ""
		}
	}
}
