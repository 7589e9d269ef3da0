package platform_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestPromotedVersionIsProbed in the overlap if it was promoted without proof, by schedule and on request, until it is
// proven. The result changes only what is shown.
func TestPromotedVersionIsProbed(t *testing.T) {
	w := newWorld(t)
	for name, promote := range map[string]func(w *world, h *hook){
		"forced": func(w *world, h *hook) {
			w.mustStep(h.secret, api.StepBegin, nil)
			w.mustStep(h.secret, api.StepPromote, forced)
		},
		"by the policy": func(w *world, h *hook) {
			w.do("PATCH", pathPolicies+"/"+h.policy, object{"require_acknowledgement": false}).want(200)
			w.mustStep(h.secret, api.StepRotate, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			h := w.newHook(slug(name), nil)
			promote(w, h)
			if diff := cmp.Diff(minutes(0, 1, 3, 7, 15), w.probesWithin(20*time.Minute, h)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if p := w.secret(h.secret).Probe; p == nil || p.Version != 2 || p.Result != api.ProbeNotAccepted {
				t.Fatalf("%+v", p)
			}
			h.knows(w.key(h.secret, 1), w.key(h.secret, 2))
			got := decoded[api.ProbeAnswer](w.do("POST", pathEndpoints+"/"+h.endpoint+"/probe", nil).want(200))
			if len(got.Probes) != 1 || got.Probes[0].Result != api.ProbeProven {
				t.Errorf("%+v", got)
			}
			h.took(2)
			if s := w.secret(h.secret); s.Probe == nil || s.Probe.Result != api.ProbeProven ||
				s.Rotation.Phase != api.PhaseDraining || s.Rotation.Acknowledged {
				t.Errorf("%+v", s)
			}
			if again := w.probesWithin(30*time.Minute, h); len(again) != 0 {
				t.Errorf("asked again at %v", again)
			}
			w.clock.Advance(time.Hour)
			w.probe()
			h.took(0)
			if s := w.secret(h.secret); s.Probe != nil || s.Rotation.Phase != api.PhaseStable {
				t.Errorf("%+v", s)
			}
		})
	}
}
