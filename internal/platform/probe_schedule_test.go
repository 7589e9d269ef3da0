package platform_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// probesWithin advances the clock in steps of ten seconds, and returns when probes arrived.
func (w *world) probesWithin(d time.Duration, h *hook) (after []time.Duration) {
	w.t.Helper()
	start := w.clock.Now()
	for ; w.clock.Now().Sub(start) < d; w.clock.Advance(10 * time.Second) {
		w.probe()
		for range h.arrived() {
			after = append(after, w.clock.Now().Sub(start))
		}
	}
	return after
}

func minutes(ns ...int) (out []time.Duration) {
	for _, n := range ns {
		out = append(out, time.Duration(n)*time.Minute)
	}
	return out
}

// TestProbeSchedule probes at once, and then with waits that double from one minute to one hour.
func TestProbeSchedule(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.staged(1)
	if diff := cmp.Diff(minutes(0, 1, 3, 7, 15), w.probesWithin(20*time.Minute, h)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var later []time.Duration
	for range 5 * 60 {
		w.clock.Advance(time.Minute)
		w.probe()
		for range h.arrived() {
			later = append(later, w.clock.Now().Sub(epoch))
		}
	}
	if diff := cmp.Diff(minutes(31, 63, 123, 183, 243, 303), later); diff != "" {
		t.Errorf("later (-want +got):\n%s", diff)
	}
}

var noProbeCases = map[string]func(w *world, h *hook){
	"stable": func(*world, *hook) {},
	"proven": func(w *world, h *hook) {
		h.staged(1, 2)
		w.probe()
	},
	"acknowledged": func(w *world, h *hook) {
		h.staged(1)
		w.mustStep(h.secret, api.StepAcknowledge, object{"version": 2})
	},
	"cancelled": func(w *world, h *hook) {
		h.staged(1)
		w.mustStep(h.secret, api.StepCancel, nil)
	},
	"promoted": func(w *world, h *hook) {
		h.staged(1, 2)
		w.probe()
		w.mustStep(h.secret, api.StepPromote, nil)
	},
	"promoted without proof, and alone": func(w *world, h *hook) {
		h.staged(1)
		w.mustStep(h.secret, api.StepPromote, forced)
		w.clock.Advance(time.Hour)
	},
	"rolled back": func(w *world, h *hook) {
		h.staged(1, 2)
		w.probe()
		w.mustStep(h.secret, api.StepPromote, nil)
		w.mustStep(h.secret, api.StepRollback, nil)
	},
	"revoked": func(w *world, h *hook) {
		h.staged(1)
		w.lifecycle(h.secret, "revoke", object{"all": true, "reason": "test"})
	},
	"replaced by a minimum": func(w *world, h *hook) {
		h.staged(1)
		w.patchSecret(h.secret, object{"minimum_version": 2})
	},
	"a stage that is over": func(w *world, h *hook) {
		h.staged(1)
		w.clock.Advance(7 * 24 * time.Hour)
	},
	"a disabled endpoint": func(w *world, h *hook) {
		h.staged(1)
		w.patchEndpoint(h.endpoint, object{"enabled": false})
	},
	"an endpoint that asked for a pause": func(w *world, h *hook) {
		h.staged(1)
		h.says(with(429, header{"Retry-After", "7200"}))
		w.sent(h.endpoint)
		w.deliver()
		h.took(1)
	},
	"a disabled connector": func(w *world, h *hook) {
		h.staged(1)
		w.patchConnector(h.connector, object{"enabled": false})
	},
	"a deleted secret": func(w *world, h *hook) {
		h.staged(1)
		w.do("DELETE", pathSecrets+"/"+h.secret, nil).want(204)
	},
}

// TestNoProbe has no pending version without proof, or an endpoint that takes no events.
func TestNoProbe(t *testing.T) {
	w := newWorld(t)
	for name, prepare := range noProbeCases {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			h := w.newHook(slug(name), nil)
			prepare(w, h)
			h.arrived()
			for range 3 {
				w.probe()
				w.clock.Advance(30 * time.Minute)
			}
			h.took(0)
		})
	}
}

func TestEnabledEndpointIsProbed(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	w.patchEndpoint(h.endpoint, object{"enabled": false})
	h.staged(1, 2)
	w.probe()
	h.took(0)
	w.patchEndpoint(h.endpoint, object{"enabled": true})
	w.probe()
	h.took(2)
	if r := w.secret(h.secret).Rotation; r.Due != api.StepPromote {
		t.Errorf("%+v", r)
	}
}

// TestOneProbePerMinute probes an endpoint at most once a minute, for all of its secrets. Other endpoints do not wait.
func TestOneProbePerMinute(t *testing.T) {
	w := newWorld(t)
	h, other := w.newHook("hooks", nil), w.newHook("other", nil)
	second := w.newSecret("second", h.endpoint, h.policy, nil).ID
	w.mustStep(second, api.StepBegin, nil)
	h.staged(1)
	other.staged(1)
	got := w.probesWithin(20*time.Minute, h)
	if len(got) < 8 {
		t.Errorf("%d probes of two secrets in 20 minutes", len(got))
	}
	for i := range got[1:] {
		if d := got[i+1] - got[i]; d < time.Minute {
			t.Errorf("two probes within %v: %v", d, got)
		}
	}
	for _, id := range []string{h.secret, second} {
		if p := w.secret(id).Probe; p == nil || p.Result != api.ProbeNotAccepted {
			t.Errorf("%s: %+v", id, p)
		}
	}
	if a := other.arrived(); len(a) == 0 || !a[0].at.Equal(epoch) {
		t.Errorf("the other endpoint was not probed at once: %d probes", len(a))
	}
}

