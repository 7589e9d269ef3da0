package acctest_test

import (
	"fmt"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// The argument taken out of the configuration changes nothing, in any phase: what is there stays, and a rotation that runs goes on to its end.
func TestSigningSecretWoRemoved(t *testing.T) {
	toB := func(s *signing) {
		s.supply("b", "", "")
		s.tf.Apply()
		s.h.Know(whsec("b"))
	}
	for name, tc := range map[string]struct {
		before  func(*signing)
		version int64
		phase   string
		value   string
		then    func(*signing)
	}{
		"stable": {func(*signing) {}, 1, api.PhaseStable, "a", func(s *signing) { s.tf.Plan(0).Silent(); s.deliver(1) }},
		"staged": {toB, 2, api.PhaseStaged, "b", func(s *signing) {
			s.tf.Plan(0).Has("waits to be seen in use")
			s.p.Probe()
			s.tf.Plan(2).Has(`"staged" -> "draining"`)
			s.tf.Apply()
			s.tf.Plan(0).Silent()
			s.deliver(2, 1)
		}},
		"draining": {func(s *signing) { toB(s); s.p.Probe(); s.tf.Apply() }, 2, api.PhaseDraining, "b", func(s *signing) {
			s.tf.Plan(0).Silent()
			s.p.Clock.Advance(day)
			s.deliver(2)
		}},
		"revoked": {(*signing).revoked, 1, api.PhaseRevoked, "", func(s *signing) {
			s.tf.Plan(2).Has(`"revoked" -> "stable"`, "Version 2 of")
			s.tf.Apply()
			s.tf.Plan(0).Silent()
			if s.object().SecretDigest != nil {
				s.t.Error("the platform has a supplied secret, though none is configured")
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSupplied(t, "", "")
			tc.before(s)
			s.config("", "")
			if tc.phase != api.PhaseRevoked {
				wantSupplied(t, s.p, tc.version, tc.phase, whsec(tc.value))
			}
			tc.then(s)
		})
	}
}

// So it is with its number: only that is edited.
func TestSigningSecretWoRemovedWithItsNumber(t *testing.T) {
	s := startSupplied(t, "", secretNumber1)
	for _, more := range []string{secretNumber1, secretNumber2, ""} {
		s.config("", more)
		s.tf.Apply()
		s.tf.Plan(0).Silent()
		wantSupplied(t, s.p, 1, api.PhaseStable, whsec("a"))
	}
	s.supply("a", "", "")
	s.tf.Plan(0).Silent()
}

// A value that was revoked may have leaked. A variable that comes back to it, a stale secret of the CI say, sends nothing; a new number does.
func TestSigningSecretWoComesBackRevoked(t *testing.T) {
	s := startSupplied(t, "", "")
	const above = "minimum_version = 2\n"
	s.supply("b", "", above)
	s.tf.Plan(2).Has("Version 2 of", "will be issued, every older one revoked")
	s.tf.Apply()
	wantSupplied(t, s.p, 2, api.PhaseStable, whsec("b"))
	s.tf.Plan(0).Silent()

	s.supply("a", "", above)
	s.tf.Plan(0).Has(`A new value for "orders" is due`, "has a value that was revoked on the platform", "It is not sent again by itself")
	s.tf.Apply()
	wantSupplied(t, s.p, 2, api.PhaseStable, whsec("b"))
	s.supply("a", "", above+secretNumber1)
	s.tf.Plan(2).Has(`Rotation of "orders" begins`, "is sent again")
	s.tf.Apply()
	wantSupplied(t, s.p, 3, api.PhaseStaged, whsec("a"))
}

// Another number of the value that the platform has, or has on its way, sends nothing, in any phase.
func TestSigningSecretWoNumberAlone(t *testing.T) {
	s := startSupplied(t, "", secretNumber1)
	s.supply("b", "", secretNumber2)
	s.tf.Apply()
	number := func(n int) {
		before := s.object().Rotation
		s.supply("b", "", fmt.Sprintf("secret_wo_version = %d\n", n))
		s.tf.Plan(2).Has("~ secret_wo_version").HasNot("It is sent")
		s.tf.Apply()
		if after := s.object().Rotation; !sameJSON(t, before, after) {
			t.Errorf("the number has moved the rotation: %+v", after)
		}
		s.tf.Plan(0)
	}
	number(3) // staged
	s.h.Know(whsec("b"))
	s.p.Probe()
	s.tf.Apply()
	number(4) // draining
	s.p.Clock.Advance(day)
	number(5) // stable
	wantSupplied(t, s.p, 2, api.PhaseStable, whsec("b"))
}

// Added to a secret that the platform made, the user's own is rotated to; where another rotation runs that is an error which says until when.
func TestSigningSecretWoAdded(t *testing.T) {
	t.Run("stable", func(t *testing.T) {
		s := startSigning(t, "", "")
		s.supply("b", "", "")
		s.tf.SavePlan("b.tfplan").Has("begins: version 2 will be issued", "secret_wo has a new value")
		s.tf.ApplyPlan("b.tfplan")
		wantSupplied(t, s.p, 2, api.PhaseStaged, whsec("b"))
		s.deliver(1, 2)
		s.h.Know(whsec("b"))
		s.p.Probe()
		s.tf.Apply()
		s.tf.Plan(0).Silent()
		s.deliver(2, 1)
	})
	t.Run("due", func(t *testing.T) {
		s := startSigning(t, "", "")
		s.due()
		s.supply("b", "", secretNumber1)
		s.tf.Plan(2).Has("secret_wo has a new value").HasNot("is due")
		s.tf.Apply()
		wantSupplied(t, s.p, 2, api.PhaseStaged, whsec("b"))
		s.tf.Plan(0).Has("waits to be seen in use")
	})
	for name, tc := range map[string]struct {
		before func(*signing)
		until  string
	}{
		"staged":   {(*signing).staged, "2026-06-07T12:00:00Z"},
		"draining": {(*signing).draining, "2026-06-01T12:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSigning(t, "", "")
			tc.before(s)
			before := s.standing()
			s.supply("b", "", "")
			s.tf.Plan(1).Has("A rotation is in progress", "in phase "+name, "until "+tc.until)
			if after := s.standing(); after != before {
				t.Errorf("the plan changed it\nbefore: %s\nafter:  %s", before, after)
			}
			s.config("", "")
			s.tf.Plan(0)
		})
	}
	t.Run("revoked", func(t *testing.T) {
		s := startSigning(t, "", "")
		s.revoked()
		s.supply("b", "", "")
		s.tf.Plan(2).Has("Version 2 of", "make sure that it is not a value that had to go")
		s.tf.Apply()
		wantSupplied(t, s.p, 2, api.PhaseStable, whsec("b"))
		s.tf.Plan(0).Silent()
	})
}

// Whoever wants the old value back while the new one is on its way asks for a third rotation, as far as Terraform can tell. Somebody cancels the one that
// runs, and then the configuration is what the platform has.
func TestSigningSecretWoPutBackWhileStaged(t *testing.T) {
	s := startSupplied(t, "", "")
	s.supply("b", "", "")
	s.tf.Apply()
	s.supply("a", "", "")
	s.tf.Plan(1).Has("A rotation is in progress", "in phase staged", "until 2026-05-08T12:00:00Z")
	signingStep(api.StepCancel, api.StepRequest{Reason: "not b after all"})(s)
	s.tf.Plan(0).Has("is on hold", "not b after all")
	s.release()
	s.tf.Plan(0).Silent()
	s.tf.Apply()
	wantSupplied(t, s.p, 1, api.PhaseStable, whsec("a"))
	s.deliver(1)
}

// A value that is known only at the apply leaves everything open in the plan, and the apply does what the value calls for.
func TestSigningSecretWoUnknownInThePlan(t *testing.T) {
	// The output is known after the apply whenever the resource is replaced, and is then what input says.
	config := func(s *signing, letter, generation, more string) {
		s.tf.Config(policy("") + hooks(s.h.URL, "secret_wo = ephemeral.sink_generated.late.value\n"+more) + fmt.Sprintf(`
resource "terraform_data" "late" {
  input            = %q
  triggers_replace = %q
}

ephemeral "sink_generated" "late" {
  fixed = "whsec_${base64encode(join("", [for i in range(32) : terraform_data.late.output]))}"
}
`, letter, generation))
	}
	for name, more := range map[string]string{"without number": "", "with number": secretNumber1} {
		t.Run(name, func(t *testing.T) {
			s := newSigning(t)
			config(s, "a", "1", more)
			s.tf.Apply()
			wantSupplied(t, s.p, 1, api.PhaseStable, whsec("a"))
			s.tf.Plan(0).Silent()
			s.know(1)

			// Another generation of the same value is no rotation.
			config(s, "a", "2", more)
			s.tf.Apply()
			wantSupplied(t, s.p, 1, api.PhaseStable, whsec("a"))
			s.tf.Plan(0).Silent()

			if more != "" {
				more = secretNumber2
			}
			config(s, "b", "3", more)
			s.tf.SavePlan("late.tfplan").Has("~ version", "(known after apply)")
			s.tf.ApplyPlan("late.tfplan")
			wantSupplied(t, s.p, 2, api.PhaseStaged, whsec("b"))
			s.tf.Plan(0).Has("waits to be seen in use")
			s.deliver(1, 2)

			// In the middle of that rotation only the apply can find out that there is a third value.
			before := s.standing()
			if more != "" {
				more = "  secret_wo_version = 3\n"
			}
			config(s, "c", "4", more)
			s.tf.ApplyFails().Has("A rotation is in progress", "in phase staged")
			if after := s.standing(); after != before {
				t.Errorf("the refused apply changed it\nbefore: %s\nafter:  %s", before, after)
			}
		})
	}
}
