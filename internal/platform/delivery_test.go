package platform_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// delivered queues an event, delivers it, and returns what arrived.
func (h *hook) delivered() arrival {
	h.w.t.Helper()
	id := h.w.sent(h.endpoint)
	h.w.deliver()
	a := h.took(1)[0]
	if a.id() != id {
		h.w.t.Errorf("%s arrived, want %s", a.id(), id)
	}
	return a
}

func TestDelivery(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	w.patchEndpoint(h.endpoint, object{"url": h.server.URL + "/a%2fb/?x=%7e&y="})
	id := w.sent(h.endpoint)
	h.took(0)
	w.clock.Advance(90 * time.Second)
	w.deliver()
	a := h.took(1)[0]
	if a.method != "POST" || a.path != "/a%2fb/?x=%7e&y=" || !a.genuine {
		t.Errorf("%s %s, genuine %v", a.method, a.path, a.genuine)
	}
	for name, want := range map[string]string{
		"Webhook-Id": id, "Webhook-Timestamp": strconv.FormatInt(epoch.Add(90*time.Second).Unix(), 10),
		"Content-Type": "application/json", "User-Agent": "quickconnect-webhooks/1", "Authorization": "", "Cookie": "",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if !strings.HasPrefix(id, "msg_") || webhook.CheckID(id) != nil {
		t.Errorf("id %s", id)
	}
	want := event{
		Type: eventType, Timestamp: epoch, Data: json.RawMessage(`{"n":1}`), Tenant: "acme",
		Environment: "staging", EndpointID: h.endpoint,
	}
	if diff := cmp.Diff(want, a.event(t)); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	a.signedWith(t, w.key(h.secret, 1))
	if got := w.secret(h.secret); got.LastUsedAt == nil || !got.LastUsedAt.Equal(w.clock.Now()) || got.Etag != "1" {
		t.Errorf("%+v", got)
	}
	for range 3 { // once is enough
		w.clock.Advance(24 * time.Hour)
		w.deliver()
	}
	h.took(0)
	if events := w.audited(h.endpoint, "test_event"); len(events) != 1 || events[0].Detail["event"] != id ||
		events[0].Detail["type"] != eventType {
		t.Errorf("audit: %+v", events)
	}
}

// TestDataIsDeliveredUnchanged compares the JSON byte by byte.
func TestDataIsDeliveredUnchanged(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	for _, data := range []string{
		`{}`,
		`{"id":12345678901234567890123456789,"zero":-0,"price":1.10,"tiny":1e-300}`,
		`{"text":"<script>&amp;</script> > \"quoted\" \\ \/ \u00e4 \ud83d\ude00"}`,
		"{\"text\":\"ä 😀 日本語 \u2028 \u2029 <b> & \u007f\"}",
		`{"b":{"z":[1,[],{},null,true,""],"a":1},"a":2}`,
		`{"type":"other","endpoint_id":"wep_x","":0}`,
		`{"text":"` + strings.Repeat("x", api.MaxEventData-11) + `"}`,
	} {
		w.sentBody(h.endpoint, `{"type":"`+eventType+`","data":`+data+`}`)
		w.deliver()
		if a := h.took(1)[0]; string(a.event(t).Data) != data || !a.genuine {
			t.Errorf("data %.200s, want %.200s", a.event(t).Data, data)
		}
	}
	for body, want := range map[string]string{"{\"type\":\"" + eventType +
		"\",\"data\": {\n\t\"a\" : [ 1, 2 ] }}": `{"a":[1,2]}`, `{"type":"` + eventType + `"}`: "{}"} {
		w.sentBody(h.endpoint, body)
		w.deliver()
		a := h.took(1)[0]
		var compact bytes.Buffer
		if err := json.Compact(&compact, a.body); err != nil {
			t.Fatal(err)
		}
		if data := string(a.event(t).Data); data != want || compact.String() != string(a.body) {
			t.Errorf("data %s in %s", data, a.body)
		}
	}
}

func TestEventsRefused(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	w.patchEndpoint(h.endpoint, object{"event_types": []string{eventType, "message.failed"}})
	path := pathEndpoints + "/" + h.endpoint + "/test-events"
	for name, x := range map[string]struct {
		body  any
		field string
	}{
		"a type that it does not take": {object{"type": "message.read"}, "/type"},
		"no type":                      {object{"data": object{}}, "/type"},
		"a bad type":                   {object{"type": "Message"}, "/type"},
		"the type of probes":           {object{"type": api.ProbeEventType}, "/type"},
		"a list":                       {object{"type": eventType, "data": []int{1}}, "/data"},
		"a string":                     {object{"type": eventType, "data": "x"}, "/data"},
		"null":                         {`{"type":"message.delivered","data":null}`, "/data"},
		"not UTF-8":                    {"{\"type\":\"message.delivered\",\"data\":{\"a\":\"\xff\"}}", ""},
		"one byte too many": {
			object{"type": eventType, "data": object{"text": pad(api.MaxEventData - 10)}},
			"/data",
		},
		"more": {object{"type": eventType, "id": "msg_x"}, "/id"},
	} {
		t.Run(name, func(t *testing.T) {
			w.in(t).do("POST", path, x.body).problem(api.CodeInvalid, x.field)
		})
	}
	w.do("POST", path, object{"type": eventType, "data": object{"text": pad(api.MaxBodyBytes)}}).problem(api.CodeTooLarge,
		"")
	w.do("POST", path, `{"type":"message.delivered","data":{"a":1}`).problem(api.CodeInvalid, "")
	w.sentBody(h.endpoint, object{"type": "message.failed"})
	w.deliver()
	if a := h.took(1)[0]; a.event(t).Type != "message.failed" {
		t.Errorf("type %s", a.event(t).Type)
	}
	// A change of event_types does not affect queued events.
	w.patchEndpoint(h.endpoint, object{"event_types": nil})
	id := w.sentBody(h.endpoint, object{"type": "anything.else"})
	w.patchEndpoint(h.endpoint, object{"event_types": []string{eventType}})
	w.deliver()
	if a := h.took(1)[0]; a.id() != id {
		t.Errorf("%s arrived, want %s", a.id(), id)
	}
}

// TestRepeatedEventRequest queues one event for one idempotency key.
func TestRepeatedEventRequest(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	body := object{"type": eventType, "data": object{"n": 1}}
	first := w.sentBody(h.endpoint, body, key("once"))
	w.deliver()
	if again := w.sentBody(h.endpoint, body, key("once")); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	w.do("POST", pathEndpoints+"/"+h.endpoint+"/test-events", object{"type": eventType},
		key("once")).problem(api.CodeIdempotencyMismatch, "")
	w.deliver()
	h.took(1)
	if n := len(w.deliveries(h.endpoint)); n != 1 {
		t.Errorf("%d deliveries", n)
	}
	if other := w.sentBody(h.endpoint, body, key("twice")); other == first {
		t.Error("another key gets the same event")
	}
}
