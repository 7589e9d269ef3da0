package platform_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func TestRotationWithAcknowledgement(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", nil)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID})
	if token.Version != 1 || token.Rotation.Phase != api.PhaseStable || token.Rotation.NextVersion != 2 || token.Rotation.Due != api.DueNone {
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

	w.step(token.ID, api.StepRotate, nil).problem(api.CodeConflict, "")
	staged := decoded[api.ScopedToken](w.step(token.ID, api.StepBegin, nil, ifMatch(due.Etag)).want(200))
	if staged.Version != 2 || staged.Rotation.Phase != api.PhaseStaged || staged.Rotation.Reason != api.ReasonAwaitingAcknowledgement || staged.Etag == due.Etag {
		t.Errorf("after begin: %+v", staged)
	}
	values[2] = w.reveal(token.ID, 2)
	if values[1] == values[2] {
		t.Fatal("two versions have one value")
	}
	w.accepted(values, 1, 2)
	w.step(token.ID, api.StepBegin, nil).problem(api.CodeConflict, "")
	w.step(token.ID, api.StepPromote, nil).problem(api.CodeConflict, "")

	// Only a use by a runtime principal proves anything, and the proof does not move the etag.
	w.accepted(values, 1, 2)
	if w.token(token.ID).Rotation.Acknowledged {
		t.Error("an auditor's introspection counted as a use")
	}
	used := w.introspect(api.RoleRuntime, values[2])
	if !used.Active || used.Version != 2 || used.Subject != token.ID || used.ExpiresAt != time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).Unix() {
		t.Errorf("introspection: %+v", used)
	}
	acknowledged := w.token(token.ID)
	if r := acknowledged.Rotation; !r.Acknowledged || r.Due != api.StepPromote || r.Reason != api.ReasonAcknowledged || acknowledged.Etag != staged.Etag {
		t.Errorf("after the use: %+v", acknowledged)
	}
	if acknowledged.LastUsedAt == nil || !acknowledged.LastUsedAt.Equal(w.clock.Now()) {
		t.Errorf("last used %v", acknowledged.LastUsedAt)
	}

	promoted := decoded[api.ScopedToken](w.step(token.ID, api.StepPromote, nil, ifMatch(staged.Etag)).want(200))
	if promoted.Version != 2 || promoted.Rotation.Phase != api.PhaseDraining || !promoted.Rotation.PreviousExpiresAt.Equal(w.clock.Now().Add(time.Hour)) {
		t.Errorf("after promote: %+v", promoted)
	}
	w.accepted(values, 1, 2)
	w.clock.Advance(time.Hour - time.Microsecond)
	w.accepted(values, 1, 2)
	w.clock.Advance(time.Microsecond)
	w.accepted(values, 2) // nobody applied anything
	if stable := w.token(token.ID); stable.Rotation.Phase != api.PhaseStable || stable.Rotation.Due != api.DueNone {
		t.Errorf("after the overlap: %+v", stable)
	}
	want := []string{"create", "reveal", "begin", "reveal", "acknowledge", "promote", "retire"}
	if diff := cmp.Diff(want, w.actions(token.ID)); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
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

func TestDeadlinesPassWithoutAnybody(t *testing.T) {
	steps := map[string]struct {
		policy object
		use    bool
		wait   time.Duration
		want   []int64
		phase  string
		hold   bool
	}{
		"a stage that nobody acknowledged is cancelled":    {wait: 2 * time.Hour, want: []int64{1}, phase: api.PhaseStable},
		"a stage that somebody acknowledged is promoted":   {use: true, wait: 2 * time.Hour, want: []int64{1, 2}, phase: api.PhaseDraining},
		"a policy may promote it all the same":             {policy: object{"on_stage_timeout": "promote"}, wait: 2 * time.Hour, want: []int64{1, 2}, phase: api.PhaseDraining},
		"the overlap counts from the stage deadline":       {use: true, wait: 3*time.Hour - time.Microsecond, want: []int64{1, 2}, phase: api.PhaseDraining},
		"two deadlines may pass before anybody looks":      {use: true, wait: 3 * time.Hour, want: []int64{2}, phase: api.PhaseStable},
		"an end takes everything with it, however late":    {use: true, wait: 5 * time.Hour, want: nil, phase: api.PhaseRevoked},
		"an end takes everything with it, deadlines first": {wait: 500 * time.Hour, want: nil, phase: api.PhaseRevoked},
	}
	for name, s := range steps {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			policy := w.newPolicy("monthly", s.policy)
			token := w.newToken("notifier", w.newConnector("chat", nil).ID,
				object{"rotation_policy_id": policy.ID, "expires_at": epoch.Add(5 * time.Hour).Format(time.RFC3339)})
			values := map[int64]string{1: w.reveal(token.ID, 1)}
			w.step(token.ID, api.StepBegin, nil).want(200)
			values[2] = w.reveal(token.ID, 2)
			if s.use {
				w.introspect(api.RoleRuntime, values[2])
			}
			w.clock.Advance(s.wait)
			w.accepted(values, s.want...)
			got := w.token(token.ID)
			if got.Rotation.Phase != s.phase || got.Hold != nil {
				t.Errorf("phase %s, hold %v", got.Rotation.Phase, got.Hold)
			}
			if got.Rotation.NextVersion != 3 {
				t.Errorf("next version %d", got.Rotation.NextVersion)
			}
		})
	}
}

