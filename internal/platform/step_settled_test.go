package platform_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A saved plan may name a step that a deadline has taken since. The step then succeeds and is not taken again. After
// any other change it is refused, and the user plans again.

// acknowledged creates an object in phase staged, with evidence.
func (w *world) acknowledged(k api.Kind, name string) rotated {
	w.t.Helper()
	o := w.createUnder(object{"quiet_period": "10m"}, k, name)
	w.begun(o.ID)
	w.step(o.ID, api.StepAcknowledge, object{"version": 2}).want(200)
	return w.state(o.ID)
}

// promoteAs requests the promotion that a plan on this state names.
func (w *world) promoteAs(planned rotated) rotated {
	w.t.Helper()
	return w.step(planned.ID, api.StepPromote, nil, ifMatch(planned.Etag)).want(200).rotated()
}

// refusesStale wants a step that a plan on this state names to be refused.
func (w *world) refusesStale(planned rotated, step string, body any) {
	w.t.Helper()
	w.step(planned.ID, step, body, ifMatch(planned.Etag)).problem(api.CodePreconditionFailed, "")
}

// refusesStalePatch wants a patch by a plan on this state to be refused.
func (w *world) refusesStalePatch(planned rotated, body object) {
	w.t.Helper()
	w.do("PATCH", pathOf(planned.ID), body, ifMatch(planned.Etag)).problem(api.CodePreconditionFailed, "")
}

var describes = object{"description": "of an object"}

var settledStepCases = map[string]func(t *testing.T, w *world, k api.Kind){
	"promote": func(t *testing.T, w *world, k api.Kind) {
		planned := w.acknowledged(k, "promote")
		w.clock.Advance(2 * time.Hour)
		got := w.promoteAs(planned)
		if got.Rotation.Phase != api.PhaseDraining || got.Etag == planned.Etag {
			t.Errorf("%+v", got)
		}
		if diff := cmp.Diff(got, w.promoteAs(planned)); diff != "" {
			t.Errorf("the second response differs:\n%s", diff)
		}
		want := []string{"create", "begin", "acknowledge", "promote"}
		if diff := cmp.Diff(want, w.actions(planned.ID)); diff != "" {
			t.Errorf("audit (-want +got):\n%s", diff)
		}
	},
	"promote, after the overlap": func(t *testing.T, w *world, k api.Kind) {
		planned := w.acknowledged(k, "promote-late")
		w.clock.Advance(3 * time.Hour)
		if got := w.promoteAs(planned); got.Rotation.Phase != api.PhaseStable || got.Version != 2 {
			t.Errorf("%+v", got)
		}
	},
	"promote, settled by two reads": func(t *testing.T, w *world, k api.Kind) {
		planned := w.acknowledged(k, "promote-reads")
		for range 3 {
			w.clock.Advance(time.Hour)
			w.state(planned.ID)
		}
		if got := w.promoteAs(planned); got.Rotation.Phase != api.PhaseStable || got.Version != 2 {
			t.Errorf("%+v", got)
		}
	},
	"retire": func(_ *testing.T, w *world, k api.Kind) {
		planned := w.promoteAs(w.acknowledged(k, "retire"))
		w.clock.Advance(time.Hour)
		w.step(planned.ID, api.StepRetire, nil, ifMatch(planned.Etag)).want(200)
		w.refusesStale(planned, api.StepBegin, nil)
	},
	"retire, planned after the platform had promoted": func(t *testing.T, w *world, k api.Kind) {
		staged := w.acknowledged(k, "retire-late")
		w.clock.Advance(2*time.Hour + 20*time.Minute)
		planned := w.state(staged.ID)
		if planned.Rotation.Due != api.StepRetire || planned.Etag == staged.Etag {
			t.Fatalf("planned on %+v", planned)
		}
		w.clock.Advance(time.Hour)
		got := w.step(planned.ID, api.StepRetire, nil, ifMatch(planned.Etag)).want(200).rotated()
		if got.Rotation.Phase != api.PhaseStable || got.Etag == planned.Etag {
			t.Errorf("%+v", got)
		}
		// This plan was made after the promotion, so it cannot name that step.
		w.refusesStale(planned, api.StepPromote, nil)
		w.change(planned.ID, describes, ifMatch(planned.Etag))
	},
	"a cancelled stage is not a promotion": func(t *testing.T, w *world, k api.Kind) {
		o := w.createUnder(nil, k, "cancelled")
		w.begun(o.ID)
		staged := w.state(o.ID)
		w.clock.Advance(2 * time.Hour)
		w.refusesStale(staged, api.StepPromote, forced)
		w.refusesStalePatch(staged, object{"minimum_version": 2})
		if got := w.state(o.ID); got.Version != 1 || got.MinimumVersion != nil {
			t.Errorf("%+v", got)
		}
	},
	"a patch after the promotion": func(t *testing.T, w *world, k api.Kind) {
		planned := w.acknowledged(k, "patched")
		w.clock.Advance(2 * time.Hour)
		after := w.change(planned.ID, describes, ifMatch(planned.Etag)) // settles the deadline first
		w.refusesStale(planned, api.StepPromote, nil)
		w.refusesStalePatch(planned, object{"description": "again"})
		if after.Rotation.Phase != api.PhaseDraining {
			t.Errorf("phase %s", after.Rotation.Phase)
		}
	},
	"a step without If-Match": func(_ *testing.T, w *world, k api.Kind) {
		planned := w.acknowledged(k, "unconditional")
		w.clock.Advance(2 * time.Hour)
		w.step(planned.ID, api.StepPromote, nil).problem(api.CodeConflict, "")
	},
}

func TestStepThatADeadlineHasTaken(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k api.Kind) {
		for name, test := range settledStepCases {
			t.Run(name, func(t *testing.T) { test(t, w.in(t), k) })
		}
	})
}

// An expiry is a change that the plan has not seen, whatever deadlines passed before it.
func TestStepAfterAnExpiry(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", nil)
	expiring := func(name string) rotated {
		expires := w.clock.Now().Add(3 * time.Hour).Format(time.RFC3339)
		o := w.create(api.ScopedTokens, name, policy.ID, object{"expires_at": expires})
		w.begun(o.ID)
		return o
	}
	t.Run("a cancelled stage, then the expiry", func(t *testing.T) {
		w := w.in(t)
		o := expiring("cancelled")
		w.clock.Advance(2 * time.Hour)
		cancelled := w.state(o.ID)
		w.clock.Advance(time.Hour)
		w.refusesStalePatch(cancelled, describes)
	})
	t.Run("a promotion, then the expiry", func(t *testing.T) {
		w := w.in(t)
		o := expiring("promoted")
		w.introspect(api.RoleRuntime, w.reveal(o.ID, 2))
		planned := w.state(o.ID)
		w.clock.Advance(3 * time.Hour)
		w.refusesStale(planned, api.StepPromote, nil)
	})
}
