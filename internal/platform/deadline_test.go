package platform_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

const overlapEnded, stageTimeout = "overlap_ended", "stage_timeout"

var deadlineCases = map[string]struct {
	policy      object
	acknowledge bool
	wait        time.Duration
	phase       string
	valid       []int64
	reason      string // why the last version ended
	endedAt     time.Duration
}{
	"just before the end of the stage": {
		nil, false, 2*time.Hour - time.Microsecond, api.PhaseStaged,
		[]int64{1, 2},
		"",
		0,
	},
	"a stage without evidence": {
		nil, false, 2 * time.Hour, api.PhaseStable,
		[]int64{1},
		stageTimeout,
		2 * time.Hour,
	},
	"a stage with evidence": {nil, true, 2 * time.Hour, api.PhaseDraining, []int64{1, 2}, "", 0},
	"a policy that promotes": {
		object{"on_stage_timeout": "promote"}, false, 2 * time.Hour, api.PhaseDraining, []int64{1, 2}, "", 0,
	},
	"just before the end of the overlap": {
		nil, true, 3*time.Hour - time.Microsecond, api.PhaseDraining, []int64{1, 2}, "", 0,
	},
	"the overlap follows the stage": {nil, true, 3 * time.Hour, api.PhaseStable, []int64{2}, overlapEnded, 3 * time.Hour},
	"two deadlines, long ago": {
		nil, true, 50 * time.Hour, api.PhaseStable,
		[]int64{2},
		overlapEnded,
		3 * time.Hour,
	},
	"one deadline, long ago": {
		nil, false, 50 * time.Hour, api.PhaseStable,
		[]int64{1},
		stageTimeout,
		2 * time.Hour,
	},
	"a policy without an overlap": {
		object{"overlap": "0s"}, true, 2 * time.Hour, api.PhaseStable, []int64{2}, overlapEnded, 2 * time.Hour,
	},
}

// TestDeadlines lets deadlines pass without a request. A later read or sweep settles them as of their own time.
func TestDeadlines(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k api.Kind) {
		for name, x := range deadlineCases {
			for _, settled := range []string{"read", "swept"} {
				if settled == "swept" && k == api.ScopedTokens {
					continue // TestSweep and TestLateSettlementEqualsTimely sweep tokens
				}
				t.Run(name+", "+settled, func(t *testing.T) {
					w := w.in(t)
					o := w.createUnder(x.policy, k, name+" "+settled)
					start := w.clock.Now()
					w.begun(o.ID)
					values := w.values(o.ID)
					if x.acknowledge {
						w.step(o.ID, api.StepAcknowledge, object{"version": 2}).want(200)
					}
					w.clock.Advance(x.wait)
					if settled == "swept" {
						w.sweep()
					} else if k == api.ScopedTokens {
						w.accepted(values, x.valid...) // before anything has settled the token
					}
					got := w.state(o.ID)
					if got.Rotation.Phase != x.phase || got.Hold != nil || got.Rotation.NextVersion != 3 {
						t.Errorf("%+v", got)
					}
					w.wantValid(o.ID, values, x.valid...)
					if ended := w.endedAt(o.ID, start.Add(x.endedAt)); ended != x.reason {
						t.Errorf("ended for %q, want %q", ended, x.reason)
					}
				})
			}
		}
	})
}

// endedAt returns why the newest ended version ended. Every ended version must have ended at a deadline, at this time,
// and must not be revealed.
func (w *world) endedAt(id string, want time.Time) (reason string) {
	w.t.Helper()
	for _, v := range w.versions(id) {
		if v.EndedAt == nil {
			continue
		}
		reason = v.EndReason
		if v.EndedBy != "platform" || !v.EndedAt.Equal(want) {
			w.t.Errorf("version %d ended at %s, want %s: %+v", v.Version, v.EndedAt, want, v)
		}
		w.do("POST", revealPath(id, v.Version), nil).problem(api.CodeConflict, "")
	}
	return reason
}

