package scopedtoken_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// While the platform's clock is in doubt, a refresh shows the token as it was before the deadline, and says so.
func TestPlanWhileClockIsInDoubt(t *testing.T) {
	c := base()
	platform, tf := created(t, c)
	token := platform.Credential(api.ScopedTokens, "notifier")
	platform.Clock.Advance(90 * day)
	tf.Run(c)
	platform.As(api.RoleRuntime).Introspect(token.Reveal(2))
	tf.Run(c)
	tf.Expect(tf.State, "rotation.phase=draining")

	platform.Clock.Jump(2 * day)
	tftest.Says(t, tf.Refresh().Warnings(), `A deadline of "notifier" waits`, "quickconnectd clock accept")
	tftest.Empty(t, tf, c)
	tf.Expect(tf.State, "rotation.phase=draining", "version=2")
	platform.Clock.Jump(-2 * day)
	if d := tf.Refresh(); len(d) != 0 {
		t.Errorf("the clock is back: %s", d.Warnings())
	}
	tftest.Silent(t, tf, c)
	tf.Expect(tf.State, "rotation.phase=draining", "version=2")
}
