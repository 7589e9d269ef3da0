package acctest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// fanOut hands every delivery to all receivers, as a load balancer with mirrors or a message bus does. It answers 204
// if all of them take it.
type fanOut struct {
	t         *testing.T
	receivers map[string]*acctest.Receiver

	mu       sync.Mutex
	statuses map[string][]map[string]int // of each event's arrivals, by receiver
	refused  int                         // probes that somebody refused
}

func (f *fanOut) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	ctx, statuses := r.Context(), map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for language, receiver := range f.receivers {
		all.Go(func() {
			status := f.pass(ctx, receiver, r.Header, body)
			mu.Lock()
			defer mu.Unlock()
			statuses[language] = status
		})
	}
	all.Wait()
	answer := http.StatusNoContent
	for _, status := range statuses {
		answer = max(answer, status)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if bytes.Contains(body, []byte(api.ProbeEventType)) {
		if answer != http.StatusNoContent {
			f.refused++
		}
	} else {
		id := r.Header.Get(webhook.HeaderID)
		f.statuses[id] = append(f.statuses[id], statuses)
	}
	w.WriteHeader(answer)
}

func (f *fanOut) pass(ctx context.Context, to *acctest.Receiver, header http.Header, body []byte) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL+"/hooks", bytes.NewReader(body))
	if err != nil {
		return http.StatusInternalServerError
	}
	req.Header = header.Clone()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return http.StatusBadGateway
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode
}

// A rotation under load, with the real programs: events are sent over a whole rotation, while the three receivers from
// examples/receivers, behind one URL, learn the new secret and forget the old one at different times. Every receiver
// accepts every event the first time, and once.
func TestRotationUnderLoad(t *testing.T) {
	t.Parallel()
	load := sized(500, 2000)
	p, tf, token := startProcess(t, "--allow-private-endpoints")
	c := p.Client(token)
	f := &fanOut{t: t, receivers: map[string]*acctest.Receiver{}, statuses: map[string][]map[string]int{}}
	for _, language := range acctest.Receivers {
		f.receivers[language] = acctest.StartReceiver(t, language)
	}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	s := acctest.NewSink(t)
	config := policy(`overlap = "20s"`)
	tf.Config(config + hooks(server.URL, `rotate_when_changed = { release = "1" }`) + signingHandover(s))
	tf.Apply()
	endpoint, signing := fmt.Sprint(tf.State(theEndpoint)["id"]), fmt.Sprint(tf.State(theSigning)["id"])

	// handed are the values that Terraform handed over last, the older one first.
	handed := func() []string {
		t.Helper()
		var values [2]string
		if _, text := s.Last(); json.Unmarshal([]byte(text), &values) != nil || values[0] == "" {
			t.Fatal("the sink has no values")
		}
		return slices.DeleteFunc([]string{values[1], values[0]}, func(v string) bool { return v == "" })
	}
	know := func(language string, secrets ...string) {
		f.receivers[language].Configure(acctest.ReceiverConfig{
			Tenant: acctest.Tenant, Environment: acctest.Environment, EndpointID: endpoint,
			EventTypes: []string{anEvent}, Secrets: secrets,
		})
	}
	probe := func() string {
		t.Helper()
		answer, err := c.WebhookEndpoints().Probe(t.Context(), endpoint)
		ok(t, err)
		if len(answer.Probes) == 0 {
			return "nothing to prove" // the platform was faster, and has the evidence
		}
		return answer.Probes[0].Result
	}
	var sent []string
	// during sends events while something happens.
	during := func(events int, something func()) {
		t.Helper()
		ids := make([]string, events)
		next := make(chan int)
		var senders sync.WaitGroup
		for range 4 {
			senders.Go(func() {
				for i := range next {
					ids[i] = send(t, p, token, endpoint, len(sent)+i)
				}
			})
		}
		senders.Go(func() {
			defer close(next)
			for i := range events {
				next <- i
			}
		})
		something()
		senders.Wait()
		sent = append(sent, ids...)
		// Some stay on their way: what comes next happens to them, too.
		acctest.WaitFor(t, "most of the events are delivered", func() bool { return f.arrived() > len(sent)-50 })
	}

	first := handed()[0]
	for _, language := range acctest.Receivers {
		know(language, first)
	}
	during(load*200/2000, func() {})
	tf.Config(config + hooks(server.URL, `rotate_when_changed = { release = "2" }`) + signingHandover(s))
	during(load*300/2000, func() { tf.Apply() })
	both := handed()
	if len(both) != 2 || both[0] != first {
		t.Fatal("the rotation has not handed over both values")
	}
	second := both[1]
	during(load*200/2000, func() { know("go", both...) })
	if result := probe(); result != string(webhook.NotAccepted) {
		t.Errorf("one of three receivers knows the new secret, and the probe says %s", result)
	}
	during(load*200/2000, func() { know("node", both...) })
	during(load*100/2000, func() { tf.Plan(0).Has("waits to be seen in use") })
	during(load*200/2000, func() { know("python", both...) })
	if result := probe(); result != string(webhook.Proven) && result != "nothing to prove" {
		t.Errorf("all receivers know the new secret, and the probe says %s", result)
	}
	during(load*300/2000, func() { tf.Apply() })
	wantSigning(t, tf, 2, map[string]any{"phase": "draining", "current_version": 2.0, "previous_version": 1.0})
	for _, language := range acctest.Receivers {
		during(load*100/2000, func() { know(language, second) })
	}
	acctest.WaitFor(t, "the overlap is over", func() bool {
		now, err := c.SigningSecrets().Get(t.Context(), signing)
		ok(t, err)
		return now.Rotation.Phase == api.PhaseStable
	})
	during(load-len(sent), func() { tf.Plan(0).Silent() })

	acctest.WaitFor(t, "every event is delivered", func() bool { return f.arrived() == load })
	f.want(sent)
	wantFirstAttempts(t, c, endpoint, load)
	tf.Destroy()
}