// TestSettlingLateIsSettlingOnTime lets the same hours pass once with a sweep in each minute and once with none.
func TestSettlingLateIsSettlingOnTime(t *testing.T) {
	state := func(sweep bool) (api.ScopedToken, []api.Version, []string) {
		w := newWorld(t)
		policy := w.newPolicy("monthly", nil)
		token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID})
		w.step(token.ID, api.StepBegin, nil).want(200)
		w.introspect(api.RoleRuntime, w.reveal(token.ID, 2))
		for range 4 * 60 {
			w.clock.Advance(time.Minute)
			if sweep {
				if err := w.p.Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		if sweep { // nothing is left for the read to do
			var due []store.Ref
			err := w.store.View(t.Context(), func(tx *store.Tx) (err error) {
				due, err = tx.CredentialsDue(t.Context(), w.clock.Now(), 10)
				return err
			})
			if err != nil || len(due) != 0 {
				t.Errorf("after the sweeps %d credentials wait: %v", len(due), err)
			}
		}
		got, versions := w.token(token.ID), w.versions(token.ID)
		actions := w.actions(token.ID)
		got.ID, got.ConnectorID, got.RotationPolicyID = "", "", nil
		return got, versions, actions
	}
	onTime, onTimeVersions, onTimeActions := state(true)
	late, lateVersions, lateActions := state(false)
	if diff := cmp.Diff(onTime, late); diff != "" {
		t.Errorf("(-on time +late):\n%s", diff)
	}
	ignoreActors := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Actor" }, cmp.Ignore())
	if diff := cmp.Diff(onTimeVersions, lateVersions, ignoreActors); diff != "" {
		t.Errorf("versions (-on time +late):\n%s", diff)
	}
	if diff := cmp.Diff(onTimeActions, lateActions); diff != "" {
		t.Errorf("audit (-on time +late):\n%s", diff)
	}
}

