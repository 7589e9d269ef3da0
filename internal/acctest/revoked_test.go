package acctest_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A token that is revoked in the middle of an overlap is issued anew in place. Every plan has the numbers, and the sink
// has the new value after the same apply.
func TestRevokedTokenIsReissued(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy(withoutAcknowledgement) + notifier("") + handover(s))
	tf.Apply()
	p.Clock.Advance(30 * day)
	tf.Apply()
	_, old := s.Last()
	p.Credential(api.ScopedTokens, "notifier").RevokeBelow(3)
	if p.As(api.RoleDeployer).Introspect(old).Active {
		t.Fatal("a revoked value is accepted")
	}
	tf.SavePlan("reissue.tfplan").
		Has(token+" will be updated in-place", `"revoked" -> "stable"`, "Warning:", "~ version = 2 -> 3",
			"~ value_wo_version = 2 -> 3")
	tf.ApplyPlan("reissue.tfplan")
	wantDelivered(t, p, s, 3, 3)
	wantRotation(t, tf, 3, map[string]any{"phase": "stable", "due": "none", "current_version": 3.0, "next_version": 4.0})
	tf.Plan(0).Silent()
}

// A revocation works on hold, and what it did stays until the hold is released. Terraform never releases it.
func TestRevokedOnHold(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier("") + handover(s))
	tf.Apply()
	notifier := p.Credential(api.ScopedTokens, "notifier")
	notifier.RevokeAs(api.RevokeRequest{All: true, Hold: true, Reason: "leaked INC-7"})
	tf.Plan(0).Has("is on hold", "leaked INC-7", "Scoped token without a valid version")
	tf.Apply()
	wantRotation(t, tf, 1, map[string]any{
		"phase": "revoked", "due": "none", "reason": "held", "current_version": nil,
		"next_version": 2.0,
	})
	if n := len(s.All()); n != 1 {
		t.Errorf("the sink was given %d values, want the first one only: there is no other", n)
	}
	notifier.Release()
	tf.SavePlan("reissue.tfplan").Has(`"revoked" -> "stable"`, "~ version = 1 -> 2", theSink+" will be updated")
	tf.ApplyPlan("reissue.tfplan")
	wantDelivered(t, p, s, 2, 2)
	tf.Plan(0).Silent()
}

// What somebody revoked or deleted does not stand in the way of a destroy, though an ephemeral resource wants its
// value.
func TestDestroyAfterRevocationOrDeletion(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(*acctest.Platform){
		"revoked, on hold":   func(p *acctest.Platform) { p.Credential(api.ScopedTokens, "notifier").RevokeAndHold() },
		"everything deleted": deleteEverything,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			s := acctest.NewSink(t)
			tf.Config(policy("") + notifier("") + handover(s))
			tf.Apply()
			happens(p)
			tf.Destroy()
			for _, kind := range []string{api.KindScopedTokens, api.KindConnectors, api.KindRotationPolicies} {
				if n := p.As(api.RoleAuditor).Count(kind); n != 0 {
					t.Errorf("%d %s are left", n, kind)
				}
			}
			if left := tf.Objects(); len(left) != 0 || len(s.All()) != 0 {
				t.Errorf("%d objects are left in the state, %d values with the sink", len(left), len(s.All()))
			}
		})
	}
}

func deleteEverything(p *acctest.Platform) {
	p.Credential(api.ScopedTokens, "notifier").Delete()
	p.Credential(api.Connectors, "slack").Delete()
	p.Credential(api.RotationPolicies, "monthly").Delete()
}

// Whatever would end a protected token is refused before anything is applied.
func TestDeletionProtection(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy("") + notifier("deletion_protection = true"))
	tf.Apply()
	before := standing(t, p)
	tf.Plan(1, "-destroy").Has("Scoped token protected from deletion", "deletion_protection")
	tf.Config(policy(""))
	tf.ApplyFails().Has("Scoped token protected from deletion")
	if after := standing(t, p); after != before {
		t.Errorf("the token is not what it was\nbefore: %s\nafter:  %s", before, after)
	}
	tf.Config(policy("") + notifier(""))
	tf.Apply()
	tf.Destroy()
}
