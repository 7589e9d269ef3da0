package acctest_test

import (
	"fmt"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const ed25519Keys = "algorithm = \"ed25519\"\n"

func minimumVersion(n int64) string { return fmt.Sprintf("minimum_version = %d\n", n) }

func (s *signing) rolledBack() {
	s.t.Helper()
	signingStep(api.StepRotate, nil)(s)
	signingStep(api.StepRollback, api.StepRequest{Reason: "broken"})(s)
	s.release()
}

// One line ends every older version at once, wherever a rotation stands, proof or no proof. Deliveries are signed by what is left, and nobody else is accepted.
func TestSigningMinimumVersion(t *testing.T) {
	begin, rotate := signingStep(api.StepBegin, nil), signingStep(api.StepRotate, nil)
	for name, tc := range map[string]struct {
		more    string
		before  func(*signing)
		valid   []int64 // before, as deliveries are signed
		minimum int64
		left    int64
		next    float64
	}{
		"stable":                                  {"", func(*signing) {}, []int64{1}, 2, 2, 3},
		"staged, the pending one is new enough":   {"", begin, []int64{1, 2}, 2, 2, 3},
		"staged, none is new enough":              {"", begin, []int64{1, 2}, 3, 3, 4},
		"draining, the current one is new enough": {"", rotate, []int64{2, 1}, 2, 2, 3},
		"draining, none is new enough":            {"", rotate, []int64{2, 1}, 3, 3, 4},
		"rolled back, none is new enough":         {"", (*signing).rolledBack, []int64{1, 2}, 3, 3, 4},
		"keys, staged, none is new enough":        {ed25519Keys, begin, []int64{1, 2}, 3, 3, 4},
		"keys, draining, the current one is":      {ed25519Keys, rotate, []int64{2, 1}, 2, 2, 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSigning(t, withoutAcknowledgement, tc.more)
			tc.before(s)
			s.deliver(tc.valid...)
			s.config(withoutAcknowledgement, tc.more+minimumVersion(tc.minimum))
			s.tf.SavePlan("raise.tfplan").Has(theSigning+" will be updated in-place", fmt.Sprintf("minimum_version is raised to %d", tc.minimum))
			if planned := s.tf.Changes("raise.tfplan")[theSigning].Change.After["version"]; planned != float64(tc.left) {
				t.Errorf("the plan says version %v, want %d", planned, tc.left)
			}
			s.tf.ApplyPlan("raise.tfplan")
			s.want(float64(tc.left), map[string]any{
				"phase": "stable", "due": "none", "current_version": float64(tc.left), "pending_version": nil, "previous_version": nil, "next_version": tc.next,
			})
			if keys, _ := s.tf.State(theSigning)["public_keys"].([]any); tc.more != "" && (len(keys) != 1 || keys[0] != s.value(tc.left)) {
				t.Errorf("the state has the keys %v, want that of version %d", keys, tc.left)
			}
			s.tf.Plan(0).Silent()

			// The receiver knows only what was revoked. It refuses, and once it has learned it gets what waited.
			id := s.send()
			s.p.Deliver()
			if s.accepted(id) {
				t.Fatal("an event was accepted by a revoked secret")
			}
			s.know(tc.left)
			s.p.Clock.Advance(day / 24)
			s.p.Deliver()
			if !s.accepted(id) {
				t.Error("the event that waited did not arrive")
			}
			s.deliver(tc.left)
		})
	}
}

// Of a secret of the user's own the platform cannot make the next value: it comes with the number that makes it necessary, or there is one already.
func TestSigningMinimumVersionOfASuppliedSecret(t *testing.T) {
	toB := func(s *signing) {
		s.supply("b", "max_stage = \"2d\"\n", "")
		s.tf.Apply()
	}
	promoted := func(s *signing) {
		toB(s)
		s.h.Know(whsec("b"))
		s.p.Probe()
		s.tf.Apply()
	}
	for name, tc := range map[string]struct {
		before func(*signing)
		letter string // configured with the number
		more   string
		left   int64
		value  string
	}{
		"stable, a new value":                        {func(*signing) {}, "b", minimumVersion(2), 2, "b"},
		"draining, a new value":                      {promoted, "c", minimumVersion(3), 3, "c"},
		"stable, a new value and its number":         {func(*signing) {}, "b", minimumVersion(2) + secretNumber2, 2, "b"},
		"staged, a third value and its number":       {toB, "c", minimumVersion(3) + secretNumber2, 3, "c"},
		"staged, the pending one stays and a number": {toB, "b", minimumVersion(2) + secretNumber2, 2, "b"},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSupplied(t, "max_stage = \"2d\"\n", "")
			tc.before(s)
			s.supply(tc.letter, "max_stage = \"2d\"\n", tc.more)
			s.tf.Plan(2).Has(fmt.Sprintf("minimum_version is raised to %d", tc.left))
			s.tf.Apply()
			wantSupplied(t, s.p, tc.left, api.PhaseStable, whsec(tc.value))
			s.tf.Plan(0).Silent()
			s.h.Know(whsec(tc.value))
			s.deliver(tc.left)
		})
	}
	t.Run("removed with it, the platform makes one", func(t *testing.T) {
		s := startSupplied(t, "", "")
		s.config("", minimumVersion(2))
		s.tf.Plan(2).Has("Version 2 of", "will be issued")
		s.tf.Apply()
		if object := s.object(); object.Version != 2 || object.SecretDigest != nil || object.Rotation.Phase != api.PhaseStable {
			t.Errorf("%+v", object)
		}
		if digest := s.tf.State(theSigning)["secret_digest"]; digest != nil {
			t.Error("the state still has the digest of what was revoked")
		}
		s.tf.Plan(0).Silent()
		s.know(2)
		s.deliver(2)
	})
	// A third value while the second one is pending, and new enough: one apply takes one step, and the next one sends it.
	t.Run("the pending one stays, and a third value", func(t *testing.T) {
		s := startSupplied(t, "", "")
		toB(s)
		s.supply("c", "", minimumVersion(2))
		s.tf.Plan(2).Has("Version 2 is current from then on")
		s.tf.Apply()
		wantSupplied(t, s.p, 2, api.PhaseStable, whsec("b"))
		s.tf.Plan(2).Has("begins: version 3 will be issued", "secret_wo has a new value")
		s.tf.Apply()
		wantSupplied(t, s.p, 3, api.PhaseStaged, whsec("c"))
	})
}

