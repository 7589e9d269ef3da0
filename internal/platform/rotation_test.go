package platform_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func TestRotationWithAcknowledgement(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", nil)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID})
	if token.Version != 1 || token.Rotation.Phase != api.PhaseStable || token.Rotation.NextVersion != 2 ||
		token.Rotation.Due != api.DueNone {
		t.Fatalf("a new token: %+v", token)
	}
	values := map[int64]string{1: w.reveal(token.ID, 1)}
	w.accepted(values, 1)

	w.clock.Advance(30*24*time.Hour - time.Second)
	if r := w.token(token.ID).Rotation; r.Due != api.DueNone {
		t.Errorf("due %s before the interval has passed", r.Due)
	}
	w.clock.Advance(time.Second)
	due := w.token(token.ID)
	if due.Rotation.Due != api.StepBegin || due.Rotation.Reason != api.ReasonInterval || due.Etag != token.Etag {
		t.Errorf("past the interval: due %s (%s), etag %s", due.Rotation.Due, due.Rotation.Reason, due.Etag)
	}

	w.step(token.ID, api.StepRotate, nil).problem(api.CodeAcknowledgementRequired, "")
	staged := decoded[api.ScopedToken](w.step(token.ID, api.StepBegin, nil, ifMatch(due.Etag)).want(200))
	if staged.Version != 2 || staged.Rotation.Phase != api.PhaseStaged ||
		staged.Rotation.Reason != api.ReasonAwaitingAcknowledgement || staged.Etag == due.Etag {
		t.Errorf("after begin: %+v", staged)
	}
	values[2] = w.reveal(token.ID, 2)
	if values[1] == values[2] {
		t.Fatal("two versions have one value")
	}
	w.accepted(values, 1, 2)
	w.step(token.ID, api.StepBegin, nil).problem(api.CodeConflict, "")
	w.step(token.ID, api.StepPromote, nil).problem(api.CodeAcknowledgementRequired, "")

	w.acknowledgedByUse(staged, values)

	promoted := decoded[api.ScopedToken](w.step(token.ID, api.StepPromote, nil, ifMatch(staged.Etag)).want(200))
	if promoted.Version != 2 || promoted.Rotation.Phase != api.PhaseDraining ||
		!promoted.Rotation.PreviousExpiresAt.Equal(w.clock.Now().Add(time.Hour)) {
		t.Errorf("after promote: %+v", promoted)
	}
	w.accepted(values, 1, 2)
	w.clock.Advance(time.Hour - time.Microsecond)
	w.accepted(values, 1, 2)
	w.clock.Advance(time.Microsecond)
	w.accepted(values, 2) // without a sweep or a read before
	if stable := w.token(token.ID); stable.Rotation.Phase != api.PhaseStable || stable.Rotation.Due != api.DueNone {
		t.Errorf("after the overlap: %+v", stable)
	}
	want := []string{"create", "reveal", "begin", "reveal", "acknowledge", "promote", "retire"}
	if diff := cmp.Diff(want, w.actions(token.ID)); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}

// acknowledgedByUse introspects the pending version. Only a use by a runtime principal is evidence, and evidence does
// not change the etag.
func (w *world) acknowledgedByUse(staged api.ScopedToken, values map[int64]string) {
	w.t.Helper()
	w.accepted(values, 1, 2)
	if w.token(staged.ID).Rotation.Acknowledged {
		w.t.Error("an auditor's introspection counted as a use")
	}
	used := w.introspect(api.RoleRuntime, values[2])
	if !used.Active || used.Version != 2 || used.Subject != staged.ID ||
		used.ExpiresAt != time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).Unix() {
		w.t.Errorf("introspection: %+v", used)
	}
	acknowledged := w.token(staged.ID)
	if r := acknowledged.Rotation; !r.Acknowledged || r.Due != api.StepPromote || r.Reason != api.ReasonAcknowledged ||
		acknowledged.Etag != staged.Etag {
		w.t.Errorf("after the use: %+v", acknowledged)
	}
	if acknowledged.LastUsedAt == nil || !acknowledged.LastUsedAt.Equal(w.clock.Now()) {
		w.t.Errorf("last used %v", acknowledged.LastUsedAt)
	}
}

func TestRotationWithoutAcknowledgement(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("weekly", object{"interval": "7d", "require_acknowledgement": false})
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID})
	values := map[int64]string{1: w.reveal(token.ID, 1)}
	w.clock.Advance(7 * 24 * time.Hour)
	if r := w.token(token.ID).Rotation; r.Due != api.StepRotate || r.Reason != api.ReasonInterval {
		t.Errorf("due %s (%s)", r.Due, r.Reason)
	}
	draining := decoded[api.ScopedToken](w.step(token.ID, api.StepRotate, nil).want(200))
	if draining.Version != 2 || draining.Rotation.Phase != api.PhaseDraining {
		t.Errorf("after rotate: %+v", draining)
	}
	values[2] = w.reveal(token.ID, 2)
	w.accepted(values, 1, 2)
	w.clock.Advance(time.Hour)
	w.accepted(values, 2)
}

func (w *world) list() []api.ScopedToken {
	w.t.Helper()
	return decoded[api.Page[api.ScopedToken]](w.do("GET", "/v1/scoped-tokens", nil).want(200)).Items
}

