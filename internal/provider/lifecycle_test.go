package provider_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func TestDeletionProtection(t *testing.T) {
	const attribute = `AttributeName("deletion_protection")`
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t := s.t
		c := k.config.With("deletion_protection", true)
		s.create(c)
		tftest.Says(t, s.tf.PlanDestroy().Diags.Errors(), attribute, "apply that first")
		tftest.Says(t, s.tf.Plan(c.With(k.parent(), k.otherParent())).Diags.Errors(), attribute, "replaces")
		off := c.With("deletion_protection", false)
		tftest.Says(t, s.tf.Plan(off.With(k.parent(), k.otherParent())).Diags.Errors(), attribute, "replaces")
		tftest.Says(t, s.tf.PlanReplace(off).Diags.Errors(), attribute, "replaces")
		if k.Kind == api.SigningSecrets {
			other := map[any]string{nil: api.AlgorithmEd25519, api.AlgorithmEd25519: api.AlgorithmHMAC}[c["algorithm"]]
			tftest.Says(t, s.tf.Plan(c.With("algorithm", other)).Diags.Errors(), attribute, "replaces")
		}
		s.Wrote(t)
		// The platform's own protection, should a plan be older than it.
		tftest.Says(t, s.tf.Destroy().Errors(), "is protected; set deletion_protection to false first")
		s.tf.Run(c.With("deletion_protection", false))
		tftest.Must(t, s.tf.PlanDestroy().Diags)
		if tftest.Must(t, s.tf.Destroy()); s.credential.Exists() {
			t.Error("not destroyed")
		}
	})
}

// A step that is due is not taken for an object that goes, and nothing is promised of the new one.
func TestReplacementKnowsNothingOfTheNewObject(t *testing.T) {
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		s.due()
		p := s.tf.Plan(k.config.With(k.parent(), k.otherParent()))
		if w := p.Diags.Warnings(); !p.Replaces || strings.Contains(w, "Rotation") {
			t.Errorf("replaces: %v, warns: %s", p.Replaces, w)
		}
		s.tf.Expect(p.Planned, "version=<unknown>", "rotation=<unknown>", "id=<unknown>")
		s.tf.Keep(p, nil)
		s.tf.Expect(s.tf.State, "version=2", k.parent()+"="+k.otherParent())
	})
}

func TestImport(t *testing.T) {
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t := s.t
		c := triggered(k.config, "a", "1").With("description", "d").With("labels", tftest.Triggers()).
			With("minimum_version", 3).With("deletion_protection", true)
		if k.Kind == api.ScopedTokens {
			c = c.With("expires_at", "2030-01-01T00:00:00+01:00")
		}
		s.create(c)
		for _, id := range []string{s.credential.ID(), "orders"} {
			tf := s.Terraform(k.Terraform)
			tftest.Must(t, tf.Import(id))
			tftest.Silent(t, tf, c)
			// What the import stored is enough for a step.
			tf.Keep(tf.Plan(c.With("minimum_version", int(s.credential.NextVersion()))), nil)
			tf.Run(c) // back, for the next case
		}
	})
}

// What a creation belongs to is known wherever the provider is configured.
func TestHomeIsKnownAtCreation(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		p := s.tf.Plan(k.config)
		s.tf.Expect(p.Planned, "tenant=acme", "environment=staging", "id=<unknown>")
		s.tf.Keep(p, nil)
		tf := s.Terraform(k.Terraform, acctest.TokenUnknown)
		tf.Expect(tf.Plan(k.config).Planned, "tenant=<unknown>", "environment=<unknown>")
	})
}
