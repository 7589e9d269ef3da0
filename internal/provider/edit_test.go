package provider_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// A plan edits the description and takes no step. Before it is applied, something else happens. The apply edits the
// description and nothing else. The next plan has the rest.
func TestEditWhileSomethingHappens(t *testing.T) {
	asked := map[string]any{"require_acknowledgement": false}
	nothing := func(*scene, tftest.Config) {}
	draining := func(s *scene, c tftest.Config) { s.proven(c); s.tf.Run(c) }
	for name, x := range map[string]struct {
		before    func(*scene, tftest.Config)
		meanwhile func(*scene)
		next      string // phase that the next plan wants; "" for no step
		says      string // in the next plan; "" for nothing
		version   string // after the next apply
	}{
		"a rotation in one step falls due": {
			func(s *scene, _ tftest.Config) { s.rules(asked) }, func(s *scene) { s.Clock.Advance(300 * day) },
			"draining", "due since", "2",
		},
		"the previous version becomes quiet": {
			func(s *scene, c tftest.Config) { s.rules(map[string]any{"quiet_period": "1h"}); draining(s, c) },
			func(s *scene) { s.Clock.Advance(time.Hour) }, "stable", "quiet_period", "2",
		},
		"somebody revokes": {nothing, func(s *scene) { s.credential.Revoke() }, "stable", "revoked", "2"},
		"somebody holds":   {nothing, func(s *scene) { s.credential.Hold("incident 7") }, "", "incident 7", "1"},
		"somebody edits the same": {
			nothing, func(s *scene) { s.credential.Patch(map[string]any{"description": "theirs"}) }, "", "", "1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			forEach(t, bothTypes(), func(s *scene, k kind) {
				s.create(k.config)
				x.before(s, k.config)
				c := k.config.With("description", "new")
				p := s.tf.Plan(c)
				for _, attribute := range []string{"version", "rotation", "public_keys"} {
					if was, is := s.tf.Get(s.tf.State, attribute), s.tf.Get(p.Planned, attribute); was != is {
						s.t.Errorf("the plan moves %s from %s to %s", attribute, was, is)
					}
				}
				x.meanwhile(s)
				s.ForgetRequests()
				tftest.Must(s.t, s.tf.Apply(p, nil))
				s.Wrote(s.t, "PATCH")
				next := s.tf.Plan(c)
				s.warns(next, x.says)
				if next.Changes != (x.next != "") {
					s.t.Errorf("the next plan has changes: %t; %s", next.Changes, next.Diags.Warnings())
				}
				if x.says == "" && len(next.Diags) != 0 {
					s.t.Errorf("the next plan says %s", next.Diags.Warnings())
				}
				if x.next != "" {
					s.tf.Expect(next.Planned, "rotation.phase="+x.next)
					s.tf.Keep(next, nil)
				}
				s.tf.Expect(s.tf.State, "version="+x.version, "description=new")
			})
		})
	}
}

// The stage ends and nobody has used the pending version.
func TestStageTimeout(t *testing.T) {
	t.Run("cancel", func(t *testing.T) {
		forEach(t, bothTypes(), func(s *scene, k kind) {
			s.create(k.config)
			s.staged(k.config)
			s.Clock.Advance(7*day - time.Second)
			s.warns(tftest.Empty(s.t, s.tf, k.config), "waits to be seen in use")
			s.Clock.Advance(time.Second)
			p := s.tf.Plan(k.config) // it is due again, with the next number, and there is no hold
			s.tf.Expect(s.tf.State, "version=1", "rotation.phase=stable")
			s.tf.Expect(p.Planned, "version=3", "rotation.phase=staged", "rotation.next_version=4")
			s.tf.Keep(p, nil)
		})
	})
	t.Run("promote", func(t *testing.T) {
		forEach(t, bothTypes(), func(s *scene, k kind) {
			s.create(k.config)
			s.rules(map[string]any{"on_stage_timeout": "promote"})
			s.staged(k.config)
			s.Clock.Advance(7 * day)
			tftest.Silent(s.t, s.tf, k.config)
			s.tf.Expect(s.tf.State, "version=2", "rotation.phase=draining", "rotation.previous_version=1")
		})
	})
}

// After a rollback and a release Terraform waits: the version that failed is cancelled at its deadline, or a person
// promotes it.
func TestRollbackReleasedEarly(t *testing.T) {
	back := func(s *scene, k kind) {
		s.t.Helper()
		s.create(k.config)
		s.proven(k.config)
		s.tf.Run(k.config)
		s.credential.Rollback("consumers fail")
		s.credential.Release()
		tftest.Silent(s.t, s.tf, k.config)
		s.tf.Expect(s.tf.State, "version=1", "rotation.phase=staged", "rotation.acknowledged=false")
	}
	t.Run("cancelled", func(t *testing.T) {
		forEach(t, bothTypes(), func(s *scene, k kind) {
			back(s, k)
			s.Clock.Advance(day)
			s.tf.Expect(s.tf.Plan(k.config).Planned, "version=3", "rotation.phase=staged")
		})
	})
	t.Run("promoted by hand", func(t *testing.T) {
		forEach(t, bothTypes(), func(s *scene, k kind) {
			back(s, k)
			s.credential.Promote()
			tftest.Silent(s.t, s.tf, k.config)
			s.tf.Expect(s.tf.State, "version=2", "rotation.phase=draining", "rotation.previous_version=1")
		})
	})
}

// A rename to a name that somebody else has is refused at the attribute, and changes nothing.
func TestRenameToATakenName(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		s.create(k.config)
		other := s.Terraform(k.Terraform)
		other.Run(k.config.With("name", "taken"))
		before := s.tf.State
		errs := s.tf.Apply(s.tf.Plan(k.config.With("name", "taken")), nil).Errors()
		tftest.Says(s.t, errs, `AttributeName("name")`, "Name taken")
		if !s.tf.State.Equal(before) {
			s.t.Errorf("the state has changed: %s", s.tf.State)
		}
	})
}
