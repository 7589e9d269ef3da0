package signingsecret

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// issuedKinds are the signing secrets that the platform makes, and what public_keys says of them in a phase.
var issuedKinds = map[string]struct {
	config tftest.Config
	keys   func(numbers string) string
}{
	"hmac-sha256": {baseConfig(), func(string) string { return "public_keys=<null>" }},
	"ed25519":     {ed25519Config(), func(keys string) string { return "public_keys=" + keys }},
}

func TestRotationWithAcknowledgement(t *testing.T) {
	for name, kind := range issuedKinds {
		t.Run(name, func(t *testing.T) {
			c := kind.config
			f, tf := created(t, c)
			tf.Expect(tf.State, "version=1", "rotation.phase=stable", "rotation.next_version=2", "secret_digest=<null>", kind.keys(`["whpk_canary1"]`))
			tftest.Silent(t, tf, c)

			f.Clock.Advance(90 * day)
			p := tf.Plan(c)
			tf.Expect(p.Planned, "version=2", "rotation.phase=staged", "rotation.due=none", "rotation.acknowledged=false", "rotation.current_version=1", "rotation.pending_version=2",
				"rotation.previous_version=<null>", "rotation.next_version=3", "rotation.reason=<unknown>", "rotation.requires_acknowledgement=<unknown>", "rotation.pending_expires_at=<unknown>",
				"rotation.previous_expires_at=<unknown>", "rotation.last_rotated_at=<unknown>", "rotation.next_rotation_at=<unknown>", "secret_digest=<null>", kind.keys("<unknown>"),
				"id=sec_01", "created_at=2026-05-01T00:00:00Z")
			tftest.Says(t, p.Diags.Warnings(), `Rotation of "orders" begins: version 2 will be issued`, "due since 2026-07-30T00:00:00Z, interval 90d")
			keeps(t, tf, p, nil)
			wrote(t, f, "POST /sec_01/rotation/begin if 1")
			tf.Expect(tf.State, "version=2", "rotation.pending_expires_at=2026-08-06T00:00:00Z", kind.keys(`["whpk_canary2","whpk_canary1"]`))

			f.secret.Probe = &api.Probe{Version: 2, At: f.Clock.Now(), Result: api.ProbeNotAccepted, Detail: "it was answered with 401"}
			tftest.Says(t, tftest.Empty(t, tf, c).Diags.Warnings(), `Version 2 of "orders" waits to be seen in use`, "2026-08-06T00:00:00Z", "at 2026-07-30T00:00:00Z: it was answered with 401")
			f.secret.Probe = nil
			f.proven(2)
			p = tf.Plan(c)
			tf.Expect(p.Planned, "version=2", "rotation.phase=draining", "rotation.current_version=2", "rotation.previous_version=1", "rotation.pending_version=<null>", "rotation.next_version=3",
				"secret_digest=<null>", kind.keys("<unknown>"))
			tftest.Says(t, p.Diags.Warnings(), "version 2 will be current", "version 2 was seen in use")
			keeps(t, tf, p, nil)
			wrote(t, f, "POST /sec_01/rotation/promote if 2")
			tf.Expect(tf.State, "rotation.previous_expires_at=2026-07-31T00:00:00Z", kind.keys(`["whpk_canary2","whpk_canary1"]`))
			tftest.Silent(t, tf, c)

			f.Clock.Advance(day)
			tftest.Silent(t, tf, c)
			tf.Expect(tf.State, "rotation.phase=stable", "rotation.current_version=2", "version=2", kind.keys(`["whpk_canary2"]`))
		})
	}
}

func TestRotationWithoutAcknowledgement(t *testing.T) {
	for name, kind := range issuedKinds {
		t.Run(name, func(t *testing.T) {
			c := kind.config
			f, tf := created(t, c)
			f.Policy.RequireAcknowledgement = false
			f.Policy.QuietPeriod = time.Hour
			f.Clock.Advance(121 * day)
			p := tf.Plan(c)
			tftest.Says(t, p.Diags.Warnings(), "overdue", "2026-07-30T00:00:00Z")
			tf.Expect(p.Planned, "version=2", "rotation.phase=draining", "rotation.current_version=2", "rotation.previous_version=1", "rotation.next_version=3", kind.keys("<unknown>"))
			keeps(t, tf, p, nil)
			tftest.Silent(t, tf, c)
			f.Clock.Advance(time.Hour)
			p = tf.Plan(c)
			tf.Expect(p.Planned, "version=2", "rotation.phase=stable", "rotation.previous_version=<null>", kind.keys("<unknown>"))
			keeps(t, tf, p, nil)
			wrote(t, f, "POST /sec_01/rotation/rotate if 1", "POST /sec_01/rotation/retire if 2")
			tf.Expect(tf.State, kind.keys(`["whpk_canary2"]`))
			tftest.Silent(t, tf, c)
		})
	}
}

