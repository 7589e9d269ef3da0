package acctest_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A token in quarantine is refused, and a warning of every plan that has nothing to do. A new version by
// minimum_version reaches the sink in the same apply, and is accepted. A release changes nothing in Terraform.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	const source = `
data "quickconnect_scoped_token" "notifier" {
  name       = "notifier"
  depends_on = [quickconnect_scoped_token.notifier]
}
`
	tf.Config(policy(withoutAcknowledgement) + notifier("") + handover(s) + source)
	tf.Apply()
	_, old := s.Last()
	of := p.Credential(api.ScopedTokens, "notifier")
	active := func(value string, want bool) {
		t.Helper()
		if got := p.As(api.RoleRuntime).Introspect(value).Active; got != want {
			t.Errorf("active %t, want %t", got, want)
		}
	}
	active(old, true)
	of.Quarantine(api.QuarantineRequest{Reason: "unusual use INC-9", For: "60d"})
	active(old, false)
	tf.Plan(0).Has(`Scoped token "notifier" is in quarantine`, "unusual use INC-9", "Scoped token in quarantine")
	p.Clock.Advance(31 * day) // past the interval: nothing falls due
	tf.Plan(0).Has("is in quarantine")
	tf.Apply()
	wantRotation(t, tf, 1, map[string]any{"phase": "stable", "due": "none", "reason": "quarantined"})

	tf.Config(policy(withoutAcknowledgement) + notifier("minimum_version = 2") + handover(s) + source)
	tf.Apply()
	wantDelivered(t, p, s, 2, 2)
	tf.Plan(0).Has("was put in quarantine", "Newer versions have replaced")
	active(old, false)
	of.ReleaseQuarantine()
	tf.Plan(0).Silent()
	_, fresh := s.Last()
	active(fresh, true)
}

// Every plan warns for 14 days of a token that nobody uses. After that the platform puts it in quarantine. A use ends
// the warning. From a release on, the time counts as from a use.
func TestUnusedToken(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy(`max_age = "300d"`) + notifier(`unused_expiry = "20d"`))
	tf.Apply()
	of := p.Credential(api.ScopedTokens, "notifier")
	value := of.Reveal(1)
	pass := func(days int) {
		t.Helper()
		p.Clock.Advance(time.Duration(days) * day)
		p.Sweep()
	}
	pass(5)
	tf.Plan(0).Silent()
	pass(1)
	tf.Plan(0).Has(`Scoped token "notifier" is not used, and comes into quarantine`, "It was never used.")
	pass(13)
	tf.Plan(0).Has("is not used, and comes into quarantine")
	pass(1)
	tf.Plan(0).Has(`Scoped token "notifier" is in quarantine`, "never used; unused_expiry of the token is 20d")
	if p.As(api.RoleRuntime).Introspect(value).Active {
		t.Error("it is accepted")
	}
	of.ReleaseQuarantine()
	pass(0)
	tf.Plan(0).Silent()
	pass(6)
	tf.Plan(0).Has("is not used, and comes into quarantine")
	if !p.As(api.RoleRuntime).Introspect(value).Active {
		t.Error("it is refused")
	}
	tf.Plan(0).Silent()
}
