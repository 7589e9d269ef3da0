package platform_test

import (
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// acceptClock does what quickconnectd clock accept does, and lets the server notice.
func (w *world) acceptClock() {
	w.t.Helper()
	if _, _, err := txn.AcceptClock(w.t.Context(), w.store, w.clock); err != nil {
		w.t.Fatal(err)
	}
	w.sweep()
}

// wantClock fails the test unless /readyz and the metric say that the clock jumped by this much; 0 for in order.
func (w *world) wantClock(jump time.Duration) {
	w.t.Helper()
	status, state := "ready", "ok"
	if jump != 0 {
		status, state = "degraded", "degraded"
	}
	got := w.ready(200)
	if clock := got.check("clock"); got.Status != status || clock.State != state ||
		jump != 0 && !strings.Contains(clock.Text, jump.Abs().String()) {
		w.t.Errorf("readiness, after a jump by %s: %+v", jump, got)
	}
	metric := "\nquickconnect_clock_jump_seconds " + itoa(int64(jump/time.Second)) + "\n"
	if metrics := string(w.send("", "GET", "/metrics", nil).want(200).body); !strings.Contains(metrics, metric) {
		w.t.Errorf("the metrics do not have%s", metric)
	}
}

// pausedDeadlines are the deadlines that the platform carries out by itself: each is at most 2 hours after prepare.
var pausedDeadlines = map[string]struct {
	expires       bool // two hours after the object was made
	prepare       func(w *world, id string)
	phase, after  string  // before the deadline is carried out, and after
	strict, valid []int64 // the versions that are accepted past the deadline while it waits, and after it
}{
	"end of an overlap": {
		prepare: func(w *world, id string) { w.drained(id) }, phase: api.PhaseDraining, after: api.PhaseStable,
		strict: []int64{2}, valid: []int64{2},
	},
	"cancel of a stage": {
		prepare: func(w *world, id string) { w.begun(id) }, phase: api.PhaseStaged, after: api.PhaseStable,
		strict: []int64{1}, valid: []int64{1},
	},
	"end of a stage with evidence": {
		prepare: func(w *world, id string) {
			w.begun(id)
			w.step(id, api.StepAcknowledge, object{"version": 2}).want(200)
		},
		phase: api.PhaseStaged, after: api.PhaseDraining, strict: []int64{1, 2}, valid: []int64{1, 2},
	},
	"expiry": {
		expires: true, prepare: func(w *world, id string) { w.begun(id) }, phase: api.PhaseStaged, after: api.PhaseRevoked,
	},
}

// TestClockJumpPausesDeadlines lets every kind of deadline pass on a clock in doubt. Nothing is carried out, and at use
// the deadline counts. Then the clock is back, or an operator accepts it.
func TestClockJumpPausesDeadlines(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k api.Kind) {
		for name, x := range pausedDeadlines {
			if x.expires && k != api.ScopedTokens {
				continue
			}
			for jump, way := range map[string]struct{ before, after, back time.Duration }{
				"forward":  {0, 2*time.Hour + 30*time.Minute, -2*time.Hour - 30*time.Minute},
				"backward": {-24 * time.Hour, 0, 24 * time.Hour},
			} {
				for _, end := range []string{"accepted", "back"} {
					t.Run(name+", "+jump+", "+end, func(t *testing.T) {
						w := w.in(t)
						w.wantClock(0)
						w.clock.Jump(way.before)
						more := object{}
						if x.expires {
							more["expires_at"] = w.clock.Now().Add(2 * time.Hour).Format(time.RFC3339)
						}
						id := w.create(k, name+" "+jump+" "+end, w.newPolicy(slug(name+" "+jump+" "+end), nil).ID, more).ID
						x.prepare(w, id)
						before, values := w.state(id), w.values(id)
						if way.before != 0 {
							w.clock.Advance(2 * time.Hour)
							w.wantClock(-22 * time.Hour)
						} else {
							w.clock.Jump(way.after)
							w.wantClock(way.after)
						}
						w.sweep()

						got := w.state(id)
						if got.Rotation.Phase != x.phase || !got.Rotation.DeadlinePaused || got.Etag != before.Etag {
							t.Errorf("while it waits: %+v", got)
						}
						if k == api.ScopedTokens {
							w.accepted(values, x.strict...)
						}
						w.revealed(id, values, x.strict)
						if len(w.validVersions(id)) != 2 {
							t.Errorf("versions while it waits: %+v", w.versions(id))
						}

						if end == "accepted" {
							w.acceptClock()
						} else {
							w.clock.Jump(way.back)
							w.sweep()
						}
						w.wantClock(0)
						phase, valid := x.after, x.valid
						if end == "back" && jump == "forward" { // the deadline has not passed: as if nothing had been
							phase, valid = x.phase, []int64{1, 2}
						} else if end == "back" && name == "end of a stage with evidence" { // the overlap is over as well
							phase, valid = api.PhaseStable, []int64{2}
						}
						if got := w.state(id); got.Rotation.Phase != phase || got.Rotation.DeadlinePaused {
							t.Errorf("in the end: %+v", got)
						}
						w.wantValid(id, values, valid...)
						w.revealed(id, values, valid)
					})
				}
			}
		}
	})
}

