package platform_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

var stepCases = map[string]struct {
	prepare func(*world, string)
	route   string
	body    object
	phase   string
	valid   []int64
	version int64
	held    bool
	action  string // the last one in the audit
}{
	"begin":  {nil, "/rotation/begin", nil, api.PhaseStaged, []int64{1, 2}, 2, false, "begin"},
	"rotate": {nil, "/rotation/rotate", nil, api.PhaseDraining, []int64{1, 2}, 2, false, "rotate"},
	"acknowledge": {
		(*world).begun, "/rotation/acknowledge",
		object{"version": 2},
		api.PhaseStaged,
		[]int64{1, 2},
		2, false, "acknowledge",
	},
	"promote":  {(*world).begun, "/rotation/promote", forced, api.PhaseDraining, []int64{1, 2}, 2, false, "promote"},
	"retire":   {(*world).drained, "/rotation/retire", forced, api.PhaseStable, []int64{2}, 2, false, "retire"},
	"cancel":   {(*world).begun, "/rotation/cancel", nil, api.PhaseStable, []int64{1}, 1, true, "hold"},
	"rollback": {(*world).drained, "/rotation/rollback", nil, api.PhaseStaged, []int64{1, 2}, 1, true, "hold"},
	"reissue":  {(*world).revoked, "/rotation/reissue", nil, api.PhaseStable, []int64{2}, 2, false, "reissue"},
	"revoke all": {
		(*world).begun, "/revoke", object{"all": true, "reason": "r"}, api.PhaseRevoked, nil, 2, false, "revoke",
	},
	"revoke below": {
		(*world).begun, "/revoke",
		object{"below": 2, "reason": "r"},
		api.PhaseStable,
		[]int64{2},
		2, false, "revoke",
	},
	"revoke and hold": {
		(*world).begun, "/revoke",
		object{"below": 2, "hold": true, "reason": "r"},
		api.PhaseStable,
		[]int64{2},
		2, true, "hold",
	},
	"hold": {(*world).begun, "/hold", because, api.PhaseStaged, []int64{1, 2}, 2, true, "hold"},
}

// TestSteps requests every step and every lifecycle action in a phase that allows it.
func TestSteps(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k api.Kind) {
		for name, x := range stepCases {
			t.Run(name, func(t *testing.T) {
				w := w.in(t)
				o := w.createUnder(object{"require_acknowledgement": false}, k, name)
				if x.prepare != nil {
					x.prepare(w, o.ID)
				}
				etag := w.state(o.ID).Etag
				if x.body == nil {
					x.body = object{}
				}
				answer := w.do("POST", pathOf(o.ID)+x.route, x.body, ifMatch(etag)).want(200)
				got := answer.rotated()
				if got.Rotation.Phase != x.phase || got.Version != x.version || (got.Hold != nil) != x.held {
					t.Errorf("%+v", got)
				}
				if changed := got.Etag != etag; changed != (name != "acknowledge") {
					t.Errorf("etag %s, then %s", etag, got.Etag)
				}
				w.wantValid(o.ID, w.values(o.ID), x.valid...)
				if read := w.do("GET", pathOf(o.ID), nil).want(200); string(read.body) != string(answer.body) {
					t.Errorf("the response is %s, a read gives %s", answer.body, read.body)
				}
				if w.actions(o.ID)[len(w.actions(o.ID))-1-len(x.valid)] != x.action { // the reveals follow
					t.Errorf("the audit ends with %v", w.actions(o.ID))
				}
			})
		}
	})
}