// TestStepsThatThePlatformDidItself follows DESIGN section 5: a saved plan whose step a deadline took before it succeeds
// without doing it again; whatever else happened is "plan again".
func TestStepsThatThePlatformDidItself(t *testing.T) {
	begun := func(t *testing.T) (*world, api.ScopedToken) {
		t.Helper()
		w := newWorld(t)
		policy := w.newPolicy("monthly", object{"quiet_period": "10m"})
		token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID})
		w.step(token.ID, api.StepBegin, nil).want(200)
		w.introspect(api.RoleRuntime, w.reveal(token.ID, 2))
		return w, w.token(token.ID)
	}
	t.Run("promote", func(t *testing.T) {
		w, planned := begun(t)
		w.clock.Advance(2 * time.Hour)
		got := decoded[api.ScopedToken](w.step(planned.ID, api.StepPromote, nil, ifMatch(planned.Etag)).want(200))
		if got.Rotation.Phase != api.PhaseDraining || got.Etag == planned.Etag {
			t.Errorf("%+v", got)
		}
		again := decoded[api.ScopedToken](w.step(planned.ID, api.StepPromote, nil, ifMatch(planned.Etag)).want(200))
		if diff := cmp.Diff(got, again); diff != "" {
			t.Errorf("a second answer differs:\n%s", diff)
		}
	})
	t.Run("promote, with the overlap over as well", func(t *testing.T) {
		w, planned := begun(t)
		w.clock.Advance(3 * time.Hour)
		got := decoded[api.ScopedToken](w.step(planned.ID, api.StepPromote, nil, ifMatch(planned.Etag)).want(200))
		if got.Rotation.Phase != api.PhaseStable || got.Version != 2 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("promote, settled in two runs", func(t *testing.T) {
		w, planned := begun(t)
		for range 3 {
			w.clock.Advance(time.Hour)
			w.token(planned.ID)
		}
		got := decoded[api.ScopedToken](w.step(planned.ID, api.StepPromote, nil, ifMatch(planned.Etag)).want(200))
		if got.Rotation.Phase != api.PhaseStable || got.Version != 2 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("retire", func(t *testing.T) {
		w, _ := begun(t)
		planned := decoded[api.ScopedToken](w.step(w.token(w.list()[0].ID).ID, api.StepPromote, nil).want(200))
		w.clock.Advance(time.Hour)
		w.step(planned.ID, api.StepRetire, nil, ifMatch(planned.Etag)).want(200)
		w.step(planned.ID, api.StepBegin, nil, ifMatch(planned.Etag)).problem(api.CodePreconditionFailed, "")
	})
	t.Run("retire, planned after the platform had promoted", func(t *testing.T) {
		w, staged := begun(t)
		w.clock.Advance(2*time.Hour + 20*time.Minute)
		planned := w.token(staged.ID)
		if planned.Rotation.Due != api.StepRetire || planned.Etag == staged.Etag {
			t.Fatalf("planned on %+v", planned)
		}
		w.clock.Advance(time.Hour)
		got := decoded[api.ScopedToken](w.step(planned.ID, api.StepRetire, nil, ifMatch(planned.Etag)).want(200))
		if got.Rotation.Phase != api.PhaseStable || got.Etag == planned.Etag {
			t.Errorf("%+v", got)
		}
		// Who planned then knew of the promotion, and cannot have asked for it.
		w.step(planned.ID, api.StepPromote, nil, ifMatch(planned.Etag)).problem(api.CodePreconditionFailed, "")
		w.do("PATCH", "/v1/scoped-tokens/"+planned.ID, object{"description": "of tokens"}, ifMatch(planned.Etag)).want(200)
	})
	t.Run("what came before the etag that is named was seen", func(t *testing.T) {
		w := newWorld(t)
		policy := w.newPolicy("monthly", nil)
		token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID, "expires_at": w.clock.Now().Add(3 * time.Hour).Format(time.RFC3339)})
		w.step(token.ID, api.StepBegin, nil).want(200)
		w.clock.Advance(2 * time.Hour) // cancelled
		cancelled := w.token(token.ID)
		w.clock.Advance(time.Hour) // expired
		w.do("PATCH", "/v1/scoped-tokens/"+token.ID, object{"description": "of tokens"}, ifMatch(cancelled.Etag)).problem(api.CodePreconditionFailed, "")
	})
	t.Run("a stage that was cancelled is not a promotion", func(t *testing.T) {
		w := newWorld(t)
		token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
		staged := decoded[api.ScopedToken](w.step(token.ID, api.StepBegin, nil).want(200))
		w.clock.Advance(7 * 24 * time.Hour)
		w.step(token.ID, api.StepPromote, object{"force": true, "reason": "test"}, ifMatch(staged.Etag)).problem(api.CodePreconditionFailed, "")
	})
	t.Run("a patch that saw the stage does not go past its cancellation", func(t *testing.T) {
		w := newWorld(t)
		token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
		staged := decoded[api.ScopedToken](w.step(token.ID, api.StepBegin, nil).want(200))
		w.clock.Advance(7 * 24 * time.Hour)
		w.do("PATCH", "/v1/scoped-tokens/"+token.ID, object{"minimum_version": 2}, ifMatch(staged.Etag)).problem(api.CodePreconditionFailed, "")
		if got := w.token(token.ID); got.Version != 1 || got.MinimumVersion != nil {
			t.Errorf("%+v", got)
		}
	})
	t.Run("an expiry behind the promotion is news", func(t *testing.T) {
		w := newWorld(t)
		policy := w.newPolicy("monthly", object{"max_stage": "1h"})
		token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID, "expires_at": w.clock.Now().Add(90 * time.Minute).Format(time.RFC3339)})
		w.step(token.ID, api.StepBegin, nil).want(200)
		w.introspect(api.RoleRuntime, w.reveal(token.ID, 2))
		planned := w.token(token.ID)
		w.clock.Advance(2 * time.Hour)
		w.step(token.ID, api.StepPromote, nil, ifMatch(planned.Etag)).problem(api.CodePreconditionFailed, "")
	})
	t.Run("a patch in between is a change like any other", func(t *testing.T) {
		w, planned := begun(t)
		w.clock.Advance(2 * time.Hour)
		after := w.patch(planned.ID, object{"description": "of tokens"}, ifMatch(planned.Etag)) // goes past the deadline
		w.step(planned.ID, api.StepPromote, nil, ifMatch(planned.Etag)).problem(api.CodePreconditionFailed, "")
		w.do("PATCH", "/v1/scoped-tokens/"+planned.ID, object{"description": "again"}, ifMatch(planned.Etag)).problem(api.CodePreconditionFailed, "")
		if after.Rotation.Phase != api.PhaseDraining {
			t.Errorf("phase %s", after.Rotation.Phase)
		}
	})
	t.Run("without an If-Match there is nothing to forgive", func(t *testing.T) {
		w, planned := begun(t)
		w.clock.Advance(2 * time.Hour)
		w.step(planned.ID, api.StepPromote, nil).problem(api.CodeConflict, "")
	})
}

