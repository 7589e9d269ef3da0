package signingsecret_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// receiver is where the endpoint delivers from now on.
func (s *scene) receiver() *acctest.Hook {
	s.t.Helper()
	h := acctest.StartHook(s.t, s.Clock)
	s.As(api.RoleDeployer).Patch(api.KindWebhookEndpoints, "one", map[string]any{"url": h.URL}).Want(http.StatusOK)
	return h
}

// A probe proves that the receiver knows the pending version. Until then the plan says how the last one went.
func TestProbeIsEvidence(t *testing.T) {
	for name, c := range map[string]tftest.Config{"hmac-sha256": base(), "ed25519": keyPair(), "supplied": supplied("a")} {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, c)
			h := s.receiver()
			h.Know(s.Reveal(1))
			s.Begin()
			s.Probe()
			s.warns(tftest.Empty(t, tf, c), "waits to be seen in use", "at 2026-05-01T12:00:00Z: ", "401")
			h.Know(s.Reveal(2))
			s.Clock.Advance(day / 24)
			s.Probe()
			p := tf.Plan(c)
			s.warns(p, "version 2 will be current", "version 2 was seen in use")
			tf.Keep(p, nil)
			tf.Expect(tf.State, "rotation.phase=draining", "rotation.current_version=2")
		})
	}
}

// That a receiver verifies nothing stands until a probe finds otherwise. The plan does not say that the last probe
// found it.
func TestReceiverThatVerifiesNothing(t *testing.T) {
	c := base()
	s, tf := created(t, c)
	h := s.receiver()
	s.Begin()
	h.Answer(func(acctest.HookEvent) int { return http.StatusNoContent })
	s.Probe()
	s.warns(tftest.Empty(t, tf, c), `Version 2 of "orders" cannot be proven`,
		": The receiver accepts events that are not genuine",
		"verification_not_enforced", "Make it verify")
	h.Answer(func(acctest.HookEvent) int { return http.StatusTemporaryRedirect })
	s.Clock.Advance(day)
	s.Probe()
	s.warns(tftest.Empty(t, tf, c), "An earlier probe found that the receiver accepts events that are not genuine",
		"The last probe, at 2026-05-02T12:00:00Z: ", "307")
	h.Answer(nil)
	h.Know(s.Reveal(2))
	s.Clock.Advance(day)
	s.Probe()
	s.warns(tf.Plan(c), "version 2 will be current")
}

// A control event that is not refused proves nothing. The version can be acknowledged by hand.
func TestInconclusiveProbe(t *testing.T) {
	c := base()
	s, tf := created(t, c)
	h := s.receiver()
	s.Begin()
	h.Know(s.Reveal(2))
	h.Answer(func(e acctest.HookEvent) int {
		if e.Genuine {
			return http.StatusNoContent
		}
		return http.StatusServiceUnavailable
	})
	s.Probe()
	s.warns(tftest.Empty(t, tf, c), "waits to be seen in use", "the endpoint answered 503",
		"any 4xx except 408, 410, 425 and 429", "/rotation/acknowledge", `{"version": 2}`)
	s.Acknowledge(2)
	s.warns(tf.Plan(c), "version 2 will be current")
}

// A hold stops no probe.
func TestProbeOnHold(t *testing.T) {
	c := base()
	s, tf := created(t, c)
	h := s.receiver()
	s.Begin()
	s.Hold("incident")
	h.Know(s.Reveal(2))
	s.Probe()
	s.warns(tftest.Empty(t, tf, c), "is on hold")
	tf.Expect(tf.State, "rotation.acknowledged=true")
	s.Release()
	s.warns(tf.Plan(c), "version 2 will be current")
}

// The endpoint moves between the plan of a promotion and its apply. The receiver at the new address has proven nothing.
func TestEndpointMovesBeforeThePromotion(t *testing.T) {
	c := base()
	s, tf := created(t, c)
	h := s.receiver()
	s.Begin()
	h.Know(s.Reveal(2))
	s.Probe()
	p := tf.Plan(c)
	s.warns(p, "version 2 will be current")
	other := s.receiver()
	tftest.Says(t, tf.Apply(p, nil).Errors(), "Acknowledgement required", "version 2 has not been seen in use",
		"Run terraform plan again")
	s.warns(tftest.Empty(t, tf, c), "waits to be seen in use")
	other.Know(s.Reveal(2))
	s.Clock.Advance(day)
	s.Probe()
	tf.Keep(tf.Plan(c), nil)
	tf.Expect(tf.State, "rotation.phase=draining")
}