// TestExpiryEndsEverything lets the stage, the overlap and expires_at pass before the first read.
func TestExpiryEndsEverything(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", nil)
	for name, x := range map[string]struct {
		acknowledge bool
		wait        time.Duration
	}{
		"at its time, after a rotation": {true, 5 * time.Hour},
		"long ago, after a timeout":     {false, 500 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			expires := w.clock.Now().Add(5 * time.Hour).Format(time.RFC3339)
			o := w.create(api.ScopedTokens, name, policy.ID, object{"expires_at": expires})
			w.begun(o.ID)
			values := w.values(o.ID)
			if x.acknowledge {
				w.introspect(api.RoleRuntime, values[2])
			}
			w.clock.Advance(x.wait)
			w.accepted(values)
			got := w.state(o.ID)
			if got.Rotation.Phase != api.PhaseRevoked || got.Hold != nil || got.Rotation.NextVersion != 3 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestLateSettlementEqualsTimely lets the same hours pass once with a sweep every ten minutes and once with none.
func TestLateSettlementEqualsTimely(t *testing.T) {
	state := func(sweep bool) (api.ScopedToken, []api.Version, []string) {
		w := newWorld(t)
		policy := w.newPolicy("monthly", nil)
		token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID})
		w.begun(token.ID)
		w.introspect(api.RoleRuntime, w.reveal(token.ID, 2))
		for range 4 * 6 {
			w.clock.Advance(10 * time.Minute)
			if sweep {
				w.sweep()
			}
		}
		if sweep { // nothing is left for the read to do
			var due []store.Ref
			err := w.store.View(t.Context(), func(tx *store.Tx) (err error) {
				due, err = tx.CredentialsDue(t.Context(), w.clock.Now(), 10)
				return err
			})
			if err != nil || len(due) != 0 {
				t.Errorf("after the sweeps %d credentials are due: %v", len(due), err)
			}
		}
		got, versions := w.token(token.ID), w.versions(token.ID)
		// The event of the introspection comes with a sweep.
		actions := slices.DeleteFunc(w.actions(token.ID), func(a string) bool { return a == "introspect" })
		got.ID, got.ConnectorID, got.RotationPolicyID = "", "", nil
		return got, versions, actions
	}
	timely, timelyVersions, timelyActions := state(true)
	late, lateVersions, lateActions := state(false)
	if diff := cmp.Diff(timely, late); diff != "" {
		t.Errorf("(-timely +late):\n%s", diff)
	}
	ignoreActors := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Actor" }, cmp.Ignore())
	if diff := cmp.Diff(timelyVersions, lateVersions, ignoreActors); diff != "" {
		t.Errorf("versions (-timely +late):\n%s", diff)
	}
	if diff := cmp.Diff(timelyActions, lateActions); diff != "" {
		t.Errorf("audit (-timely +late):\n%s", diff)
	}
}

// TestPolicyChangeMovesNoRunningDeadline also changes the policy after the deadline and before the first read.
func TestPolicyChangeMovesNoRunningDeadline(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k api.Kind) {
		policy := w.newPolicy("monthly", nil).ID
		o := w.create(k, "a", policy, nil)
		w.begun(o.ID)
		etag := w.state(o.ID).Etag
		w.clock.Advance(time.Hour)
		w.do("PATCH", pathOf(policy), object{"max_stage": "30d", "overlap": "30d"}).want(200)
		got := w.state(o.ID)
		if !got.Rotation.PendingExpiresAt.Equal(epoch.Add(2*time.Hour)) || got.Etag != etag {
			t.Errorf("the running deadline has moved: %+v", got)
		}
		w.clock.Advance(time.Hour)
		// The stage has ended under `cancel`. `promote` comes too late.
		w.do("PATCH", pathOf(policy), object{"on_stage_timeout": "promote"}).want(200)
		if got := w.state(o.ID); got.Rotation.Phase != api.PhaseStable || got.Version != 1 {
			t.Errorf("%+v", got)
		}
		v := w.versions(o.ID)[1]
		if v.State != "revoked" || v.EndReason != "stage_timeout" || !v.EndedAt.Equal(epoch.Add(2*time.Hour)) {
			t.Errorf("%+v", v)
		}
		// The same when the object gets another policy.
		w.begun(o.ID)
		other := w.newPolicy("other", nil)
		w.clock.Advance(31 * 24 * time.Hour)
		w.change(o.ID, object{"rotation_policy_id": other.ID})
		if v := w.versions(o.ID)[2]; v.State != "current" || v.PromotedBy != "platform" {
			t.Errorf("%+v", v)
		}
	})
}
