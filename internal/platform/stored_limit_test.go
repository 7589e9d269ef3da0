package platform_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

// wantLimitReached wants 429 with the headers of a limit that does not pass by waiting.
func (r *reply) wantLimitReached(limit limits.Limit, quota int, says ...string) {
	r.t.Helper()
	p := r.problem(api.CodeLimitReached, "")
	if r.status != 429 || r.header.Get("Retry-After") != "60" || r.header.Get("RateLimit") != `"`+string(limit)+`";r=0` ||
		r.header.Get("RateLimit-Policy") != `"`+string(limit)+`";q=`+strconv.Itoa(quota) {
		r.t.Errorf("status %d, %v", r.status, r.header)
	}
	for _, part := range says {
		if !strings.Contains(p.Detail, part) {
			r.t.Errorf("the detail does not say %q: %s", part, p.Detail)
		}
	}
}

// TestObjectsOfAnEnvironment: one object too many of a kind is refused and changes nothing. Other kinds and other
// environments go on, and so does this one after a deletion.
func TestObjectsOfAnEnvironment(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", nil)
	connector := w.newConnector("chat", nil)
	endpoint := w.newEndpoint("hooks", connector.ID, nil)
	w.limits = &limits.Config{Objects: 2}
	w.restart()
	bodies := map[string]func(name string) object{
		pathConnectors: func(name string) object { return object{"name": name, "owner": "o", "type": "custom"} },
		pathTokens:     func(name string) object { return tokenBody(name, connector.ID, nil) },
		pathEndpoints: func(name string) object {
			return object{"name": name, "connector_id": connector.ID, "url": "https://hooks.example.com/" + name}
		},
		pathSecrets: func(name string) object {
			return object{"name": name, "owner": "o", "endpoint_id": endpoint.ID, "rotation_policy_id": policy.ID}
		},
		pathPolicies: func(name string) object { return object{"name": name, "interval": "1d"} },
	}
	for path, body := range bodies {
		t.Run(path, func(t *testing.T) {
			w := w.in(t)
			var last string
			for i := range int64(3) {
				got := w.do("POST", path, body("n"+itoa(i)), key("k"+itoa(i)))
				if got.status == 201 && i < 2 {
					last = path + "/" + idOf(got)
					continue
				}
				got.wantLimitReached(limits.Objects, 2, "environment staging of tenant acme has 2 ", "delete", "--limit-objects")
				break
			}
			w.do("PATCH", last, object{"labels": object{"a": "b"}}).want(200)
			w.do("DELETE", last, nil).want(204)
			w.do("POST", path, body("again")).want(201)
			w.do("POST", path, body("over")).wantLimitReached(limits.Objects, 2)
		})
	}
	w.send(w.foreign["globex/staging"], "POST", pathPolicies, object{"name": "theirs", "interval": "1d"}).want(201)
	if !strings.Contains(w.log.String(), "limit=objects") {
		t.Error("the log has no line about it")
	}
}

// TestQueuedEventsOfAnEnvironment: their number and their bytes are limited, and room comes back when they are
// delivered.
func TestQueuedEventsOfAnEnvironment(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("a", nil)
	send := func(size int) *reply {
		return w.do("POST", pathEndpoints+"/"+h.endpoint+"/test-events",
			object{"type": eventType, "data": object{"text": strings.Repeat("x", size)}})
	}
	w.limits = &limits.Config{Deliveries: 3}
	w.restart()
	for range 3 {
		send(1).want(202)
	}
	send(1).wantLimitReached(limits.Deliveries, 3, "3 queued events", "--limit-deliveries")
	w.deliver()
	send(1).want(202)

	w.limits = &limits.Config{DeliveryBytes: 3000}
	w.restart()
	send(1500).want(202)
	send(1500).wantLimitReached(limits.DeliveryBytes, 3000, "3000 bytes", "--limit-delivery-bytes")
	send(10).want(202)
	w.deliver()
	if got := len(h.arrived()); got != 6 {
		t.Errorf("%d events arrived, want the 6 that were accepted", got)
	}
	send(1500).want(202)
}

// TestStoredAnswersOfAnEnvironment: at the limit the oldest answers are forgotten, unless they are so young that a
// repetition may still come. Then writes are refused, but never what ends a leaked value.
func TestStoredAnswersOfAnEnvironment(t *testing.T) {
	w := newLimitedWorld(t, limits.Config{Answers: 3})
	create := func(name string) *reply {
		return w.do("POST", pathPolicies, object{"name": name, "interval": "1d"}, key(name))
	}
	connector := w.newConnector("chat", nil)
	first := idOf(create("a").want(201))
	create("b").want(201)
	create("c").want(201)
	create("d").wantLimitReached(limits.Answers, 3, "older than 10m", "--limit-answers")
	w.do("POST", pathPolicies, object{"name": "no key", "interval": "1d"}).problem(api.CodeInvalid, "/name")
	w.do("POST", pathPolicies, object{"name": "no-key", "interval": "1d"}).want(201)
	w.do("POST", pathConnectors+"/"+connector.ID+"/hold", because, key("hold")).want(200)
	w.do("POST", pathConnectors+"/"+connector.ID+"/hold", because, key("hold")).want(200)
	if got := idOf(create("a").want(201)); got != first {
		t.Errorf("the repetition within minutes made %s", got)
	}
	w.clock.Advance(11 * time.Minute)
	create("d").want(201)
	if got := create("d").want(201); idOf(got) == "" {
		t.Error("the new answer is not stored")
	}
	create("a").problem(api.CodeNameTaken, "/name") // its answer was the oldest
}
