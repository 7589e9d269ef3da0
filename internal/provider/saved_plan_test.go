package provider_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// The object, or its policy, is not any more what the plan was made for: the plan is refused and changes nothing, and
// another plan is the way out.
func TestSavedPlanAfterAChange(t *testing.T) {
	due := func(s *scene, _ tftest.Config) { s.due() }
	inOneStep := func(s *scene, _ tftest.Config) {
		s.rules(map[string]any{"require_acknowledgement": false})
		s.due()
	}
	patch := func(s *scene) { s.credential.Patch(map[string]any{"description": "theirs"}) }
	for name, x := range map[string]struct {
		prepare   func(*scene, tftest.Config)
		meanwhile func(*scene)
	}{
		"begin, and somebody edits":    {due, patch},
		"promote, and somebody edits":  {(*scene).proven, patch},
		"rotate, and somebody rotates": {inOneStep, func(s *scene) { s.credential.Step(api.StepRotate, api.StepRequest{}) }},
		"rotate, and the overlap of somebody's rotation ends": {inOneStep, func(s *scene) {
			s.credential.Step(api.StepRotate, api.StepRequest{})
			s.Clock.Advance(2 * day)
		}},
		"rotate, and the policy asks for an acknowledgement": {inOneStep, func(s *scene) {
			s.rules(map[string]any{"require_acknowledgement": true})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			forEach(t, bothTypes(), func(s *scene, k kind) {
				s.create(k.config)
				x.prepare(s, k.config)
				p := s.tf.Plan(k.config)
				x.meanwhile(s)
				next := s.credential.NextVersion()
				tftest.Says(s.t, s.tf.Apply(p, nil).Errors(), "plan again")
				if n := s.credential.NextVersion(); n != next {
					s.t.Errorf("the refused plan has issued version %d", n-1)
				}
				s.tf.Run(k.config)
			})
		})
	}
}

// A plan may wait for its approval: nothing in it depends on the moment of the apply.
func TestSavedPlanInEachPhaseAppliedLate(t *testing.T) {
	nothing := func(*scene, tftest.Config) {}
	for name, x := range map[string]struct {
		prepare func(*scene, tftest.Config)
		late    time.Duration
		phase   string
	}{
		"begin, once it is overdue": {func(s *scene, _ tftest.Config) { s.due() }, 45 * day, "staged"},
		"rotate, after several intervals": {func(s *scene, _ tftest.Config) {
			s.rules(map[string]any{"require_acknowledgement": false})
			s.due()
		}, 300 * day, "draining"},
		"promote": {(*scene).proven, 5 * day, "draining"},
		"retire":  {(*scene).draining, 8 * time.Hour, "stable"},
		"reissue": {nothing, 5 * day, "stable"},
	} {
		t.Run(name, func(t *testing.T) {
			forEach(t, bothTypes(), func(s *scene, k kind) {
				s.create(k.config)
				x.prepare(s, k.config)
				if name == "reissue" {
					s.credential.Revoke()
				}
				p := s.tf.Plan(k.config)
				s.Clock.Advance(x.late)
				s.tf.Keep(p, nil)
				s.tf.Expect(s.tf.State, "version=2", "rotation.phase="+x.phase, "rotation.next_version=3")
				tftest.Empty(s.t, s.tf, k.config)
			})
		})
	}
}

// A previous version that somebody uses again is not retired by a plan that was made while it was quiet.
func TestRetireOfAVersionInUse(t *testing.T) {
	token := map[string]kind{"scoped token": rotatedKinds()["scoped token"]}
	forEach(t, token, func(s *scene, k kind) {
		s.create(k.config)
		s.draining(k.config)
		p := s.tf.Plan(k.config)
		s.As(api.RoleRuntime).Introspect(s.credential.Reveal(1))
		tftest.Says(s.t, s.tf.Apply(p, nil).Errors(), "plan again")
		if !s.As(api.RoleDeployer).Introspect(s.credential.Reveal(1)).Active {
			s.t.Error("a version that is in use was retired")
		}
		s.tf.Run(k.config)
	})
}
