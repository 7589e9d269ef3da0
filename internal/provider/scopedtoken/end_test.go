package scopedtoken_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// An edit of a token that has ended does not revive it, and says so.
func TestEditDoesNotReviveAnExpiredToken(t *testing.T) {
	c := base().With("expires_at", "2026-06-01T00:00:00Z")
	platform, tf := created(t, c)
	platform.Clock.Advance(31 * day)
	c = c.With("description", "edited")
	p := tf.Plan(c)
	tf.Expect(p.Planned, "version=1", "rotation.phase=revoked", "rotation.reason=expired")
	tftest.Says(t, p.Diags.Warnings(), "has expired")
	tf.Keep(p, nil)
	tftest.Says(t, tftest.Empty(t, tf, c).Diags.Warnings(), "has expired")
}

// Moved before it comes, the end is another one: no version ends or begins for it.
func TestEndMovedInTime(t *testing.T) {
	c := base().With("expires_at", "2026-06-01T00:00:00Z")
	platform, tf := created(t, c)
	platform.Clock.Advance(30 * day)
	c = c.With("expires_at", "2026-07-01T00:00:00Z")
	p := tf.Plan(c)
	tf.Expect(p.Planned, "version=1", "rotation.phase=stable")
	if len(p.Diags) != 0 {
		t.Errorf("the plan says %s", p.Diags.Warnings())
	}
	tf.Keep(p, nil)
	value := platform.Credential(api.ScopedTokens, "notifier").Reveal(1)
	platform.Clock.Advance(2 * day)
	if !platform.As(api.RoleDeployer).Introspect(value).Active {
		t.Error("the token ended at its old end")
	}
	tftest.Silent(t, tf, c)
}

// An end in the middle of a rotation ends both versions.
func TestEndWhileStaged(t *testing.T) {
	c := base().With("expires_at", "2026-08-02T12:00:00Z")
	platform, tf := created(t, c)
	token := platform.Credential(api.ScopedTokens, "notifier")
	platform.Clock.Advance(90 * day)
	tf.Run(c)
	tf.Expect(tf.State, "rotation.phase=staged")
	values := []string{token.Reveal(1), token.Reveal(2)}
	platform.Clock.Advance(3 * day)
	for i, v := range values {
		if platform.As(api.RoleDeployer).Introspect(v).Active {
			t.Errorf("version %d is accepted after the token's end", i+1)
		}
	}
	tf.Run(base())
	tf.Expect(tf.State, "version=3", "rotation.phase=stable", "rotation.current_version=3")
}

// With no valid version there is nothing to revoke: the reissue is the step, and issues a version that is new enough.
func TestMinimumVersionWhileRevoked(t *testing.T) {
	platform, tf := created(t, base())
	platform.Credential(api.ScopedTokens, "notifier").Revoke()
	c := base().With("minimum_version", 2)
	tf.Run(c)
	tf.Expect(tf.State, "version=2", "rotation.phase=stable", "rotation.next_version=3")
	tftest.Silent(t, tf, c)
}

// What a raised minimum_version would not revoke is no matter for a hold.
func TestMinimumVersionWithoutEffectOnHold(t *testing.T) {
	platform, tf := created(t, base())
	platform.Credential(api.ScopedTokens, "notifier").Hold("incident 7")
	tf.Run(base().With("minimum_version", 1))
	tf.Expect(tf.State, "version=1", "rotation.phase=stable", "rotation.reason=held", "minimum_version=1")
}

// Quiet counts from the last use, and only a consumer's introspection is one.
func TestQuietCountsFromTheLastUse(t *testing.T) {
	platform, tf := created(t, base())
	token := platform.Credential(api.ScopedTokens, "notifier")
	platform.As(api.RoleDeployer).Patch(api.KindRotationPolicies, "one", map[string]any{
		"require_acknowledgement": false, "overlap": "5d", "quiet_period": "12h",
	}).Want(200)
	platform.Clock.Advance(90 * day)
	tf.Run(base())
	platform.Clock.Advance(6 * time.Hour)
	platform.As(api.RoleRuntime).Introspect(token.Reveal(1))
	platform.Clock.Advance(12*time.Hour - time.Second)
	platform.As(api.RoleDeployer).Introspect(token.Reveal(1))
	tftest.Says(t, tftest.Empty(t, tf, base()).Diags.Warnings(), "still in use (last at 2026-07-30T18:00:00Z)")
	platform.Clock.Advance(time.Second)
	p := tf.Plan(base())
	tf.Expect(p.Planned, "version=2", "rotation.phase=stable", "rotation.previous_version=<null>")
	tftest.Says(t, p.Diags.Warnings(), "quiet_period", `Version 1 of "notifier" will end, version 2 was never used`,
		"Version 1 was last used at 2026-07-30T18:00:00Z and ends with this apply")
	tf.Keep(p, nil)
}

// A disabled connector's tokens are refused, and accepted again once it is enabled. Terraform has nothing to do for
// them.
func TestTokenOfADisabledConnector(t *testing.T) {
	platform, tf := created(t, base())
	value := platform.Credential(api.ScopedTokens, "notifier").Reveal(1)
	for _, enabled := range []bool{false, true} {
		platform.As(api.RoleDeployer).Patch(api.KindConnectors, "one", map[string]any{"enabled": enabled}).Want(200)
		if active := platform.As(api.RoleDeployer).Introspect(value).Active; active != enabled {
			t.Errorf("the connector is enabled: %t, its token is accepted: %t", enabled, active)
		}
		tftest.Silent(t, tf, base())
	}
}
