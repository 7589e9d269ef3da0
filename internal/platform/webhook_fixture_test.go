package platform_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// hook is an endpoint with a receiver and a signing secret. The receiver knows version 1.
type hook struct {
	*receiver
	connector string
	endpoint  string
	policy    string
	secret    string
}

// newHook creates a hook. more has members of its signing secret.
func (w *world) newHook(name string, more object) *hook {
	w.t.Helper()
	h := &hook{
		receiver: w.newReceiver(), connector: w.newConnector(name, nil).ID,
		policy: w.newPolicy(name, object{"max_stage": "7d"}).ID,
	}
	h.endpoint = w.newEndpoint(name, h.connector, object{"url": h.server.URL + "/hook"}).ID
	h.secret = w.newSecret(name, h.endpoint, h.policy, more).ID
	h.knows(w.key(h.secret, 1))
	return h
}

func (w *world) endpoint(id string) api.WebhookEndpoint {
	w.t.Helper()
	return decoded[api.WebhookEndpoint](w.do("GET", pathEndpoints+"/"+id, nil).want(200))
}

func (w *world) patchEndpoint(id string, body any) api.WebhookEndpoint {
	w.t.Helper()
	return decoded[api.WebhookEndpoint](w.do("PATCH", pathEndpoints+"/"+id, body).want(200))
}

func (w *world) secret(id string) api.SigningSecret {
	w.t.Helper()
	return decoded[api.SigningSecret](w.do("GET", pathSecrets+"/"+id, nil).want(200))
}

func (w *world) patchSecret(id string, body any, headers ...header) api.SigningSecret {
	w.t.Helper()
	return decoded[api.SigningSecret](w.do("PATCH", pathSecrets+"/"+id, body, headers...).want(200))
}

// mustStep takes a rotation step of a signing secret that must succeed.
func (w *world) mustStep(id, step string, body any) api.SigningSecret {
	w.t.Helper()
	return decoded[api.SigningSecret](w.step(id, step, body).want(200))
}

var forced = object{"force": true, "reason": "test"}

// slug turns the name of a test case into the name of an object.
func slug(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(s))
}

// key returns the key with which a receiver verifies a version.
func (w *world) key(id string, version int64) webhook.Key {
	w.t.Helper()
	return parsedKey(w.t, w.reveal(id, version))
}

func parsedKey(tb testing.TB, text string) webhook.Key {
	tb.Helper()
	k, err := webhook.ParseSecret(text)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

// validVersions returns the numbers of the versions that are listed as valid.
func (w *world) validVersions(id string) (out []int64) {
	w.t.Helper()
	for _, v := range w.versions(id) {
		if v.State == "pending" || v.State == "current" || v.State == "previous" {
			out = append(out, v.Version)
		}
	}
	return out
}

// suppliedSecret returns an HMAC secret of size bytes, all the same letter.
func suppliedSecret(letter string, size int) string {
	return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, size)))
}

const eventType = "message.delivered"

// sent queues a test event and returns its id.
func (w *world) sent(endpointID string) string {
	w.t.Helper()
	return w.sentBody(endpointID, object{"type": eventType, "data": object{"n": 1}})
}

func (w *world) sentBody(endpointID string, body any, headers ...header) string {
	w.t.Helper()
	return decoded[api.TestEvent](w.do("POST", pathEndpoints+"/"+endpointID+"/test-events", body, headers...).want(202)).ID
}

// refusesEvents returns the problem with which a test event is refused.
func (w *world) refusesEvents(endpointID string) api.Problem {
	w.t.Helper()
	return w.do("POST", pathEndpoints+"/"+endpointID+"/test-events", object{"type": eventType}).problem(api.CodeConflict,
		"")
}

// deliver makes every attempt that is due now.
func (w *world) deliver() {
	w.t.Helper()
	if err := w.p.Deliver(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// probe makes every probe that is due now.
func (w *world) probe() {
	w.t.Helper()
	if err := w.p.Probe(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) sweep() {
	w.t.Helper()
	if err := w.p.Sweep(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// deliveries returns the first page of an endpoint's record, the newest first.
func (w *world) deliveries(endpointID string) []api.Delivery {
	w.t.Helper()
	return decoded[api.Page[api.Delivery]](w.do("GET", pathEndpoints+"/"+endpointID+"/deliveries", nil).want(200)).Items
}

// delivery returns the record of one event.
func (w *world) delivery(endpointID, id string) api.Delivery {
	w.t.Helper()
	for _, d := range w.deliveries(endpointID) {
		if d.ID == id {
			return d
		}
	}
	w.t.Fatalf("there is no record of %s", id)
	return api.Delivery{}
}

// attempted returns the last attempt at an event, and fails the test unless there were so many.
func (w *world) attempted(endpointID, id string, attempts int) api.DeliveryAttempt {
	w.t.Helper()
	d := w.delivery(endpointID, id)
	if len(d.Attempts) != attempts || attempts == 0 {
		w.t.Fatalf("%d attempts at %s, want %d: %+v", len(d.Attempts), id, attempts, d.Attempts)
	}
	return d.Attempts[attempts-1]
}

// retried advances the clock to the next attempt at an event, and makes it.
func (w *world) retried(endpointID, id string) {
	w.t.Helper()
	next := w.delivery(endpointID, id).NextAttemptAt
	if next == nil || next.Before(w.clock.Now()) {
		w.t.Fatalf("the next attempt at %s is %v", id, next)
	}
	w.clock.Advance(next.Sub(w.clock.Now()))
	w.deliver()
}

// audited returns the audit events of one action on an object.
func (w *world) audited(id, action string) (out []*store.AuditEvent) {
	w.t.Helper()
	for _, e := range w.audit() {
		if e.ObjectID == id && e.Action == action {
			out = append(out, e)
		}
	}
	return out
}

// statusOf returns a status, or 0 for none.
func statusOf(n *int64) int {
	if n == nil {
		return 0
	}
	return int(*n)
}

// principal returns the id of the principal of a role.
func (w *world) principal(role string) string {
	w.t.Helper()
	return decoded[api.Identity](w.as(role, "GET", "/v1/identity", nil).want(200)).PrincipalID
}