// arrived is how many events have come so far.
func (f *fanOut) arrived() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.statuses)
}

// want fails the test unless every event arrived once and every receiver accepted it then, and nothing else.
func (f *fanOut) want(sent []string) {
	f.t.Helper()
	slices.Sort(sent)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refused == 0 {
		f.t.Error("no probe was refused: nobody was asked too early")
	}
	for _, id := range sent {
		arrivals := f.statuses[id]
		if len(arrivals) != 1 {
			f.t.Errorf("event %s arrived %d times", id, len(arrivals))
			continue
		}
		for language, status := range arrivals[0] {
			if status != http.StatusNoContent {
				f.t.Errorf("the receiver in %s answered %d to %s", language, status, id)
			}
		}
	}
	for language, r := range f.receivers {
		r.Stop() // and its log is complete
		accepted := r.Accepted()
		slices.Sort(accepted)
		if !slices.Equal(accepted, sent) {
			f.t.Errorf("the receiver in %s accepted %d events, not each of the %d that were sent once", language,
				len(accepted), len(sent))
		}
		for _, line := range r.Refused() {
			if !strings.HasPrefix(line, "refused 401 no signature matches") { // a probe
				f.t.Errorf("the receiver in %s: %s", language, line)
			}
		}
	}
}

// wantFirstAttempts reads all records: delivered, at the first attempt, by the old secret, by both, and by the new one.
func wantFirstAttempts(t *testing.T, c *client.Client, endpoint string, load int) {
	t.Helper()
	records, err := c.WebhookEndpoints().Deliveries(t.Context(), endpoint)
	ok(t, err)
	signed := map[string]int{}
	for _, d := range records {
		if d.State != api.DeliveryDelivered || len(d.Attempts) != 1 {
			t.Errorf("delivery %s is %s after %d attempts", d.ID, d.State, len(d.Attempts))
			continue
		}
		var by []string
		for _, s := range d.Attempts[0].SignedBy {
			by = append(by, fmt.Sprint(s.Version))
		}
		signed[strings.Join(by, "+")]++
	}
	t.Logf("signed by: %v", signed)
	if len(records) != load || signed["1"] == 0 || signed["1+2"] == 0 || signed["2+1"] == 0 || signed["2"] == 0 {
		t.Errorf("%d records; signed by: %v", len(records), signed)
	}
}
