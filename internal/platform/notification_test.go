package platform_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/notifications"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// notified delivers what is queued, and returns the notifications that a hook got.
func (h *hook) notified(want int) (out []api.Notification) {
	h.w.t.Helper()
	h.w.sweep()
	h.w.deliver()
	for _, a := range h.took(want) {
		e := a.event(h.w.t)
		var n api.Notification
		if err := json.Unmarshal(e.Data, &n); err != nil {
			h.w.t.Fatalf("%v in %s", err, a.body)
		}
		if n.Type != e.Type || !a.genuine {
			h.w.t.Errorf("type %s in an event of type %s, genuine %v", n.Type, e.Type, a.genuine)
		}
		out = append(out, n)
	}
	return out
}

// newNotified makes a hook that gets some types alone.
func (w *world) newNotified(name string, types ...string) *hook {
	w.t.Helper()
	h := w.newHook(name, nil)
	w.do("PATCH", "/v1/rotation-policies/"+h.policy, object{"interval": "1000d"}).want(200)
	if types != nil {
		w.patchEndpoint(h.endpoint, object{"event_types": types})
	}
	return h
}

func TestRotationsAreNotified(t *testing.T) {
	w := newWorld(t)
	all := w.newNotified("all") // takes every type, which these are not
	hooks := w.newNotified("hooks", "quickconnect.rotation.*")
	overdue := w.newNotified("overdue", api.NotifyRotationOverdue, "message.*")
	policy := w.newPolicy("aged", object{"interval": "30d", "max_age": "60d"})
	connector := w.newConnector("slack", object{"rotation_policy_id": policy.ID, "credentials": object{"k": "v"}})
	token := w.newToken("notifier", connector.ID, object{"rotation_policy_id": policy.ID})
	hooks.notified(0)
	w.clock.Advance(30*24*time.Hour - time.Second)
	hooks.notified(0)
	w.clock.Advance(time.Minute)
	one := int64(1)
	about := func(id, kind, name, owner string) api.NotificationObject {
		return api.NotificationObject{
			Kind: kind, ID: id, Name: name, Owner: owner, Environment: "staging",
			Connector: &api.NotificationConnector{ID: connector.ID, Name: "slack"},
		}
	}
	tokenNotice := api.Notification{
		Type: api.NotifyRotationDue, Time: epoch.Add(30 * 24 * time.Hour), Version: &one,
		Object:  about(token.ID, api.KindScopedTokens, "notifier", token.Owner),
		Details: map[string]string{"step": "begin", "reason": "interval"},
	}
	got := hooks.notified(2)
	if diff := cmp.Diff(tokenNotice, noticeOf(t, got, token.ID)); diff != "" {
		t.Errorf("token (-want +got):\n%s", diff)
	}
	want := api.Notification{
		Type: api.NotifyRotationDue, Time: epoch.Add(30 * 24 * time.Hour), Version: &one,
		Object: about(connector.ID, api.KindConnectors, "slack", connector.Owner), Details: map[string]string{},
	}
	if diff := cmp.Diff(want, noticeOf(t, got, connector.ID)); diff != "" {
		t.Errorf("connector (-want +got):\n%s", diff)
	}
	// Once for a version, after a restart and a change too.
	w.restart()
	w.patchToken(token.ID, object{"description": "other"})
	hooks.notified(0)
	overdue.took(0)
	w.clock.Advance(30 * 24 * time.Hour)
	for _, h := range []*hook{hooks, overdue} {
		n := noticeOf(t, h.notified(2), token.ID)
		if n.Type != api.NotifyRotationOverdue || n.Details["reason"] != "overdue" ||
			!n.Time.Equal(epoch.Add(60*24*time.Hour)) {
			t.Errorf("%+v", n)
		}
	}
	// The next version falls due again.
	w.step(token.ID, "begin", nil).want(200)
	hooks.notified(0)
	w.step(token.ID, "acknowledge", object{"version": 2}).want(200)
	w.step(token.ID, "promote", nil).want(200)
	w.clock.Advance(30*24*time.Hour + time.Minute)
	if n := noticeOf(t, hooks.notified(1), token.ID); n.Type != api.NotifyRotationDue || *n.Version != 2 {
		t.Errorf("%+v", n)
	}
	all.notified(0)
}