func (w *world) list() []api.ScopedToken {
	w.t.Helper()
	return decoded[api.Page[api.ScopedToken]](w.do("GET", "/v1/scoped-tokens", nil).want(200)).Items
}

func TestCancelLeavesAGap(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	w.step(token.ID, api.StepBegin, nil).want(200)
	cancelled := w.reveal(token.ID, 2)
	held := decoded[api.ScopedToken](w.step(token.ID, api.StepCancel, object{"reason": "wrong scopes"}).want(200))
	if held.Hold == nil || held.Hold.Reason != "wrong scopes" || held.Version != 1 || held.Rotation.Phase != api.PhaseStable || held.Rotation.Reason != api.ReasonHeld {
		t.Errorf("%+v", held)
	}
	if w.introspect(api.RoleRuntime, cancelled).Active {
		t.Error("a cancelled version is accepted")
	}
	w.step(token.ID, api.StepBegin, nil).problem(api.CodeHeld, "")
	w.do("POST", "/v1/scoped-tokens/"+token.ID+"/release", object{"reason": "fixed"}).want(200)
	if got := decoded[api.ScopedToken](w.step(token.ID, api.StepBegin, nil).want(200)); got.Version != 3 || got.Rotation.NextVersion != 4 {
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
	if back.Version != 1 || back.Rotation.Phase != api.PhaseStaged || *back.Rotation.PendingVersion != 2 || back.Hold == nil {
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

func TestRetireEarly(t *testing.T) {
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

// TestAcknowledgingWithoutReading: a consumer may say that a version works, and learns nothing else about the token by it.
func TestAcknowledgingWithoutReading(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"labels": object{"team": "private"}})
	w.step(token.ID, api.StepBegin, nil).want(200)
	path := pathTokens + "/" + token.ID
	w.as(api.RoleRuntime, "GET", path, nil).problem(api.CodeForbidden, "")
	for range 2 { // the second answer is the one that was kept
		r := w.as(api.RoleRuntime, "POST", path+"/rotation/acknowledge", object{"version": 2}, key("once")).want(204)
		if len(r.body) != 0 || r.header.Get("ETag") != "" {
			t.Errorf("runtime was told %q, etag %s", r.body, r.header.Get("ETag"))
		}
	}
	if !w.token(token.ID).Rotation.Acknowledged {
		t.Error("the acknowledgement does not count")
	}
	got := decoded[api.ScopedToken](w.step(token.ID, api.StepAcknowledge, object{"version": 2}).want(200))
	if diff := cmp.Diff(w.token(token.ID), got); diff != "" {
		t.Errorf("who may read was told something else:\n%s", diff)
	}
}

// TestRefusedDeleteUndoesNoDeadline, and a repeated one whose object is gone gets the answer of the first.
func TestRefusedDeleteUndoesNoDeadline(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"deletion_protection": true})
	path := pathTokens + "/" + token.ID
	w.step(token.ID, api.StepBegin, nil).want(200)
	w.clock.Advance(7 * 24 * time.Hour)
	w.do("DELETE", path, nil).problem(api.CodeConflict, "")
	if got := w.actions(token.ID); got[len(got)-1] != "cancel" {
		t.Errorf("the audit ends with %v, want the stage cancelled at its deadline", got)
	}
	w.patch(token.ID, object{"deletion_protection": false})
	w.step(token.ID, api.StepBegin, nil).want(200)
	w.clock.Advance(7 * 24 * time.Hour)
	for range 2 {
		w.do("DELETE", path, nil, key("once")).want(204)
	}
	w.do("DELETE", path, nil).problem(api.CodeNotFound, "")
}

