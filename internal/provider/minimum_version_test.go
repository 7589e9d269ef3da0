package provider_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func TestMinimumVersion(t *testing.T) {
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t := s.t
		c := k.config.With("minimum_version", 2)
		s.create(k.config)
		p := s.tf.Plan(c)
		s.tf.Expect(p.Planned, "version=2", "rotation.phase=stable", "rotation.current_version=2", "rotation.next_version=3")
		s.warns(p, `Version 2 of "orders" will be issued`, "Revoked at once, without an overlap: version 1", "raised to 2")
		s.tf.Keep(p, nil)
		s.Wrote(t, "PATCH if 1")
		tftest.Silent(t, s.tf, c)
		// Lowering it and removing it do nothing.
		s.tf.Run(k.config.With("minimum_version", 1))
		s.tf.Run(k.config)
		s.tf.Expect(s.tf.State, "version=2", "minimum_version=<null>")
		errs := s.tf.Plan(k.config.With("minimum_version", 4)).Diags.Errors()
		tftest.Says(t, errs, `AttributeName("minimum_version")`, "can be 3 at most")
	})
}

// In the middle of a rotation minimum_version comes first, and the pending version is current at once.
func TestMinimumVersionDuringARotation(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		s.create(k.config)
		s.proven(k.config)
		c := k.config.With("minimum_version", 2)
		p := s.tf.Plan(c)
		s.warns(p, "older than 2 will be revoked", "Version 2 is current")
		s.tf.Expect(p.Planned, "version=2", "rotation.phase=stable", "rotation.pending_version=<null>",
			"rotation.next_version=3")
		s.tf.Keep(p, nil)
		s.tf.Keep(s.tf.Plan(c.With("minimum_version", 3)), nil)
		s.tf.Expect(s.tf.State, "version=3")
	})
}

// One line ends every older version at once, wherever a rotation stands, proof or no proof.
func TestMinimumVersionInEachPhase(t *testing.T) {
	rolledBack := func(s *scene, c tftest.Config) {
		s.proven(c)
		s.tf.Run(c)
		s.credential.Rollback("broken")
		s.credential.Release()
	}
	for name, x := range map[string]struct {
		before  func(*scene, tftest.Config)
		minimum int
		next    string
	}{
		"staged, the pending one is new enough":   {(*scene).staged, 2, "3"},
		"staged, none is new enough":              {(*scene).staged, 3, "4"},
		"draining, the current one is new enough": {(*scene).draining, 2, "3"},
		"draining, none is new enough":            {(*scene).draining, 3, "4"},
		"rolled back, none is new enough":         {rolledBack, 3, "4"},
	} {
		t.Run(name, func(t *testing.T) {
			forEach(t, bothTypes(), func(s *scene, k kind) {
				t := s.t
				s.create(k.config)
				x.before(s, k.config)
				c := k.config.With("minimum_version", x.minimum)
				p := s.tf.Plan(c)
				s.warns(p, "minimum_version is raised to "+number(int64(x.minimum)))
				left := number(int64(x.minimum))
				s.tf.Expect(p.Planned, "version="+left, "rotation.phase=stable", "rotation.current_version="+left,
					"rotation.pending_version=<null>", "rotation.previous_version=<null>", "rotation.next_version="+x.next)
				s.tf.Keep(p, nil)
				tftest.Silent(t, s.tf, c)
			})
		})
	}
}

func TestMinimumVersionAtCreation(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		t := s.t
		c := k.config.With("minimum_version", 40)
		s.create(c)
		s.tf.Expect(s.tf.State, "version=40", "rotation.next_version=41", "minimum_version=40")
		tftest.Silent(t, s.tf, c)
	})
}

// A deadline gives minimum_version another effect between plan and apply, and the platform refuses. Should it not see
// the If-Match, the result stands, and the error says so.
func TestDeadlineChangesWhatMinimumVersionDoes(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		s.staged(k.config)
		c := k.config.With("minimum_version", 2)
		p := s.tf.Plan(c)        // version 2, pending, will be current
		s.Clock.Advance(8 * day) // the stage ends without evidence: version 2 is cancelled
		tftest.Says(t, s.tf.Apply(p, nil).Errors(), "Changed since the plan", "plan again")
		s.tf.Expect(s.tf.State, "version=2", "minimum_version=<null>")
		s.Fail(func(r acctest.Request) acctest.Fault {
			if strings.HasPrefix(r.Line(), "PATCH") {
				return acctest.WithoutIfMatch()
			}
			return acctest.Pass()
		})
		tftest.Says(t, s.tf.Apply(p, nil).Errors(), "plan again", "in force all the same")
		s.tf.Expect(s.tf.State, "version=3", "rotation.current_version=3", "minimum_version=2")
		tftest.Silent(t, s.tf, c)
	})
}

func TestMinimumVersionWithoutEffectBesideAnotherChange(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		s.tf.Keep(s.tf.Plan(k.config.With("minimum_version", 1).With("description", "new")), nil)
		s.Wrote(t, "PATCH if 1")
		s.tf.Expect(s.tf.State, "version=1", "minimum_version=1", "description=new")
	})
}
