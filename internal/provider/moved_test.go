package provider_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func with(name string, v any) func(tftest.Config) tftest.Config {
	return func(c tftest.Config) tftest.Config { return c.With(name, v) }
}

func unchanged(c tftest.Config) tftest.Config { return c }

// Somebody else moves the rotation between plan and apply. The planned step is not taken, even where theirs is the
// same: their version is another secret than the one that the plan was about to hand over.
func TestRotationMovedOutsideTerraform(t *testing.T) {
	step := func(step string) func(*scene) {
		return func(s *scene) { s.credential.Step(step, api.StepRequest{Reason: "test"}) }
	}
	due := func(s *scene, _ tftest.Config) { s.due() }
	nothing := func(*scene, tftest.Config) {}
	for name, x := range map[string]struct {
		prepare func(*scene, tftest.Config)
		change  func(tftest.Config) tftest.Config
		other   func(*scene)
		next    int64 // version afterwards
	}{
		"begin, and they began":        {due, unchanged, step(api.StepBegin), 3},
		"begin, and they revoked":      {due, unchanged, func(s *scene) { s.credential.Revoke() }, 2},
		"begin, and they hold":         {due, unchanged, func(s *scene) { s.credential.Hold("incident") }, 2},
		"promote, and they promoted":   {(*scene).proven, unchanged, step(api.StepPromote), 3},
		"promote, and they cancelled":  {(*scene).proven, unchanged, step(api.StepCancel), 3},
		"retire, and they rolled back": {(*scene).draining, unchanged, step(api.StepRollback), 3},
		"retire, and they retired":     {(*scene).draining, unchanged, step(api.StepRetire), 3},
		"reissue, and they reissued": {
			func(s *scene, _ tftest.Config) { s.credential.Revoke() }, unchanged,
			step(api.StepReissue), 3,
		},
		"minimum_version, and they began": {nothing, with("minimum_version", 2), step(api.StepBegin), 3},
	} {
		t.Run(name, func(t *testing.T) {
			forEach(t, bothTypes(), func(s *scene, k kind) {
				t := s.t
				s.create(k.config)
				x.prepare(s, k.config)
				p := s.tf.Plan(x.change(k.config))
				before := s.tf.State
				x.other(s)
				tftest.Says(t, s.tf.Apply(p, nil).Errors(), "Changed since the plan", "plan again")
				if !s.tf.State.Equal(before) {
					t.Errorf("the state has changed: %s", s.tf.State)
				}
				if n := s.credential.NextVersion(); n != x.next {
					t.Errorf("the next version is %d, want %d: one was issued", n, x.next)
				}
				tftest.Must(t, s.tf.Plan(k.config).Diags)
			})
		})
	}
}

func TestSavedPlanAppliedLate(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		s.create(k.config)
		s.due()
		p := s.tf.Plan(k.config)
		s.Clock.Advance(8 * time.Hour)
		s.tf.Keep(p, nil)
		s.tf.Expect(s.tf.State, "version=2", "rotation.phase=staged", "rotation.next_version=3")
	})
}

// The platform takes a step at its deadline, between plan and apply: that is what was planned.
func TestPlatformTakesTheStepAtItsDeadline(t *testing.T) {
	edited := with("description", "new")
	for name, x := range map[string]struct {
		prepare func(*scene, tftest.Config)
		change  func(tftest.Config) tftest.Config
		later   time.Duration
		phase   string
	}{
		"promote":                        {(*scene).proven, unchanged, 7 * day, "draining"},
		"promote, and it has ended":      {(*scene).proven, unchanged, 9 * day, "draining"},
		"promote beside another change":  {(*scene).proven, edited, 7 * day, "draining"},
		"promote and end beside another": {(*scene).proven, edited, 9 * day, "draining"},
		"retire":                         {(*scene).draining, unchanged, day, "stable"},
		"retire beside another change":   {(*scene).draining, edited, day, "stable"},
	} {
		t.Run(name, func(t *testing.T) {
			forEach(t, bothTypes(), func(s *scene, k kind) {
				t := s.t
				c := x.change(k.config)
				s.create(k.config)
				x.prepare(s, k.config)
				p := s.tf.Plan(c)
				s.Clock.Advance(x.later)
				tftest.Must(t, s.tf.Apply(p, nil))
				s.tf.Expect(s.tf.State, "version=2", "rotation.phase="+x.phase, "rotation.current_version=2") // as planned
				tftest.Silent(t, s.tf, c)
				s.tf.Expect(s.tf.State, "version=2", "rotation.next_version=3")
			})
		})
	}
}

func TestAttributesChangeBeforeTheStep(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		s.due()
		s.tf.Keep(s.tf.Plan(k.config.With("description", "new")), nil)
		s.Wrote(t, "PATCH if 1", "POST rotation/begin if 2")
		s.tf.Expect(s.tf.State, "description=new", "version=2")
	})
}

