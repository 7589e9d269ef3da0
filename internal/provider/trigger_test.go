package provider_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func triggered(c tftest.Config, kv ...string) tftest.Config {
	return c.With("rotate_when_changed", tftest.Triggers(kv...))
}

func TestTriggerBeginsARotation(t *testing.T) {
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t := s.t
		c := k.config
		s.create(c)
		// A key that comes or goes is no change.
		for _, next := range []tftest.Config{
			triggered(c, "a", "1"), triggered(c, "a", "1", "b", "1"), triggered(c, "b", "1"), c, triggered(c, "a", "1"),
		} {
			s.tf.Run(next)
			s.tf.Expect(s.tf.State, "version=1", "rotation.phase=stable")
			s.Wrote(t, "PATCH")
			tftest.Silent(t, s.tf, next)
		}
		c = triggered(c, "a", "2", "b", "1")
		p := s.tf.Plan(c)
		s.tf.Expect(p.Planned, "version=2", "rotation.phase=staged")
		s.warns(p, "begins: version 2", "rotate_when_changed has changed")
		s.tf.Keep(p, nil)
		s.Wrote(t, "PATCH if 6", "POST rotation/begin if 7")
		tftest.Empty(t, s.tf, c)
		s.credential.Acknowledge(2)
		s.tf.Run(c)
		s.Clock.Advance(day)
		tftest.Silent(t, s.tf, c) // one request, one rotation
	})
}

func TestTriggerDuringARotationIsRecorded(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		t := s.t
		c := triggered(k.config, "a", "1")
		s.create(c)
		s.staged(c)
		c = triggered(k.config, "a", "2")
		p := s.tf.Plan(c)
		s.tf.Expect(p.Planned, "version=2", "rotation.phase=staged", "rotation.reason=awaiting_acknowledgement",
			"public_keys="+s.tf.Get(s.tf.State, "public_keys"))
		s.warns(p, "requested, not begun", "is in phase staged")
		s.tf.Keep(p, nil)
		s.Wrote(t, "PATCH")
		s.credential.Acknowledge(2)
		s.tf.Run(c)
		tftest.Silent(t, s.tf, c)
		s.Clock.Advance(day)
		p = s.tf.Plan(c)
		s.tf.Expect(p.Planned, "version=3", "rotation.phase=staged")
		s.warns(p, "requested earlier")
	})
}

// A step that is due goes first. The change is not lost by that.
func TestTriggerWhileAnotherStepIsDue(t *testing.T) {
	for name, x := range map[string]struct {
		before func(*scene, tftest.Config)
		phase  string // after the next apply
		writes []string
	}{
		"promote": {(*scene).proven, "draining", []string{"PATCH if 2", "POST rotation/promote if 3"}},
		"retire":  {(*scene).draining, "stable", []string{"PATCH if 3", "POST rotation/retire if 4"}},
	} {
		t.Run(name, func(t *testing.T) {
			forEach(t, bothTypes(), func(s *scene, k kind) {
				t := s.t
				c := triggered(k.config, "a", "1")
				s.create(c)
				x.before(s, c)
				c = triggered(k.config, "a", "2")
				p := s.tf.Plan(c)
				s.tf.Expect(p.Planned, "version=2", "rotation.phase="+x.phase)
				s.warns(p, "requested, not begun", "another step comes first")
				tftest.Must(t, s.tf.Apply(p, nil))
				s.Wrote(t, x.writes...)
				s.Clock.Advance(day)
				p = s.tf.Plan(c)
				s.tf.Expect(p.Planned, "version=3", "rotation.phase=staged")
				s.warns(p, "requested earlier")
			})
		})
	}
}

// While a plan cannot know whether there is a step, it leaves everything that a step changes to the apply.
func TestUnknownStep(t *testing.T) {
	for name, x := range map[string]struct {
		planned, applied func(tftest.Config) tftest.Config
		version          string
		writes           []string
	}{
		"a trigger that changes": {
			with("rotate_when_changed", map[string]any{"a": tftest.Unknown}), with("rotate_when_changed",
				tftest.Triggers("a", "2")),
			"2",
			[]string{"PATCH if 1", "POST rotation/begin if 2"},
		},
		"a trigger that does not": {with("rotate_when_changed", map[string]any{"a": tftest.Unknown}), unchanged, "1", nil},
		"all triggers": {
			with("rotate_when_changed", tftest.Unknown), with("rotate_when_changed", tftest.Triggers("b", "2")),
			"1",
			[]string{"PATCH"},
		},
		"minimum_version": {with("minimum_version", tftest.Unknown), with("minimum_version", 2), "2", []string{"PATCH if 1"}},
		"minimum_version without effect": {
			with("minimum_version", tftest.Unknown), with("minimum_version", 1), "1", []string{"PATCH if 1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			forEach(t, bothTypes(), func(s *scene, k kind) {
				t := s.t
				c := triggered(k.config, "a", "1")
				s.create(c)
				p := s.tf.Plan(x.planned(c))
				tftest.Must(t, p.Diags)
				s.tf.Expect(p.Planned, "version=<unknown>", "rotation=<unknown>", "id="+s.credential.ID())
				if keys := s.tf.Get(s.tf.State, "public_keys"); keys != "<null>" {
					s.tf.Expect(p.Planned, "public_keys=<unknown>")
				}
				if w := p.Diags.Warnings(); w != "" {
					t.Errorf("warns of what is not known: %s", w)
				}
				s.tf.Keep(p, x.applied(c))
				s.Wrote(t, x.writes...)
				s.tf.Expect(s.tf.State, "version="+x.version)
			})
		})
	}
}

func TestPolicyOfTheSameApply(t *testing.T) {
	second := acctest.TheFixture().Policies[1]
	forEach(t, bothTypes(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		p := s.tf.Plan(k.config.With("rotation_policy_id", tftest.Unknown))
		s.tf.Expect(p.Planned, "version=1", "rotation.phase=stable", "rotation_policy_id=<unknown>",
			"public_keys="+s.tf.Get(s.tf.State, "public_keys"))
		c := k.config.With("rotation_policy_id", second)
		s.tf.Keep(p, c)
		s.tf.Expect(s.tf.State, "rotation_policy_id="+second, "version=1")
		s.Wrote(t, "PATCH")

		// Whether a due step is taken is open: if the policy is another one by then, the next plan takes it.
		s.due()
		unknown := c.With("rotation_policy_id", tftest.Unknown)
		p = s.tf.Plan(unknown)
		s.tf.Expect(p.Planned, "version=<unknown>", "rotation_policy_id=<unknown>")
		s.warns(p, "may wait for the next plan", "(begin)")
		s.tf.Keep(p, k.config)
		s.Wrote(t, "PATCH")
		s.tf.Keep(s.tf.Plan(unknown), k.config) // it is the same policy
		s.Wrote(t, "POST rotation/begin if 3")
		s.tf.Expect(s.tf.State, "version=2", "rotation.phase=staged")
	})
}
