package signingsecret_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// With ignore_changes the plan sees no secret, and the update alone sees the configured one. It is not sent: that would
// begin a rotation back to it.
func TestIgnoredSecretIsNotSent(t *testing.T) {
	for name, c := range map[string]tftest.Config{
		"without a number": supplied("a"), "with one": supplied("a").With("secret_wo_version", 1),
	} {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, c)
			s.Begin(whsec("b"))
			s.Acknowledge(2)
			s.Promote()
			s.Clock.Advance(2 * day)
			s.ForgetRequests()
			edited := c.With("description", "edited")
			p := tf.Plan(edited.With("secret_wo", nil))
			s.leftOpen(p)
			tftest.Must(t, tf.ApplyIgnoring(p, edited))
			s.wrote("PATCH")
			tf.Expect(tf.State, "version=2", "rotation.phase=stable", "secret_digest="+s.digest("b"))

			// A step is taken without it. Who asks for a rotation and supplies nothing wants the platform's value.
			edited = edited.With("rotate_when_changed", map[string]any{"incident": "1"})
			tftest.Must(t, tf.ApplyIgnoring(tf.Plan(edited.With("secret_wo", nil)), edited))
			edited = edited.With("rotate_when_changed", map[string]any{"incident": "2"})
			s.ForgetRequests()
			tftest.Must(t, tf.ApplyIgnoring(tf.Plan(edited.With("secret_wo", nil)), edited))
			for _, line := range s.lines() {
				saysNothingOf(t, line, "sends")
			}
			tf.Expect(tf.State, "rotation.phase=staged", "rotation.pending_version=3")
		})
	}
}

// An ephemeral value may be null in the plan and set in the apply, which plans again with it.
func TestSecretThatOnlyTheApplyHas(t *testing.T) {
	s, tf := created(t, supplied("a"))
	edited := base().With("description", "edited")
	p := tf.Plan(edited)
	s.leftOpen(p)
	tf.Keep(p, edited.With("secret_wo", whsec("b")))
	s.wrote("PATCH if 1", "POST rotation/begin if 2 sends b")
}
