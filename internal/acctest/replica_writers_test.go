package acctest_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// writers make policies, change them, and send events to a webhook endpoint.
type writers struct {
	*fleet

	endpoint     string
	acknowledged chan struct{} // one for each write that was

	mu      sync.Mutex
	changed map[string]bool // the ids of policies, whether their change was acknowledged
	sent    map[string]bool // the ids of events
}

func (w *writers) start(n int) {
	w.changed, w.sent = map[string]bool{}, map[string]bool{}
	c := w.client(patient)
	for writer := range n {
		w.all.Go(func() {
			for i := 0; !w.stopped(); i++ {
				if err := w.write(c, fmt.Sprintf("w-%d-%d", writer, i)); err != nil {
					w.t.Error(err)
					return
				}
			}
		})
	}
}

func (w *writers) write(c *client.Client, name string) error {
	made, err := c.RotationPolicies().Create(w.t.Context(), api.RotationPolicyCreate{Name: name, Interval: "30d"})
	if err != nil {
		return err
	}
	w.note(w.changed, made.ID, false)
	_, err = c.RotationPolicies().Patch(w.t.Context(), made.ID, api.RotationPolicyPatch{Interval: api.Some("31d")},
		client.Write{})
	if err != nil {
		return err
	}
	w.note(w.changed, made.ID, true)
	in := api.TestEventRequest{Type: anEvent, Data: json.RawMessage(fmt.Sprintf(`{"name":%q}`, name))}
	queued, err := c.WebhookEndpoints().SendTestEvent(w.t.Context(), w.endpoint, in, client.Write{})
	if err == nil {
		w.note(w.sent, queued.ID, true)
	}
	return err
}

func (w *writers) note(in map[string]bool, id string, value bool) {
	w.mu.Lock()
	in[id] = value
	w.mu.Unlock()
	select {
	case w.acknowledged <- struct{}{}:
	default: // nobody waits
	}
}

// wait waits until n more writes are acknowledged.
func (w *writers) wait(n int) {
	w.t.Helper()
	for len(w.acknowledged) > 0 {
		<-w.acknowledged
	}
	for range n {
		select {
		case <-w.acknowledged:
		case <-time.After(time.Minute):
			w.t.Fatal("no write was acknowledged within a minute")
		}
	}
}

// wantAll wants every write that was acknowledged to be there, and every event to have arrived under its id.
func (w *writers) wantAll(h *acctest.Hook) {
	w.t.Helper()
	c := w.client(patient)
	policies, err := c.RotationPolicies().List(w.t.Context(), client.Filter{})
	ok(w.t, err)
	found := map[string]string{}
	for _, p := range policies {
		found[p.ID] = p.Interval
	}
	for id, changed := range w.changed {
		if got := found[id]; got == "" || changed && got != "31d" {
			w.t.Errorf("policy %s was made, its change was acknowledged: %v; its interval is %q", id, changed, got)
		}
	}
	acctest.WaitFor(w.t, "every event has arrived", func() bool { return distinctIDs(h.Events()) >= len(w.sent) })
	bodies := map[string]string{}
	for _, e := range h.Events() {
		if !w.sent[e.ID] || !e.Genuine {
			w.t.Errorf("the receiver got an unknown or forged event: %s", e.ID)
		}
		if body, again := bodies[e.ID]; again && body != string(e.Body) {
			w.t.Errorf("event %s came with two bodies", e.ID)
		}
		bodies[e.ID] = string(e.Body)
	}
	acctest.WaitFor(w.t, "every delivery is recorded", func() bool {
		records, err := c.WebhookEndpoints().Deliveries(w.t.Context(), w.endpoint)
		ok(w.t, err)
		delivered := 0
		for _, d := range records {
			if d.State == api.DeliveryDelivered {
				delivered++
			}
		}
		return delivered == len(w.sent)
	})
}

// String says how much was written.
func (w *writers) String() string {
	return fmt.Sprintf("%d policies made and changed, %d events sent", len(w.changed), len(w.sent))
}