func TestRestartRepeatsNoProbe(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.staged(1)
	w.probe()
	h.took(1)
	w.restart()
	w.probe()
	w.clock.Advance(time.Minute - time.Microsecond)
	w.probe()
	h.took(0)
	if p := w.secret(h.secret).Probe; p == nil || p.Result != api.ProbeNotAccepted {
		t.Errorf("%+v", p)
	}
	w.clock.Advance(time.Microsecond)
	w.restart()
	w.probe()
	h.took(1)
}

// TestNewPendingVersionIsProbedAtOnce, or a minute after the last probe of its endpoint.
func TestNewPendingVersionIsProbedAtOnce(t *testing.T) {
	w := newWorld(t)
	for name, x := range map[string]struct{ pause, wait time.Duration }{
		"long after": {time.Hour, 0}, "just after": {20 * time.Second, 40 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			h := w.newHook(slug(name), nil)
			h.staged(1)
			for range 10 { // probes have become seldom
				w.probe()
				w.clock.Advance(time.Hour)
			}
			w.probe()
			h.arrived()
			w.mustStep(h.secret, api.StepCancel, nil)
			w.clock.Advance(x.pause)
			w.lifecycle(h.secret, "release", because)
			h.staged(1)
			if p := w.secret(h.secret).Probe; p != nil {
				t.Errorf("the probe of another version is shown: %+v", p)
			}
			if x.wait > 0 {
				w.clock.Advance(x.wait - time.Microsecond)
				w.probe()
				h.took(0)
				w.clock.Advance(time.Microsecond)
			}
			w.probe()
			h.took(1)
			w.clock.Advance(time.Minute) // and then as any other
			w.probe()
			h.took(1)
			if p := w.secret(h.secret).Probe; p == nil || p.Version != 3 {
				t.Errorf("%+v", p)
			}
		})
	}
}

// TestVersionThatEndsDuringProbe gets no evidence.
func TestVersionThatEndsDuringProbe(t *testing.T) {
	w := newWorld(t)
	for name, end := range map[string]func(w *world, h *hook){
		"cancelled":    func(w *world, h *hook) { w.mustStep(h.secret, api.StepCancel, nil) },
		"promoted":     func(w *world, h *hook) { w.mustStep(h.secret, api.StepPromote, forced) },
		"acknowledged": func(w *world, h *hook) { w.mustStep(h.secret, api.StepAcknowledge, object{"version": 2}) },
		"timed out":    func(w *world, _ *hook) { w.clock.Advance(7 * 24 * time.Hour) },
		"deleted":      func(w *world, h *hook) { w.do("DELETE", pathSecrets+"/"+h.secret, nil).want(204) },
		"another": func(w *world, h *hook) {
			w.mustStep(h.secret, api.StepCancel, nil)
			w.lifecycle(h.secret, "release", because)
			w.mustStep(h.secret, api.StepBegin, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			h := w.newHook(slug(name), nil)
			h.staged(1, 2)
			h.says(func(rw http.ResponseWriter, a arrival) {
				if !a.genuine {
					end(w, h)
				}
				verifying(http.StatusUnauthorized)(rw, a)
			})
			w.probe()
			h.took(2)
			if name == "deleted" {
				w.do("GET", pathSecrets+"/"+h.secret, nil).problem(api.CodeNotFound, "")
				return
			}
			for _, v := range w.versions(h.secret) {
				if v.Evidence != nil && (name != "acknowledged" || v.Evidence.Kind != "acknowledgement") {
					t.Errorf("%+v", v)
				}
			}
			if s := w.secret(h.secret); name != "acknowledged" &&
				(s.Probe != nil && name != "promoted" || s.Rotation.Acknowledged) {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestProbeBeforeStageEnds probes once more shortly before the stage ends, although an hour has not passed since the
// probe before. What it proves counts at the end.
func TestProbeBeforeStageEnds(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	w.do("PATCH", pathPolicies+"/"+h.policy, object{"max_stage": "150m"}).want(200)
	h.staged(1)
	var after []time.Duration
	for ; w.clock.Now().Sub(epoch) < 139*time.Minute; w.clock.Advance(time.Minute) {
		w.probe()
		for range h.arrived() {
			after = append(after, w.clock.Now().Sub(epoch))
		}
	}
	if diff := cmp.Diff(minutes(0, 1, 3, 7, 15, 31, 63, 123), after); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	h.knows(w.key(h.secret, 1), w.key(h.secret, 2)) // the receiver was deployed meanwhile
	w.probe()
	h.took(0)
	w.clock.Advance(time.Minute)
	w.probe()
	h.took(2)
	w.clock.Advance(10 * time.Minute)
	if s := w.secret(h.secret); s.Rotation.Phase != api.PhaseDraining || s.Version != 2 {
		t.Errorf("%+v", s.Rotation)
	}
}