// A version became current without proof: while the old one still signs as well, the plan says what the last probe
// found.
func TestPromotionWithoutProofIsWarnedOf(t *testing.T) {
	for name, x := range map[string]struct {
		rules   map[string]any
		promote func(*scene)
	}{
		"the stage has ended": {map[string]any{"max_stage": "2d", "on_stage_timeout": "promote"}, func(s *scene) {
			s.warns(tftest.Empty(s.t, s.tf, base()), "Its stage ends at 2026-05-03T12:00:00Z", "on_stage_timeout")
			s.Clock.Advance(2 * day)
		}},
		"forced": {map[string]any{}, func(s *scene) { s.Promote() }},
	} {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, base())
			s.rules(x.rules)
			h := s.receiver()
			h.Know(s.Reveal(1))
			s.Begin()
			s.Probe()
			x.promote(s)
			s.warns(tftest.Empty(t, tf, base()), `Version 2 of "orders" is current without proof`,
				"the receiver does not have the version yet",
				"version 1 signs as well", "rotation/rollback")
		})
	}
	// Where no proof is asked for, the plan that rotates says what is at stake, and later plans are silent.
	s, tf := created(t, base())
	s.rules(map[string]any{"require_acknowledgement": false})
	s.Clock.Advance(90 * day)
	p := tf.Plan(base())
	s.warns(p, "version 2 will be issued and current", "a consumer without version 2 fails after that")
	tf.Keep(p, nil)
	tftest.Silent(t, tf, base())
}

// A delivery in an overlap counts as a use of both versions. With traffic quiet_period ends no overlap early.
func TestQuietPeriodWithTraffic(t *testing.T) {
	s, tf := created(t, base())
	s.rules(map[string]any{"quiet_period": "1h"})
	h := s.receiver()
	s.Begin()
	s.Acknowledge(2)
	tf.Run(base())
	h.Know(s.Reveal(2))
	s.Clock.Advance(2 * time.Hour)
	s.As(api.RoleDeployer).SendTestEvent("one", "message.delivered")
	s.Deliver()
	tftest.Silent(t, tf, base())
	s.Clock.Advance(time.Hour)
	s.warns(tf.Plan(base()), "version 1 has been unused for the quiet_period")
}

// Without secret_wo a requested rotation gives a secret that the platform makes: the plan says so.
func TestFromSuppliedToIssuedIsNamed(t *testing.T) {
	one, two := tftest.Triggers("turn", "1"), tftest.Triggers("turn", "2")
	s, tf := created(t, supplied("a").With("rotate_when_changed", one))
	s.warns(tf.Plan(base().With("rotate_when_changed", two)), "version 2 will be issued",
		"The platform makes its value, because secret_wo is not set")
}

// public_keys has the keys of the valid versions, the newest first.
func TestPublicKeysOfEachPhase(t *testing.T) {
	c := keyPair()
	s, tf := created(t, c)
	keys := func(versions ...int64) string {
		text := ""
		for _, v := range versions {
			text += `,"` + s.Reveal(v) + `"`
		}
		return "public_keys=[" + text[min(1, len(text)):] + "]"
	}
	tf.Expect(tf.State, keys(1))
	first := keys(1)
	p := tf.Plan(c.With("rotate_when_changed", nil))
	tf.Expect(p.Planned, first)
	s.Clock.Advance(90 * day)
	p = tf.Plan(c)
	tf.Expect(p.Planned, "public_keys=<unknown>", "secret_digest=<null>")
	tf.Keep(p, nil)
	tf.Expect(tf.State, keys(2, 1))
	s.Acknowledge(2)
	p = tf.Plan(c)
	tf.Expect(p.Planned, "public_keys=<unknown>")
	tf.Keep(p, nil)
	tf.Expect(tf.State, keys(2, 1))
	s.Rollback("broken")
	tftest.Must(t, tf.Refresh())
	tf.Expect(tf.State, "version=1", keys(2, 1)) // the newest is always the first
	s.Release()
	s.Promote()
	s.Clock.Advance(day)
	tftest.Silent(t, tf, c)
	tf.Expect(tf.State, keys(2))
	s.Revoke()
	p = tf.Plan(c)
	tf.Expect(tf.State, "public_keys=[]")
	tf.Expect(p.Planned, "public_keys=<unknown>")
	tf.Keep(p, nil)
	tf.Expect(tf.State, keys(3))
	p = tf.Plan(c.With("minimum_version", 4))
	tf.Expect(p.Planned, "public_keys=<unknown>")
	tf.Keep(p, nil)
	tf.Expect(tf.State, keys(4))
}

// An ephemeral value of a supplied secret is what was supplied.
func TestEphemeralOfASuppliedSecret(t *testing.T) {
	s, tf := created(t, supplied("a"))
	tf.Run(supplied("b"))
	v, d := tf.Open(tftest.Config{"id": s.ID()})
	tftest.Must(t, d)
	tf.Expect(v, "value="+whsec("b"), "version=2", "other_value="+whsec("a"))
}
