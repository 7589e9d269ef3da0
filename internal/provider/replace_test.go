package provider_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// An id is unknown where it comes from a data source that is read at the apply. It mostly turns out to be the same.
func TestUnknownParentIsPlannedInPlace(t *testing.T) {
	kinds := rotatedKinds()
	kinds["webhook endpoint"] = everyKind()["webhook endpoint"]
	forEach(t, kinds, func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		id := s.tf.Get(s.tf.State, "id")
		unknown := k.config.With(k.parent(), tftest.Unknown)
		p := s.tf.Plan(unknown)
		if p.Replaces || !p.Changes || p.Diags.Warnings() != "" {
			t.Fatalf("replaces: %v, changes: %v, warns: %s", p.Replaces, p.Changes, p.Diags.Warnings())
		}
		s.tf.Keep(p, k.config)
		s.Wrote(t)

		described := k.config.With("description", "edited")
		s.tf.Keep(s.tf.Plan(unknown.With("description", "edited")), described)
		s.Wrote(t, "PATCH")
		s.tf.Expect(s.tf.State, "id="+id, "description=edited")

		d := s.tf.Apply(s.tf.Plan(unknown), described.With(k.parent(), k.otherParent()))
		tftest.Says(t, d.Errors(), "inconsistent final plan")
		if k.Kind != api.WebhookEndpoints {
			tftest.Says(t, d.Warnings(), "will be replaced", "plan again")
		}
		s.Wrote(t)
	})
}

// Terraform says nothing of what a replacement or a destruction means for the values.
func TestEveryPlanThatEndsACredentialNamesItsVersions(t *testing.T) {
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		ends := func(versions string) {
			t.Helper()
			p := s.tf.Plan(k.config.With(k.parent(), k.otherParent()))
			if !p.Replaces {
				t.Error("no replacement")
			}
			s.warns(p, `"orders" will be replaced: all its values end at once`, versions+".",
				"this object was not changed: plan again")
			s.warns(s.tf.PlanDestroy(), `"orders" will be destroyed: all its values end at once`, versions+".")
		}
		ends("version 1")
		s.staged(k.config)
		ends("version 1 and version 2")
		s.credential.Revoke()
		s.tf.Refresh()
		p := s.tf.Plan(k.config.With(k.parent(), k.otherParent()))
		saysNothingOf(t, p.Diags.Warnings()+s.tf.PlanDestroy().Diags.Warnings(), "all its values")
	})
}
