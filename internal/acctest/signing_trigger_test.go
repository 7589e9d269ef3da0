package acctest_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A change while another rotation runs is recorded, and is answered by the rotation after that.
func TestSigningTriggerChangedDuringARotation(t *testing.T) {
	for name, tc := range map[string]struct {
		before func(*signing)
		phase  string
	}{
		"staged":   {(*signing).staged, "staged"},
		"draining": {(*signing).draining, "draining"},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSigning(t, "", trigger("a"))
			tc.before(s)
			s.config("", trigger("b"))
			s.tf.SavePlan("b.tfplan").Has("is requested, not begun", "is in phase "+tc.phase, "falls due once the phase is stable").HasNot("~ version", "known after apply")
			s.tf.ApplyPlan("b.tfplan")
			s.tf.Plan(0).HasNot("is requested, not begun")
			if name == "staged" {
				s.know(1, 2)
				s.p.Probe()
				s.tf.Apply()
			}
			s.deliver(2, 1)
			s.p.Clock.Advance(day)
			s.tf.Plan(2).Has(`"stable" -> "staged"`, "~ version = 2 -> 3", "a rotation was requested earlier")
			s.tf.Apply()
			s.deliver(2, 3)
			s.know(3)
			s.p.Probe()
			s.tf.Apply()
			s.p.Clock.Advance(day)
			s.tf.Plan(0).Silent()
			s.deliver(3)
		})
	}
}

// A promotion that is due goes first. The change is not lost by that.
func TestSigningTriggerChangedTogetherWithAPromotion(t *testing.T) {
	s := startSigning(t, "", trigger("a"))
	s.proven()
	s.config("", trigger("b"))
	s.tf.Plan(2).Has(`"staged" -> "draining"`, "is requested, not begun", "another step comes first")
	s.tf.Apply()
	s.want(2, map[string]any{"phase": "draining", "next_version": 3.0})
	s.p.Clock.Advance(day)
	s.tf.Plan(2).Has("~ version = 2 -> 3", "a rotation was requested earlier")
}

// Asked for while the user's own secret is on its way, the rotation waits for that, and then for one more value of the user's.
func TestSigningTriggerOfASuppliedSecret(t *testing.T) {
	s := startSupplied(t, "", trigger("a"))
	s.supply("b", "", trigger("a"))
	s.tf.Apply()
	s.supply("b", "", trigger("b"))
	s.tf.Plan(2).Has("is requested, not begun", "is in phase staged")
	s.tf.Apply()
	s.h.Know(whsec("b"))
	s.p.Probe()
	s.tf.Apply()
	s.p.Clock.Advance(day)
	s.tf.Plan(0).Has(`A new value for "orders" is due`, "A rotation was requested earlier", "configure a new one in secret_wo")
	s.deliver(2)
	s.supply("c", "", trigger("b"))
	s.tf.Plan(2).Has("begins: version 3 will be issued", "secret_wo has a new value").HasNot("is due")
	s.tf.Apply()
	wantSupplied(t, s.p, 3, api.PhaseStaged, whsec("c"))
	s.h.Know(whsec("c"))
	s.p.Probe()
	s.tf.Apply()
	s.p.Clock.Advance(day)
	s.tf.Plan(0).Silent()
}

// A new value and a changed trigger in one apply are one rotation.
func TestSigningTriggerChangedWithANewValue(t *testing.T) {
	s := startSupplied(t, withoutAcknowledgement, trigger("a"))
	s.supply("b", withoutAcknowledgement, trigger("b"))
	s.tf.Plan(2).Has("secret_wo has a new value").HasNot("is requested, not begun", "is due")
	s.tf.Apply()
	wantSupplied(t, s.p, 2, api.PhaseDraining, whsec("b"))
	s.p.Clock.Advance(day)
	s.tf.Plan(0).Silent()
}
