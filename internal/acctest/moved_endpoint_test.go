package acctest_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// An endpoint moves in the very plan that wants to promote: the receiver at the new address has proven nothing, so the version stays pending
// until it has. No delivery is lost on the way.
func TestEndpointMovesWhileAPromotionIsDue(t *testing.T) {
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	h, other := acctest.StartHook(t, p.Clock), acctest.StartHook(t, p.Clock)
	tf.Config(policy(`overlap = "24h"`) + hooks(h.URL, "") + signingHandover(s))
	tf.Apply()
	first := p.As(api.RoleDeployer).RevealOf(api.KindSigningSecrets, "orders", 1)
	p.Clock.Advance(30 * day)
	tf.Apply()
	second := p.As(api.RoleDeployer).RevealOf(api.KindSigningSecrets, "orders", 2)
	h.Know(first, second)
	other.Know(first)
	p.Probe()

	tf.Config(policy(`overlap = "24h"`) + hooks(other.URL, "") + signingHandover(s))
	tf.Plan(2).Has("version 2 will be current")
	tf.ApplyFails().Has("Changed since the plan", "version 2 has not been seen in use", "Run terraform plan again")
	wantSigning(t, tf, 2, map[string]any{"phase": "staged"})
	deliver(t, p, other, 1, 2)
	tf.Plan(0).Has("waits to be seen in use")
	other.Know(first, second)
	p.Clock.Advance(time.Minute)
	p.Probe()
	tf.Plan(2).Has("version 2 will be current")
	tf.Apply()
	tf.Plan(0).Silent()
	deliver(t, p, other, 2, 1)
}