func TestSigningMinimumVersionWithoutEffect(t *testing.T) {
	for name, start := range map[string]func(*testing.T, string, string) *signing{"issued": startSigning, "supplied": startSupplied} {
		t.Run(name, func(t *testing.T) {
			config := func(s *signing, more string) {
				if name == "supplied" {
					s.supply("a", "", more)
				} else {
					s.config("", more)
				}
			}
			s := start(t, "", minimumVersion(2))
			for _, more := range []string{minimumVersion(1), "", minimumVersion(2)} {
				config(s, more)
				s.tf.Plan(2).Has(theSigning + " will be updated in-place").HasNot("Warning:")
				s.tf.Apply()
				s.tf.Plan(0).Silent()
			}
			if object := s.object(); object.Version != 2 || object.Rotation.NextVersion != 3 {
				t.Errorf("%+v", object)
			}
			before := s.standing()
			config(s, minimumVersion(4))
			s.tf.Plan(1).Has("minimum_version is above the next version", "with "+theSigning, "can be 3 at most")
			if after := s.standing(); after != before {
				t.Errorf("the plan changed it\nbefore: %s\nafter:  %s", before, after)
			}
		})
	}
}

// While the number is not known, the apply decides, also about what it needs.
func TestSigningMinimumVersionUnknownInThePlan(t *testing.T) {
	late := func(number int) string {
		return fmt.Sprintf("\nresource \"terraform_data\" \"late\" {\n  input = %d\n}\n", number)
	}
	t.Run("issued", func(t *testing.T) {
		s := startSigning(t, "", ed25519Keys)
		s.tf.Config(policy("") + hooks(s.h.URL, ed25519Keys+"minimum_version = terraform_data.late.output") + late(2))
		s.tf.SavePlan("late.tfplan").Has("~ version = 1 -> (known after apply)", "~ public_keys")
		s.tf.ApplyPlan("late.tfplan")
		s.want(2, map[string]any{"phase": "stable", "current_version": 2.0, "next_version": 3.0})
		s.tf.Plan(0).Silent()
		s.know(2)
		s.deliver(2)
	})
	t.Run("supplied, with a new value", func(t *testing.T) {
		s := startSupplied(t, "", "")
		s.tf.Config(policy("") + supplied(s.h.URL, "minimum_version = terraform_data.late.output") + late(2))
		s.tf.Var("signing_secret", whsec("b"))
		s.tf.Apply()
		wantSupplied(t, s.p, 2, api.PhaseStable, whsec("b"))
		s.tf.Plan(0).Silent()
	})
	t.Run("supplied, without a new value", func(t *testing.T) {
		s := startSupplied(t, "", "")
		before := s.standing()
		s.tf.Config(policy("") + supplied(s.h.URL, "minimum_version = terraform_data.late.output") + late(2))
		s.tf.ApplyFails().Has("The same value again")
		if after := s.standing(); after != before {
			t.Errorf("the refused apply changed it\nbefore: %s\nafter:  %s", before, after)
		}
	})
}

// The stage ends while a plan waits that would have kept its version: the plan is not called a success, and the next one is right.
func TestSigningMinimumVersionSavedBeforeADeadline(t *testing.T) {
	s := startSigning(t, "", "")
	signingStep(api.StepBegin, nil)(s)
	s.config("", minimumVersion(2))
	s.tf.SavePlan("raise.tfplan")
	s.p.Clock.Advance(8 * day)
	s.deliver(1)
	s.tf.ApplyPlanFails("raise.tfplan").Has("Changed since the plan", "Run terraform plan again")
	s.deliver(1)
	s.tf.Apply()
	s.want(3, map[string]any{"phase": "stable", "current_version": 3.0})
	s.know(3)
	s.deliver(3)
	s.tf.Plan(0).Silent()
}
