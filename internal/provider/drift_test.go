package provider_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// changes are the names of the attributes that a plan changes.
func changes(t *testing.T, tf *tftest.Terraform, p tftest.Plan) []string {
	t.Helper()
	names := []string{}
	object, ok := p.Planned.Type().(tftypes.Object)
	if !ok {
		t.Fatal("no object is planned")
	}
	for name := range object.AttributeTypes {
		if tf.Get(p.Planned, name) != tf.Get(tf.State, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Whatever is changed outside, the next plan shows exactly that, one apply puts it right in place, and no version
// moves.
func TestDriftIsPutRightInPlace(t *testing.T) {
	outside := []map[string]any{
		{"description": "Somebody else's."},
		{"description": "", "labels": map[string]string{}},
		{"labels": nil, "owner": "somebody-else"},
		{"name": "renamed"},
		{"deletion_protection": true, "minimum_version": 1},
		{"rotate_when_changed": map[string]string{"incident": "none", "other": "x"}},
		{"rotation_policy_id": acctest.TheFixture().Policies[1]},
	}
	forEach(t, bothTypes(), func(s *scene, k kind) {
		t := s.t
		c := triggered(k.config, "incident", "none").With("description", "Ours.").With("labels",
			tftest.Triggers("stage", "test"))
		s.create(c)
		changed := slices.Clone(outside)
		if k.Kind == api.ScopedTokens {
			changed = append(changed, map[string]any{
				"scopes":        []string{"messages:read"},
				"allowed_cidrs": []string{"10.0.0.0/8"},
			},
				map[string]any{"expires_at": "2030-01-01T00:00:00Z"})
		} else {
			changed = append(changed, map[string]any{"secret_wo_version": 7})
		}
		for _, patch := range changed {
			before := s.tf.State
			s.credential.Patch(patch)
			p := s.tf.Plan(c)
			if got, want := changes(t, s.tf, p), slices.Sorted(maps.Keys(patch)); !slices.Equal(got, want) || p.Replaces {
				t.Errorf("the plan changes %v, want %v alone", got, want)
			}
			s.tf.Keep(p, nil)
			tftest.Silent(t, s.tf, c)
			if !s.tf.State.Equal(before) {
				t.Errorf("after %v the object is not as it was: %s", patch, s.tf.State)
			}
		}
	})
}

// No running deadline moves with the policy. What comes next follows the new one.
func TestPolicyChangesInTheMiddle(t *testing.T) {
	second := acctest.TheFixture().Policies[1]
	forEach(t, bothTypes(), func(s *scene, k kind) {
		s.create(k.config)
		s.staged(k.config)
		s.rules(map[string]any{"require_acknowledgement": false, "overlap": "1h", "max_stage": "1h"})
		p := s.tf.Plan(k.config)
		s.tf.Expect(s.tf.State, "rotation.pending_expires_at=2026-08-06T12:00:00Z")
		s.tf.Expect(p.Planned, "rotation.phase=draining")
		s.warns(p, "Why: the rotation policy requires no acknowledgement.")
		s.rules(map[string]any{"require_acknowledgement": true})

		// Another policy, beside a promotion that is due: that is left to the next plan, and follows the new policy.
		s.As(api.RoleDeployer).Patch(api.KindRotationPolicies, "two",
			map[string]any{"interval": "7d", "overlap": "2h"}).Want(200)
		s.credential.Acknowledge(2)
		c := k.config.With("rotation_policy_id", second)
		p = s.tf.Plan(c)
		s.tf.Expect(p.Planned, "rotation.phase=staged", "rotation_policy_id="+second)
		s.warns(p, "waits for the next plan", "(promote)")
		tftest.Must(s.t, s.tf.Apply(p, nil))
		p = s.tf.Plan(c)
		s.tf.Expect(p.Planned, "rotation.phase=draining")
		s.tf.Keep(p, nil)
		s.tf.Expect(s.tf.State, "rotation.previous_expires_at=2026-07-30T14:00:00Z",
			"rotation.next_rotation_at=2026-08-06T12:00:00Z")
		s.Clock.Advance(7 * day)
		s.warns(s.tf.Plan(c), "version 3 will be issued", "due since 2026-08-06T12:00:00Z, interval 7d")
	})
}