// revealed fails the test unless exactly these versions can be revealed, with the values that they had.
func (w *world) revealed(id string, values map[int64]string, want []int64) {
	w.t.Helper()
	for n, value := range values {
		r := w.do("POST", revealPath(id, n), nil)
		ok := false
		for _, v := range want {
			ok = ok || v == n
		}
		if !ok {
			r.problem(api.CodeConflict, "")
		} else if got := decoded[revealed](r.want(200)).Value; got != value {
			w.t.Errorf("version %d has another value", n)
		}
	}
}

// TestClockJumpPausesNoCaller: whoever asks for a step gets it, from the object as it was before the deadline.
func TestClockJumpPausesNoCaller(t *testing.T) {
	w := newWorld(t)
	staged, draining := w.createUnder(nil, api.ScopedTokens, "staged"), w.createUnder(nil, api.ScopedTokens, "draining")
	expired := w.create(api.ScopedTokens, "expired", w.newPolicy("p", nil).ID,
		object{"expires_at": "2026-05-01T14:00:00Z"})
	atOnce := w.createUnder(object{"overlap": "0s", "require_acknowledgement": false}, api.SigningSecrets, "at once")
	for _, id := range []string{staged.ID, draining.ID} {
		w.begun(id)
	}
	w.step(draining.ID, api.StepPromote, forced).want(200)
	w.clock.Jump(24 * time.Hour)

	w.step(draining.ID, api.StepBegin, nil).problem(api.CodeConflict, "")
	if text := w.step(draining.ID, api.StepBegin, nil).want(409).body; !strings.Contains(string(text), "clock jumped") {
		t.Errorf("%s", text)
	}
	if got := w.step(draining.ID, api.StepRetire, forced).want(200).rotated(); got.Rotation.Phase != api.PhaseStable ||
		got.Rotation.DeadlinePaused {
		t.Errorf("retire: %+v", got)
	}
	if got := w.step(staged.ID, api.StepPromote, forced).want(200).rotated(); got.Rotation.Phase != api.PhaseDraining {
		t.Errorf("promote: %+v", got)
	}
	if got := w.step(atOnce.ID, api.StepRotate, nil).want(200).rotated(); got.Rotation.Phase != api.PhaseStable {
		t.Errorf("rotate without an overlap: %+v", got)
	}
	value := w.do("POST", revealPath(expired.ID, 1), nil)
	value.problem(api.CodeConflict, "")
	w.change(expired.ID, object{"expires_at": "2027-01-01T00:00:00Z"})
	w.wantValid(expired.ID, w.values(expired.ID), 1)
	w.acceptClock()
	w.wantValid(expired.ID, w.values(expired.ID), 1)
	w.lifecycle(staged.ID, "revoke", object{"all": true, "reason": "leaked"})
}

