package provider_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// certifiedKinds are the kinds that have a certification.
func certifiedKinds() map[string]kind {
	kinds := rotatedKinds()
	connector := everyKind()["connector"]
	// Without a number, every change leaves open whether another value is sent.
	connector.config = connector.config.With("credentials_wo_version", 1)
	kinds["connector"] = connector
	return kinds
}

// A certification that has ended is a warning of every plan that refreshes, and no change. It is renewed and removed in
// place, and changes no version. Another spelling of the same moment is no difference, whoever wrote it.
func TestCertifiedUntil(t *testing.T) {
	forEach(t, certifiedKinds(), func(s *scene, k kind) {
		end := s.Clock.Now().Add(10 * day).Truncate(time.Second).UTC()
		given, elsewhere := end.Format(time.RFC3339), end.In(time.FixedZone("", 2*60*60)).Format(time.RFC3339)
		c := k.config.With("certified_until", given)
		s.create(c)
		tftest.Silent(s.t, s.tf, c)
		tftest.Silent(s.t, s.tf, c.With("certified_until", elsewhere))
		s.credential.Patch(map[string]any{"certified_until": elsewhere})
		tftest.Silent(s.t, s.tf, c)
		s.tf.Expect(s.tf.State, "certified_until="+given)
		if got := s.tf.Plan(c.With("certified_until", "soon")).Diags.Errors(); got == "" {
			s.t.Error("a text that is no date is planned")
		}

		s.Clock.Advance(10*day - time.Second)
		tftest.Silent(s.t, s.tf, c)
		s.Clock.Advance(2 * time.Second)
		before := s.tf.State
		for range 2 {
			tftest.Says(s.t, s.tf.Refresh().Warnings(), `"orders": certification ended`, s.credential.ID(), "of team-a",
				"ended at "+given, "Ask team-a", "set a later certified_until", "decommission it")
		}
		tftest.Silent(s.t, s.tf, c) // the refresh has said it
		if !s.tf.State.Equal(before) {
			s.t.Errorf("the end of a certification moved the state:\n%s\n%s", before, s.tf.State)
		}

		version := s.tf.Get(s.tf.State, "version")
		for _, later := range []any{end.Add(90 * day).Format(time.RFC3339), nil} {
			c = k.config.With("certified_until", later)
			p := s.tf.Plan(c)
			if !p.Changes || p.Replaces {
				s.t.Errorf("certified_until = %v: the plan changes something %t, and replaces %t", later, p.Changes, p.Replaces)
			}
			s.tf.Expect(p.Planned, "version="+version)
			tftest.Must(s.t, s.tf.Apply(p, c))
			s.tf.Expect(s.tf.State, "version="+version)
			if got := s.tf.Refresh().Warnings(); got != "" {
				s.t.Errorf("certified_until = %v: %s", later, got)
			}
			tftest.Silent(s.t, s.tf, c)
		}
		var left api.Certification
		s.As(api.RoleAuditor).Do("GET", k.Route(s.credential.ID()), nil).Want(200).Decode(&left)
		if left.CertifiedUntil != nil {
			s.t.Errorf("the platform still has %s", *left.CertifiedUntil)
		}
	})
}
