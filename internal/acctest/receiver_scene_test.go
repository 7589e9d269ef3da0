package acctest_test

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

const (
	// receivedType is the event type that the receivers of these tests take.
	receivedType = "message.delivered"
	// bodyCanary is in the data of every event.
	bodyCanary = "CANARY4711BODY"
	// maxReceived is how many bytes a receiver takes.
	maxReceived = 1 << 20
	// copies are how many requests with one id arrive together.
	copies = 20
	// flooded are how many events arrive in quick succession: more than a receiver keeps for ever.
	flooded = 10_100
)

// What the receivers say of a config that they cannot use.
const (
	configMissing = "refused 503 the config file cannot be read"
	configShape   = "refused 503 the config file is not JSON " +
		"with tenant, environment, endpoint_id, event_types and secrets"
	configSecret = "refused 503 a secret in the config file has a wrong prefix or wrong base64"
	configCount  = "refused 503 the config file must have 1 to 16 secrets"
)

// conversation is what a test sends to one receiver, and what that should say of it.
type conversation struct {
	t      *testing.T
	r      *acctest.Receiver
	client *http.Client
	names  []string
	want   []string // one line of the log for each request
	hidden []string // what no log may have
}

func talkTo(t *testing.T, r *acctest.Receiver, keys ...webhook.Key) *conversation {
	t.Helper()
	c := &conversation{t: t, r: r, client: &http.Client{Timeout: 30 * time.Second}, hidden: []string{bodyCanary}}
	t.Cleanup(c.client.CloseIdleConnections)
	for _, k := range keys {
		_, encoded, _ := strings.Cut(k.Expose(), "_")
		c.hidden = append(c.hidden, encoded)
	}
	return c
}

// post sends one request, and wants this answer and this line.
func (c *conversation) post(name string, req *http.Request, status int, line string) {
	c.t.Helper()
	if got := c.send(req); got != status {
		c.t.Errorf("%s: answered %d, want %d", name, got, status)
	}
	c.names, c.want = append(c.names, name), append(c.want, line)
}

func (c *conversation) send(req *http.Request) int {
	c.t.Helper()
	for entry := range strings.FieldsSeq(strings.Join(req.Header.Values(webhook.HeaderSignature), " ")) {
		if _, value, _ := strings.Cut(entry, ","); len(value) > 20 && !slices.Contains(c.hidden, value) {
			c.hidden = append(c.hidden, value)
		}
	}
	status, err := answerTo(c.client, req)
	if err != nil {
		c.t.Fatal(err)
	}
	return status
}

func answerTo(client *http.Client, req *http.Request) (int, error) {
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// end stops the receiver, compares what it has said with what it should have, and looks for what it should not.
func (c *conversation) end() {
	c.t.Helper()
	c.r.Stop()
	lines := c.r.Lines()
	for i, want := range c.want {
		if i >= len(lines) {
			c.t.Fatalf("%s: nothing was logged, want %q", c.names[i], want)
		}
		if lines[i] != want {
			c.t.Errorf("%s: logged %q, want %q", c.names[i], lines[i], want)
		}
	}
	if len(lines) > len(c.want) {
		c.t.Errorf("more was logged than requests were sent: %q", lines[len(c.want):])
	}
	c.leaks()
}

func (c *conversation) leaks() {
	c.t.Helper()
	for i, hidden := range c.hidden {
		if strings.Contains(c.r.Log(), hidden) {
			c.t.Errorf("the log has a secret, a signature or a body (number %d)", i)
		}
	}
}

// delivery makes the request of one attempt, with one signature for each key.
func (c *conversation) delivery(id string, at time.Time, body string, keys ...webhook.Key) *http.Request {
	c.t.Helper()
	signature, err := webhook.Sign(keys, id, at, []byte(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.r.URL+"/hooks", strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(webhook.HeaderID, id)
	req.Header.Set(webhook.HeaderTimestamp, webhook.Timestamp(at))
	req.Header.Set(webhook.HeaderSignature, signature)
	return req
}

func with(req *http.Request, header string, values ...string) *http.Request {
	req.Header[http.CanonicalHeaderKey(header)] = values
	return req
}

func signatureOf(req *http.Request) string { return req.Header.Get(webhook.HeaderSignature) }

// eventWith is the body of an event for the receivers of these tests, with some members changed, or left out where nil.
func eventWith(changes map[string]any) string {
	members := map[string]any{
		"type": receivedType, "timestamp": "2026-05-01T12:00:00Z", "data": map[string]any{"note": bodyCanary},
		"tenant": acctest.Tenant, "environment": "production", "endpoint_id": "wep_here",
	}
	for name, value := range changes {
		members[name] = value
		if value == nil {
			delete(members, name)
		}
	}
	data, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func receiverConfig(secrets ...string) acctest.ReceiverConfig {
	return acctest.ReceiverConfig{
		Tenant: acctest.Tenant, Environment: "production", EndpointID: "wep_here", EventTypes: []string{
			"message.failed",
			receivedType,
		}, Secrets: secrets,
	}
}

func newKey(t *testing.T, algorithm webhook.Algorithm) webhook.Key {
	t.Helper()
	k, err := webhook.Generate(algorithm, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
