package signingsecret_test

import (
	"net/http"
	"testing"

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

// That a receiver verifies nothing stands until a probe finds otherwise. The plan does not say that the last probe found it.
func TestReceiverThatVerifiesNothing(t *testing.T) {
	c := base()
	s, tf := created(t, c)
	h := s.receiver()
	s.Begin()
	for status, want := range map[int]string{
		http.StatusNoContent: "cannot prove itself: The receiver accepts what is not genuine",
	} {
		h.Answer(func(acctest.HookEvent) int { return status })
		s.Probe()
		s.warns(tftest.Empty(t, tf, c), want)
	}
	h.Answer(func(acctest.HookEvent) int { return http.StatusTemporaryRedirect })
	s.Clock.Advance(day)
	s.Probe()
	s.warns(tftest.Empty(t, tf, c), "An earlier probe found that the receiver accepts what is not genuine", "The last probe, at 2026-05-02T12:00:00Z: ", "307")
}

// Without secret_wo a requested rotation gives a secret that the platform makes: the plan says so.
func TestFromSuppliedToIssuedIsNamed(t *testing.T) {
	one, two := tftest.Triggers("turn", "1"), tftest.Triggers("turn", "2")
	s, tf := created(t, supplied("a").With("rotate_when_changed", one))
	s.warns(tf.Plan(base().With("rotate_when_changed", two)), "version 2 will be issued", "The platform makes its value, because secret_wo is not set")
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
