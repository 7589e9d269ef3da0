package platform_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestLittleIsKeptOfAnAnswer: a repetition gets the status, the etag and the rotation object of the first answer, and
// otherwise the object as it is now; of a large object no more is kept than of a small one.
func TestLittleIsKeptOfAnAnswer(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	large := map[string]string{}
	for i := range 60 {
		large["k"+itoa(int64(i))] = strings.Repeat("v", 1000)
	}
	token := w.newToken("notifier", c.ID, object{
		"rotate_when_changed": large,
		"rotation_policy_id":  w.newPolicy("p", nil).ID,
	})
	path := pathTokens + "/" + token.ID
	first := decoded[api.ScopedToken](w.do("POST", path+"/rotation/begin", object{}, key("k")).want(200))
	if n := w.answerBytes(); n > 2000 {
		t.Errorf("%d bytes are kept of %d", n, len(large)*1000)
	}
	w.patchToken(token.ID, object{"description": "changed since"})
	w.step(token.ID, api.StepPromote, forced).want(200)
	again := w.do("POST", path+"/rotation/begin", object{}, key("k")).want(200)
	got := decoded[api.ScopedToken](again)
	if got.Rotation.Phase != first.Rotation.Phase || *got.Rotation.PendingVersion != 2 || got.Etag != first.Etag ||
		again.header.Get("ETag") != `"`+first.Etag+`"` {
		t.Errorf("%+v, want the rotation and the etag of %+v", got, first)
	}
	if got.Description == nil || *got.Description != "changed since" || len(got.RotateWhenChanged) != len(large) {
		t.Errorf("not the object as it is now: %+v", got)
	}

	id := w.sentEvent(w.newHook("hooks", nil).endpoint, "event")
	if id != w.sentEvent(w.endpointNamed("hooks"), "event") {
		t.Error("another event")
	}
}

func (w *world) sentEvent(endpoint, k string) string {
	w.t.Helper()
	return w.sentBody(endpoint, object{"type": eventType}, key(k))
}

func (w *world) endpointNamed(name string) string {
	w.t.Helper()
	return decoded[api.Page[api.WebhookEndpoint]](w.do("GET", pathEndpoints+"?name="+name, nil).want(200)).Items[0].ID
}

// answerBytes is the size of all that is kept of answers.
func (w *world) answerBytes() (n int) {
	w.t.Helper()
	w.query(`SELECT SUM(COALESCE(LENGTH(body), 0) + COALESCE(LENGTH(rotation), 0) + LENGTH(location) +
		LENGTH(object_id)) FROM idempotency`, &n)
	return n
}

// TestAnswerOfOlderBuildIsReplayed is repeated whole.
func TestAnswerOfOlderBuildIsReplayed(t *testing.T) {
	w := newWorld(t)
	body := object{"name": "a", "interval": "1d"}
	w.do("POST", pathPolicies, body, key("k")).want(201)
	w.tamper(`UPDATE idempotency SET body = ?, object_id = ''`, []byte(`{"id":"pol_old"}`))
	if again := w.do("POST", pathPolicies, body,
		key("k")).want(201); string(bytes.TrimSpace(again.body)) != `{"id":"pol_old"}` {
		t.Errorf("%s", again.body)
	}
}

// TestPagesAreBoundedInBytes: a page ends where it would become too large, and the next one goes on there.
func TestPagesAreBoundedInBytes(t *testing.T) {
	w := newWorld(t)
	large := map[string]string{}
	for i := range 60 {
		large["k"+itoa(int64(i))] = strings.Repeat("v", 1000)
	}
	c := w.newConnector("chat", nil)
	const n = 80 // 60 kB each
	for i := range n {
		w.newToken("t"+itoa(int64(i)), c.ID, object{"rotate_when_changed": large})
	}
	seen, next := 0, ""
	for pages := 1; ; pages++ {
		r := w.do("GET", pathTokens+"?page_size=1000&page_token="+next, nil).want(http.StatusOK)
		if len(r.body) > api.MaxPageBytes+1000 {
			t.Errorf("a page of %d bytes", len(r.body))
		}
		var page api.Page[json.RawMessage]
		r.decode(&page)
		seen, next = seen+len(page.Items), page.NextPageToken
		if next == "" {
			if pages != 2 || seen != n {
				t.Errorf("%d items on %d pages", seen, pages)
			}
			return
		}
	}
}