func TestStepRequestsThatMakeNoSense(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	w.step(token.ID, api.StepBegin, object{"version": 2}).problem(api.CodeInvalid, "/version")
	w.step(token.ID, api.StepBegin, object{"force": true}).problem(api.CodeInvalid, "/force")
	w.step(token.ID, api.StepBegin, object{"reason": "two\nlines"}).problem(api.CodeInvalid, "/reason")
	w.step(token.ID, api.StepBegin, nil).want(200)
	w.step(token.ID, api.StepAcknowledge, nil).problem(api.CodeInvalid, "/version")
	w.step(token.ID, api.StepAcknowledge, object{"version": 1}).problem(api.CodeConflict, "")
	first := decoded[api.ScopedToken](w.step(token.ID, api.StepAcknowledge, object{"version": 2}).want(200))
	again := decoded[api.ScopedToken](w.step(token.ID, api.StepAcknowledge, object{"version": 2}).want(200))
	if diff := cmp.Diff(first, again); diff != "" || !first.Rotation.Acknowledged {
		t.Errorf("acknowledging twice:\n%s", diff)
	}
	w.do("POST", "/v1/scoped-tokens/"+token.ID+"/revoke", object{"all": true}).problem(api.CodeInvalid, "/reason")
	w.do("POST", "/v1/scoped-tokens/"+token.ID+"/revoke", object{"reason": "x"}).problem(api.CodeInvalid, "/below")
	w.do("POST", "/v1/scoped-tokens/"+token.ID+"/revoke", object{"reason": "x", "all": true, "below": 2}).problem(api.CodeInvalid, "/below")
	w.do("POST", "/v1/scoped-tokens/"+token.ID+"/release", object{"reason": "x"}).problem(api.CodeConflict, "")
}