func TestStepsRefused(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k api.Kind) {
		o := w.createUnder(nil, k, "refused")
		refused := func(step string, body object, code, field string) {
			t.Helper()
			w.step(o.ID, step, body).problem(code, field)
		}
		refused(api.StepRotate, object{}, api.CodeAcknowledgementRequired, "") // the policy requires an acknowledgement
		refused(api.StepReissue, object{}, api.CodeConflict, "")
		refused(api.StepBegin, object{"version": 2}, api.CodeInvalid, "/version")
		refused(api.StepBegin, object{"force": true}, api.CodeInvalid, "/force")
		refused(api.StepBegin, object{"reason": "two\nlines"}, api.CodeInvalid, "/reason")
		w.begun(o.ID)
		refused(api.StepBegin, object{}, api.CodeConflict, "")
		refused(api.StepPromote, object{}, api.CodeAcknowledgementRequired, "")
		refused(api.StepPromote, object{"force": true}, api.CodeInvalid, "/reason")
		refused(api.StepAcknowledge, object{}, api.CodeInvalid, "/version")
		refused(api.StepAcknowledge, object{"version": 1}, api.CodeConflict, "")
		first := w.step(o.ID, api.StepAcknowledge, object{"version": 2}).want(200)
		again := w.step(o.ID, api.StepAcknowledge, object{"version": 2}).want(200)
		if string(first.body) != string(again.body) || !first.rotated().Rotation.Acknowledged {
			t.Errorf("acknowledged %s, then %s", first.body, again.body)
		}
		w.step(o.ID, api.StepPromote, nil).want(200)
		refused(api.StepRetire, object{}, api.CodeConflict, "")
		refused(api.StepRetire, object{"force": true}, api.CodeInvalid, "/reason")

		for field, body := range map[string]object{
			"/reason": {"all": true},
			"/below":  {"reason": "x"},
		} {
			w.do("POST", pathOf(o.ID)+"/revoke", body).problem(api.CodeInvalid, field)
		}
		both := object{"reason": "x", "all": true, "below": 2}
		w.do("POST", pathOf(o.ID)+"/revoke", both).problem(api.CodeInvalid, "/below")
		w.do("POST", pathOf(o.ID)+"/release", because).problem(api.CodeConflict, "")

		w.lifecycle(o.ID, "hold", because)
		refused(api.StepRollback, object{}, api.CodeHeld, "")
		w.do("PATCH", pathOf(o.ID), object{"minimum_version": 3}).problem(api.CodeHeld, "")
		if got := w.change(o.ID, object{"minimum_version": 1, "owner": "new"}); got.Owner != "new" || got.Version != 2 {
			t.Errorf("a minimum without effect, on hold: %+v", got)
		}
		w.clock.Advance(time.Hour) // a hold does not extend the overlap
		if got := w.state(o.ID).Rotation; got.Phase != api.PhaseStable || got.Reason != api.ReasonHeld {
			t.Errorf("%+v", got)
		}
		refused(api.StepBegin, object{}, api.CodeHeld, "")
		w.lifecycle(o.ID, "release", because)
		w.begun(o.ID)
		if got := w.state(o.ID); got.Version != 3 {
			t.Errorf("%+v", got)
		}
	})
}

func TestRevoke(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k api.Kind) {
		o := w.createUnder(nil, k, "revoked")
		w.begun(o.ID)
		values := w.values(o.ID)
		revoke := func(body object) rotated {
			t.Helper()
			body["reason"] = "leaked"
			return w.as(api.RoleSecurity, "POST", pathOf(o.ID)+"/revoke", body).want(200).rotated()
		}
		below := revoke(object{"below": 2})
		if below.Rotation.Phase != api.PhaseStable || below.Version != 2 {
			t.Errorf("%+v", below)
		}
		w.wantValid(o.ID, values, 2)
		if none := revoke(object{"below": 2}); none.Etag != below.Etag {
			t.Error("a revocation of nothing changed the etag")
		}
		all := revoke(object{"all": true, "hold": true})
		if all.Rotation.Phase != api.PhaseRevoked || all.Version != 2 || all.Rotation.Reason != api.ReasonHeld {
			t.Errorf("%+v", all)
		}
		w.wantValid(o.ID, values)
		w.step(o.ID, api.StepReissue, nil).problem(api.CodeHeld, "")
		w.as(api.RoleSecurity, "POST", pathOf(o.ID)+"/release", because).want(200)
		if got := w.state(o.ID).Rotation; got.Due != api.StepReissue || got.Reason != api.ReasonRevoked {
			t.Errorf("%+v", got)
		}
	})
}

func TestRotationFallsDue(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k api.Kind) {
		o := w.createUnder(object{"max_age": "40d"}, k, "due")
		due := func(when, step, reason string) {
			t.Helper()
			if r := w.state(o.ID).Rotation; r.Due != step || r.Reason != reason {
				t.Errorf("%s, due is %s (%s), want %s (%s)", when, r.Due, r.Reason, step, reason)
			}
		}
		w.begun(o.ID)
		asked := w.change(o.ID, object{"rotation_requested": true, "rotate_when_changed": object{"commit": "1"}})
		if !asked.RotationRequested || asked.Rotation.Due != api.DueNone {
			t.Errorf("requested while staged: %+v", asked)
		}
		if again := w.change(o.ID, object{"rotation_requested": true}); again.Etag != asked.Etag {
			t.Error("a second request is a second change")
		}
		if no := w.change(o.ID, object{"rotation_requested": false}); !no.RotationRequested || no.Etag != asked.Etag {
			t.Error("false withdrew the request")
		}
		w.step(o.ID, api.StepPromote, forced).want(200)
		w.clock.Advance(time.Hour)
		due("after the rotation that had begun before the request", api.StepBegin, api.ReasonRequested)
		w.drained(o.ID)
		w.clock.Advance(time.Hour)
		due("after the requested rotation", api.DueNone, "")
		if w.state(o.ID).RotationRequested {
			t.Error("the request is still open")
		}
		w.clock.Advance(30*24*time.Hour - time.Hour - time.Second)
		due("before the interval has passed", api.DueNone, "")
		w.clock.Advance(time.Second)
		due("after the interval", api.StepBegin, api.ReasonInterval)
		w.clock.Advance(10 * 24 * time.Hour)
		due("after the maximum age", api.StepBegin, api.ReasonOverdue)
		w.revoked(o.ID)
		due("after a revocation", api.StepReissue, api.ReasonRevoked)
	})
}