func noticeOf(t *testing.T, all []api.Notification, id string) api.Notification {
	t.Helper()
	for _, n := range all {
		if n.Object.ID == id {
			return n
		}
	}
	t.Fatalf("no notification about %s in %+v", id, all)
	return api.Notification{}
}

// A change of the policy counts for credentials that nothing else touches, and a hold stops what would fall due.
func TestNotificationsFollowPolicyAndHold(t *testing.T) {
	w := newWorld(t)
	h := w.newNotified("hooks", "quickconnect.*")
	policy := w.newPolicy("aged", object{"interval": "300d"})
	secret := w.newSecret("other", h.endpoint, policy.ID, nil)
	held := w.newToken("held", h.connector, object{"rotation_policy_id": policy.ID})
	w.lifecycle(held.ID, "hold", object{"reason": "a freeze"}).want(200)
	w.clock.Advance(20 * 24 * time.Hour)
	h.notified(0)
	w.do("PATCH", "/v1/rotation-policies/"+policy.ID, object{"interval": "10d"}).want(200)
	n := noticeOf(t, h.notified(1), secret.ID)
	if n.Object.Kind != api.KindSigningSecrets || n.Object.Connector == nil || n.Object.Connector.ID != h.connector {
		t.Errorf("%+v", n)
	}
	w.lifecycle(held.ID, "release", object{"reason": "over"}).want(200)
	noticeOf(t, h.notified(1), held.ID)
}

// Nobody else sends what only the platform may say, and an endpoint names what exists.
func TestNotificationTypesAreThePlatforms(t *testing.T) {
	w := newWorld(t)
	h := w.newNotified("hooks", "quickconnect.*")
	for _, eventType := range append(api.NotificationTypes(), "quickconnect.other") {
		w.do("POST", pathEndpoints+"/"+h.endpoint+"/test-events", object{"type": eventType}).problem(api.CodeInvalid, "/type")
	}
	for _, types := range []string{"quickconnect.rotation", "quickconnect.rotaton.due", "quickconnect.leaks.*"} {
		w.do("PATCH", pathEndpoints+"/"+h.endpoint, object{"event_types": []string{types}}).
			problem(api.CodeInvalid, "/event_types/0")
	}
	h.notified(0)
}

// raise raises a fact about a token as another domain does.
func (w *world) raise(f notifications.Fact) {
	w.t.Helper()
	runner, err := txn.Open(w.t.Context(), w.store, w.keyring, w.clock, rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	err = runner.Update(w.t.Context(), txn.Caller{Scope: staging}, func(tx *txn.Tx) error {
		return notifications.Raise(w.t.Context(), tx, f)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// A flood of one type is cut, and what was left out is counted. Other types, and other environments, are not affected.
func TestFloodOfNotificationsIsBounded(t *testing.T) {
	w := newWorld(t)
	h := w.newNotified("hooks", "quickconnect.finding.*", api.NotifyLeakReported)
	token := w.newToken("notifier", h.connector, nil)
	fact := notifications.Fact{Type: api.NotifyFindingOpened, Kind: api.KindScopedTokens, ID: token.ID}
	flood := func(from, to int) {
		for i := from; i < to; i++ {
			fact.Key = fmt.Sprint(i)
			w.raise(fact)
		}
	}
	flood(0, api.MaxNotificationsPerHour+7)
	leak := fact
	leak.Type, leak.Version, leak.Details = api.NotifyLeakReported, 1, map[string]string{"source": "github"}
	w.raise(leak)
	w.raise(leak) // the same fact
	got := h.notified(api.MaxNotificationsPerHour + 1)
	last, leaks := 0, 0
	for _, n := range got {
		if n.LimitReached {
			last++
		}
		if n.Type == api.NotifyLeakReported && n.Details["source"] == "github" && !n.LimitReached {
			leaks++
		}
	}
	if last != 1 || leaks != 1 {
		t.Errorf("%d say that the limit is reached, %d are of the leak", last, leaks)
	}
	w.clock.Advance(time.Hour)
	flood(1000, 1002)
	got = h.notified(2)
	if got[0].LeftOut+got[1].LeftOut != 7 {
		t.Errorf("%d and %d were left out, want 7 in one", got[0].LeftOut, got[1].LeftOut)
	}
}
