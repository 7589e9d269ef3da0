package scopedtoken_test

import (
	"net/http"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// revokeValue revokes one version as somebody does who has found its value.
func revokeValue(t *testing.T, p *acctest.Platform, version int64) {
	t.Helper()
	value := secret.New(p.Credential(api.ScopedTokens, "notifier").Reveal(version))
	done, err := p.As(api.RoleSecurity).Client().RevokeValue(t.Context(), value)
	if err != nil || done == nil || !done.Revoked {
		t.Fatalf("the revocation did %+v (%v)", done, err)
	}
}

// The plan warns of a version that is current only until its overlap ends, and replaces it.
func TestRevokedWhileDraining(t *testing.T) {
	c := base()
	platform, tf := created(t, c)
	token := platform.Credential(api.ScopedTokens, "notifier")
	platform.Clock.Advance(90 * day)
	tf.Run(c)
	platform.As(api.RoleRuntime).Introspect(token.Reveal(2))
	tf.Run(c)
	revokeValue(t, platform, 2)
	const ends = "2026-07-31T12:00:00Z"
	token.Hold("incident")
	held := tftest.Empty(t, tf, c)
	tftest.Says(t, held.Diags.Warnings(), "on hold",
		"Version 2 was revoked, and version 1 is current only until "+ends)
	token.Release()

	p := tf.Plan(c)
	tf.Expect(p.Planned, "version=3", "rotation.phase=staged", "rotation.current_version=1",
		"rotation.pending_version=3", "rotation.current_expires_at="+ends)
	tftest.Says(t, p.Diags.Warnings(), "version 3 will be issued",
		"version 2 was revoked, and version 1 is current only until "+ends, "no version is valid")
	tf.Keep(p, nil)
	waiting := tftest.Empty(t, tf, c)
	tftest.Says(t, waiting.Diags.Warnings(), "Version 3 replaces it then", ends)
	platform.Clock.Advance(day)
	tftest.Silent(t, tf, c)
	tf.Expect(tf.State, "version=3", "rotation.phase=stable", "rotation.current_version=3",
		"rotation.current_expires_at=<null>")
}

// Where no rotation begins in time, the next plan reissues.
func TestLeftAloneUntilItEnds(t *testing.T) {
	c := base()
	platform, tf := created(t, c)
	platform.As(api.RoleOperator).Patch(api.KindRotationPolicies, "one", map[string]any{"require_acknowledgement": false}).
		Want(http.StatusOK)
	platform.Clock.Advance(90 * day)
	tf.Run(c)
	revokeValue(t, platform, 2)
	p := tf.Plan(c)
	tf.Expect(p.Planned, "version=3", "rotation.phase=draining", "rotation.current_expires_at=<null>")
	tftest.Says(t, p.Diags.Warnings(), "version 3 will be issued and current", "version 1 is current only until")
	platform.Clock.Advance(day)
	tf.Run(c)
	tf.Expect(tf.State, "version=3", "rotation.phase=stable", "rotation.current_version=3")
	tftest.Silent(t, tf, c)
}