func TestCancelledNumberIsNotReused(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	w.step(token.ID, api.StepBegin, nil).want(200)
	cancelled := w.reveal(token.ID, 2)
	held := decoded[api.ScopedToken](w.step(token.ID, api.StepCancel, object{"reason": "wrong scopes"}).want(200))
	if held.Hold == nil || held.Hold.Reason != "wrong scopes" || held.Version != 1 ||
		held.Rotation.Phase != api.PhaseStable || held.Rotation.Reason != api.ReasonHeld {
		t.Errorf("%+v", held)
	}
	if w.introspect(api.RoleRuntime, cancelled).Active {
		t.Error("a cancelled version is accepted")
	}
	w.step(token.ID, api.StepBegin, nil).problem(api.CodeHeld, "")
	w.lifecycle(token.ID, "release", object{"reason": "fixed"})
	if got := decoded[api.ScopedToken](w.step(token.ID, api.StepBegin, nil).want(200)); got.Version != 3 ||
		got.Rotation.NextVersion != 4 {
		t.Errorf("%+v", got)
	}
}

func TestRollback(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", object{"require_acknowledgement": false})
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID})
	values := map[int64]string{1: w.reveal(token.ID, 1)}
	w.step(token.ID, api.StepRotate, nil).want(200)
	values[2] = w.reveal(token.ID, 2)
	back := decoded[api.ScopedToken](w.step(token.ID, api.StepRollback, object{"reason": "consumers fail"}).want(200))
	if back.Version != 1 || back.Rotation.Phase != api.PhaseStaged || *back.Rotation.PendingVersion != 2 ||
		back.Hold == nil {
		t.Errorf("%+v", back)
	}
	w.accepted(values, 1, 2)
	w.step(token.ID, api.StepPromote, object{"force": true, "reason": "after all"}).problem(api.CodeHeld, "")
	w.clock.Advance(time.Hour) // the deadline that version 1 had
	w.accepted(values, 1)
	if got := w.token(token.ID); got.Rotation.Phase != api.PhaseStable || got.Version != 1 || got.Hold == nil {
		t.Errorf("%+v", got)
	}
}

func TestRetireAfterQuietPeriod(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", object{"require_acknowledgement": false, "quiet_period": "10m"})
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID})
	values := map[int64]string{1: w.reveal(token.ID, 1)}
	w.step(token.ID, api.StepRotate, nil).want(200)
	w.clock.Advance(5 * time.Minute)
	w.introspect(api.RoleRuntime, values[1])
	w.clock.Advance(9 * time.Minute)
	w.step(token.ID, api.StepRetire, nil).problem(api.CodeConflict, "")
	w.step(token.ID, api.StepRetire, object{"force": true}).problem(api.CodeInvalid, "/reason")
	w.clock.Advance(time.Minute)
	if r := w.token(token.ID).Rotation; r.Due != api.StepRetire || r.Reason != api.ReasonQuiet {
		t.Errorf("due %s (%s)", r.Due, r.Reason)
	}
	w.step(token.ID, api.StepRetire, nil).want(200)
	w.accepted(values)
}

// TestAcknowledgeWithoutRead acknowledges a version by a caller that may not read the token. The response has no body.
func TestAcknowledgeWithoutRead(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"labels": object{"team": "private"}})
	w.step(token.ID, api.StepBegin, nil).want(200)
	path := pathTokens + "/" + token.ID
	w.as(api.RoleRuntime, "GET", path, nil).problem(api.CodeForbidden, "")
	for range 2 { // the second answer is the one that was kept
		r := w.as(api.RoleRuntime, "POST", path+"/rotation/acknowledge", object{"version": 2}, key("once")).want(204)
		if len(r.body) != 0 || r.header.Get("ETag") != "" {
			t.Errorf("runtime got %q, etag %s", r.body, r.header.Get("ETag"))
		}
	}
	if !w.token(token.ID).Rotation.Acknowledged {
		t.Error("the acknowledgement does not count")
	}
	got := decoded[api.ScopedToken](w.step(token.ID, api.StepAcknowledge, object{"version": 2}).want(200))
	if diff := cmp.Diff(w.token(token.ID), got); diff != "" {
		t.Errorf("a caller with the permission to read got another response:\n%s", diff)
	}
}

// TestRefusedDeleteKeepsSettlement of the deadline before it. A repeated delete gets the first response.
func TestRefusedDeleteKeepsSettlement(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"deletion_protection": true})
	path := pathTokens + "/" + token.ID
	w.step(token.ID, api.StepBegin, nil).want(200)
	w.clock.Advance(7 * 24 * time.Hour)
	w.do("DELETE", path, nil).problem(api.CodeConflict, "")
	if got := w.actions(token.ID); got[len(got)-1] != "cancel" {
		t.Errorf("the audit ends with %v, want the stage cancelled at its deadline", got)
	}
	w.patchToken(token.ID, object{"deletion_protection": false})
	w.step(token.ID, api.StepBegin, nil).want(200)
	w.clock.Advance(7 * 24 * time.Hour)
	for range 2 {
		w.do("DELETE", path, nil, key("once")).want(204)
	}
	w.do("DELETE", path, nil).problem(api.CodeNotFound, "")
}