func TestAnOverlapOfZeroEndsAtOnce(t *testing.T) {
	c := ed25519Config()
	f, tf := created(t, c)
	f.Policy.RequireAcknowledgement, f.Policy.Overlap = false, 0
	f.Clock.Advance(90 * day)
	tf.Run(c) // the plan says draining, and Terraform wants the plan
	tf.Expect(tf.State, "rotation.phase=draining", `public_keys=["whpk_canary2"]`)
	tftest.Silent(t, tf, c)
	tf.Expect(tf.State, "version=2", "rotation.phase=stable")
}

func TestRevokedOutside(t *testing.T) {
	for name, kind := range issuedKinds {
		t.Run(name, func(t *testing.T) {
			c := kind.config
			f, tf := created(t, c)
			f.By(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
			p := tf.Plan(c)
			tf.Expect(tf.State, "version=1", "rotation.phase=revoked", kind.keys("[]"))
			tf.Expect(p.Planned, "version=2", "rotation.phase=stable", "rotation.current_version=2", "rotation.next_version=3", "id=sec_01", "secret_digest=<null>", kind.keys("<unknown>"))
			tftest.Says(t, p.Diags.Warnings(), "will be issued", "revoked")
			keeps(t, tf, p, nil)
			wrote(t, f, "POST /sec_01/rotation/reissue if 2")
			tf.Expect(tf.State, kind.keys(`["whpk_canary2"]`))
			tftest.Silent(t, tf, c)
		})
	}
}

func TestHeld(t *testing.T) {
	c := baseConfig().With("rotate_when_changed", tftest.Triggers("a", "1"))
	f, tf := created(t, c)
	f.By(rules.Command{Step: rules.StepRevoke, All: true, Hold: true, Reason: "leak"})
	tftest.Says(t, tftest.Empty(t, tf, c).Diags.Warnings(), "on hold", "leak", "No version of it is valid")
	tf.Expect(tf.State, "version=1", "rotation.phase=revoked")
	tftest.Says(t, tf.Plan(c.With("minimum_version", 3)).Diags.Errors(), `AttributeName("minimum_version")`)
	c = c.With("rotate_when_changed", tftest.Triggers("a", "2"))
	p := tf.Plan(c)
	tftest.Says(t, p.Diags.Warnings(), "requested, not begun")
	keeps(t, tf, p, nil)
	wrote(t, f, "PATCH /sec_01")
	f.By(rules.Command{Step: rules.StepRelease})
	tf.Expect(tf.Plan(c).Planned, "version=2", "rotation.phase=stable")
}

func TestMinimumVersion(t *testing.T) {
	for name, kind := range issuedKinds {
		t.Run(name, func(t *testing.T) {
			c := kind.config.With("minimum_version", 2)
			f, tf := created(t, kind.config)
			p := tf.Plan(c)
			tf.Expect(p.Planned, "version=2", "rotation.phase=stable", "rotation.current_version=2", "rotation.next_version=3", "secret_digest=<null>", kind.keys("<unknown>"))
			tftest.Says(t, p.Diags.Warnings(), `Version 2 of "orders" will be issued`, "Revoked at once, without an overlap: version 1", "raised to 2")
			keeps(t, tf, p, nil)
			wrote(t, f, "PATCH /sec_01 if 1")
			tf.Expect(tf.State, kind.keys(`["whpk_canary2"]`))
			tftest.Silent(t, tf, c)

			// In the middle of a rotation: the pending version is current at once.
			f.Clock.Advance(90 * day)
			tf.Run(c)
			p = tf.Plan(c.With("minimum_version", 3))
			tf.Expect(p.Planned, "version=3", "rotation.phase=stable", "rotation.pending_version=<null>", "rotation.next_version=4")
			keeps(t, tf, p, nil)
			tf.Expect(tf.State, kind.keys(`["whpk_canary3"]`))
			tftest.Says(t, tf.Plan(c.With("minimum_version", 5)).Diags.Errors(), `AttributeName("minimum_version")`, "can be 4 at most")
		})
	}
}

func TestTriggerBeginsARotation(t *testing.T) {
	c := ed25519Config().With("rotate_when_changed", tftest.Triggers("a", "1"))
	f, tf := created(t, c)
	c = c.With("rotate_when_changed", tftest.Triggers("a", "2", "b", "1"))
	p := tf.Plan(c)
	tf.Expect(p.Planned, "version=2", "rotation.phase=staged", "public_keys=<unknown>")
	tftest.Says(t, p.Diags.Warnings(), "begins: version 2", "rotate_when_changed has changed")
	keeps(t, tf, p, nil)
	wrote(t, f, "PATCH /sec_01 if 1", "POST /sec_01/rotation/begin if 2")

	// One more while that runs is recorded, and what the plan does not touch stays known.
	c = c.With("rotate_when_changed", tftest.Triggers("a", "3"))
	p = tf.Plan(c)
	tf.Expect(p.Planned, "version=2", "rotation.phase=staged", `public_keys=["whpk_canary2","whpk_canary1"]`)
	tftest.Says(t, p.Diags.Warnings(), "requested, not begun", "is in phase staged")
	keeps(t, tf, p, nil)
	f.proven(2)
	tf.Run(c)
	f.Clock.Advance(day)
	tftest.Says(t, tf.Plan(c).Diags.Warnings(), "requested earlier")
}
