package scopedtoken_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func TestExpiry(t *testing.T) {
	c := base().With("expires_at", "2026-06-01T00:00:00Z")
	revived := func(t *testing.T, c tftest.Config) {
		t.Helper()
		platform, tf := created(t, base().With("expires_at", "2026-06-01T00:00:00Z"))
		platform.Clock.Advance(31 * day)
		p := tftest.Empty(t, tf, base().With("expires_at", "2026-06-01T00:00:00Z"))
		tftest.Says(t, p.Diags.Warnings(), "has expired", "2026-06-01T00:00:00Z", "version 2")
		p = tf.Plan(c)
		tf.Expect(p.Planned, "version=2", "rotation.phase=stable")
		tftest.Says(t, p.Diags.Warnings(), "Version 2", "expired at 2026-06-01T00:00:00Z")
		tftest.Must(t, tf.Apply(p, nil))
		platform.Wrote(t, "PATCH if 2", "POST rotation/reissue if 3")
		tftest.Silent(t, tf, c)
	}
	t.Run("moved", func(t *testing.T) { revived(t, c.With("expires_at", "2027-06-01T00:00:00Z")) })
	t.Run("removed", func(t *testing.T) { revived(t, c.With("expires_at", nil)) })
	t.Run("unknown in the plan", func(t *testing.T) {
		platform, tf := created(t, c)
		platform.Clock.Advance(31 * day)
		p := tf.Plan(c.With("expires_at", tftest.Unknown))
		tf.Expect(p.Planned, "version=<unknown>", "rotation=<unknown>")
		tftest.Must(t, tf.Apply(p, c.With("expires_at", "2027-06-01T00:00:00Z")))
		tf.Expect(tf.State, "version=2", "rotation.phase=stable")
	})
	t.Run("in the past", func(t *testing.T) {
		platform, tf := created(t, c)
		before := tf.State
		d := tf.Apply(tf.Plan(c.With("expires_at", "2026-04-01T00:00:00Z")), nil)
		tftest.Says(t, d.Errors(), `AttributeName("expires_at")`)
		platform.Wrote(t, "PATCH")
		if !tf.State.Equal(before) {
			t.Error("the state has changed")
		}
	})
	t.Run("same moment, other text", func(t *testing.T) {
		_, tf := created(t, c)
		tftest.Silent(t, tf, c.With("expires_at", "2026-06-01T02:00:00+02:00"))
		tf.Run(c.With("expires_at", "2026-06-01T02:00:00+02:00").With("description", "new"))
		tf.Expect(tf.State, "expires_at=2026-06-01T00:00:00Z", "description=new")
	})
}