func TestStepFailsAfterTheChange(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		s.due()
		c := k.config.With("description", "new")
		p := s.tf.Plan(c)
		s.Fail(acctest.Refuse("POST rotation/begin", api.Problem{Code: api.CodeConflict}))
		d := s.tf.Apply(p, nil)
		tftest.Says(t, d.Errors(), "plan again")
		tftest.Says(t, d.Warnings(), "begin was not taken")
		s.tf.Expect(s.tf.State, "description=new", "version=1", "rotation.phase=stable", "rotation.due=begin")
		s.Fail(nil)
		s.ForgetRequests()
		// Without a refresh: the etag of the change is in the private state.
		s.tf.Keep(s.tf.PlanOnly(c), nil)
		s.Wrote(t, "POST rotation/begin if 2")
		s.tf.Expect(s.tf.State, "version=2", "rotation.phase=staged")
	})
}

// An edit is planned, and before its apply the rotation moves. The apply edits and nothing more, the state keeps what
// the plan said of the rotation, and what has moved is the next plan's.
func TestEditWhileTheRotationMoves(t *testing.T) {
	nothing := func(*scene, tftest.Config) {}
	acknowledge := func(s *scene) { s.credential.Acknowledge(2) }
	for name, x := range map[string]struct {
		before    func(*scene, tftest.Config)
		meanwhile func(*scene)
		then      string // the phase that the next plan has, or wants
		warns     string // by the next plan; empty for silence
	}{
		"it falls due": {nothing, (*scene).due, "staged", "version 2 will be issued"},
		"it falls due, and the policy changes": {nothing, func(s *scene) {
			s.due()
			s.rules(map[string]any{"require_acknowledgement": false})
		}, "draining", "version 2 will be issued and current"},
		"somebody begins":       {nothing, func(s *scene) { s.credential.Begin() }, "staged", "waits to be seen in use"},
		"somebody acknowledges": {(*scene).staged, acknowledge, "draining", "version 2 was seen in use"},
		"somebody promotes": {(*scene).staged, func(s *scene) {
			acknowledge(s)
			s.credential.Step(api.StepPromote, nil)
		}, "draining", ""},
		"somebody cancels": {(*scene).staged, func(s *scene) {
			s.credential.Step(api.StepCancel, api.StepRequest{Reason: "broken"})
		}, "stable", "is on hold"},
		"the stage ends, proven": {(*scene).proven, func(s *scene) { s.Clock.Advance(7 * day) }, "draining", ""},
		"the stage ends, not proven": {
			(*scene).staged, func(s *scene) { s.Clock.Advance(7 * day) }, "staged",
			"version 3 will be issued",
		},
		"the overlap ends": {(*scene).draining, func(s *scene) { s.Clock.Advance(day) }, "stable", ""},
	} {
		t.Run(name, func(t *testing.T) {
			forEach(t, bothTypes(), func(s *scene, k kind) {
				t := s.t
				s.create(k.config)
				x.before(s, k.config)
				if x.then == "stable" && x.warns == "" {
					s.tf.Run(k.config) // so that the edit has no step beside it
				}
				tftest.Must(t, s.tf.Refresh())
				c := k.config.With("description", "new")
				p := s.tf.Plan(c)
				before := s.tf.State
				x.meanwhile(s)
				s.ForgetRequests()
				tftest.Must(t, s.tf.Apply(p, nil))
				if name != "the stage ends, proven" {
					s.Wrote(t, "PATCH")
					for _, attribute := range []string{"version", "rotation", "public_keys"} {
						s.tf.Expect(s.tf.State, attribute+"="+s.tf.Get(before, attribute))
					}
				}
				s.tf.Expect(s.tf.State, "description=new")
				p = s.tf.Plan(c)
				s.tf.Expect(p.Planned, "rotation.phase="+x.then)
				if s.warns(p, x.warns); x.warns == "" && p.Diags.Warnings() != "" {
					t.Errorf("not silent: %s", p.Diags.Warnings())
				}
				s.tf.Keep(p, nil)
			})
		})
	}
}

// A state that is old because an apply did without a refresh: what builds on it must not go through.
func TestStepWithoutARefreshNeedsTheEtagOfItsState(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		s.credential.Begin()
		c := k.config.With("description", "new")
		tftest.Must(t, s.tf.Apply(s.tf.PlanOnly(c), nil))
		s.ForgetRequests()
		c = c.With("minimum_version", 2)
		tftest.Says(t, s.tf.Apply(s.tf.PlanOnly(c), nil).Errors(), "plan again")
		s.Wrote(t, "PATCH if 1")
		s.tf.Private = nil
		tftest.Says(t, s.tf.Apply(s.tf.PlanOnly(c), nil).Errors(), "-refresh=false")
		s.Wrote(t)
		s.tf.Run(c)
		s.tf.Expect(s.tf.State, "version=2")
	})
}

// The numbers of the new name are continued, which the plan cannot know.
func TestRenameToANameThatHadHigherNumbers(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		other := s.Terraform(k.Terraform)
		other.Run(k.config.With("name", "other").With("minimum_version", 9))
		tftest.Must(t, other.Destroy())
		s.ForgetRequests()
		s.due()
		c := k.config.With("name", "other")
		tftest.Says(t, s.tf.Apply(s.tf.Plan(c), nil).Errors(), "plan again", "version numbers are continued")
		s.Wrote(t, "PATCH if 1")
		s.tf.Expect(s.tf.State, "name=other", "version=1", "rotation.next_version=10")
		s.tf.Run(c)
		s.tf.Expect(s.tf.State, "version=10", "rotation.phase=staged")
	})
}