// TestClockJumpErasesNoRecords: answers to repetitions and records of deliveries are kept while the clock is in doubt.
func TestClockJumpErasesNoRecords(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.delivered()
	body := object{"name": "kept", "interval": "1d"}
	id := decoded[api.RotationPolicy](w.do("POST", pathPolicies, body, key("k")).want(201)).ID
	w.sweep()
	w.clock.Jump(365 * 24 * time.Hour)
	w.sweep()
	if n := len(w.deliveries(h.endpoint)); n != 1 {
		t.Errorf("%d records of deliveries, want 1", n)
	}
	if again := decoded[api.RotationPolicy](w.do("POST", pathPolicies, body, key("k")).want(201)).ID; again != id {
		t.Errorf("the repetition made %s beside %s", again, id)
	}
	w.acceptClock()
	if n := len(w.deliveries(h.endpoint)); n != 0 {
		t.Errorf("%d records of deliveries after the acceptance", n)
	}
	w.do("POST", pathPolicies, body, key("k")).want(409) // the name is taken: nothing is known of the first request
}

// TestClockJumpEndsNoPrincipal for good: the token is refused only while the clock shows a time past its end.
func TestClockJumpEndsNoPrincipal(t *testing.T) {
	w := newWorld(t)
	token, id := w.newPrincipal(api.RolePlanner, "ci-plan", time.Hour)
	w.clock.Jump(2 * time.Hour)
	w.sweep()
	w.send(token, "GET", "/v1/identity", nil).want(401)
	w.clock.Jump(-2 * time.Hour)
	if got := w.me(token).PrincipalID; got != id {
		t.Errorf("it is %s, want %s", got, id)
	}
}

// TestClockJumpOverRestart: a restart reads the newest time of the database, and ends no doubt. A long stop is no jump.
func TestClockJumpOverRestart(t *testing.T) {
	w := newWorld(t)
	w.newConnector("chat", nil)
	w.clock.Jump(-time.Hour)
	w.restart()
	w.wantClock(-time.Hour)
	w.newConnector("meanwhile", nil) // is written at a time in doubt, which then counts for nothing
	w.clock.Advance(time.Hour - 10*time.Second)
	w.wantClock(0)

	w.clock.Jump(48 * time.Hour)
	w.sweep()
	w.newConnector("in-the-future", nil)
	w.restart()
	if got := w.ready(200); got.Status != "degraded" {
		t.Errorf("%+v", got)
	}
	w.restart()
	w.clock.Jump(-48 * time.Hour)
	w.restart()
	w.wantClock(0)

	w.clock.Jump(48 * time.Hour)
	w.sweep()
	w.restart()
	w.acceptClock()
	w.wantClock(0)
	w.restart()
	w.wantClock(0)
	w.newConnector("later", nil)

	w.close()
	w.clock.Jump(365 * 24 * time.Hour)
	w.open()
	w.sweep()
	w.wantClock(0)
}

// TestClockJumpIsLoggedOnce when it turns, and once when it ends.
func TestClockJumpIsLoggedOnce(t *testing.T) {
	w := newWorld(t)
	count := func(jump, accepted, steady int) {
		t.Helper()
		log := w.log.String()
		if strings.Count(log, "the clock jumped") != jump || strings.Count(log, "why=accepted") != accepted ||
			strings.Count(log, "why=steady") != steady {
			t.Errorf("want %d jumps, %d accepted, %d back:\n%s", jump, accepted, steady, log)
		}
	}
	w.newConnector("chat", nil)
	w.clock.Jump(4 * time.Minute) // not enough
	w.sweep()
	w.sweep()
	count(0, 0, 0)
	w.clock.Jump(time.Minute)
	w.sweep()
	w.sweep()
	count(1, 0, 0)
	w.acceptClock()
	w.sweep()
	count(1, 1, 0)
	w.newConnector("mail", nil)
	w.clock.Jump(-time.Minute)
	w.sweep()
	w.sweep()
	w.clock.Advance(time.Minute)
	w.sweep()
	w.sweep()
	count(2, 1, 1)
}
