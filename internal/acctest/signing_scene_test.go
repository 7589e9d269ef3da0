package acctest_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// signing is one test about the signing secret "orders", its endpoint and its receiver.
type signing struct {
	t  *testing.T
	p  *acctest.Platform
	tf *acctest.CLI
	h  *acctest.Hook
}

// startSigning applies a policy and a signing secret, and lets the receiver know the first version. rules and more are
// what else their blocks say.
func startSigning(t *testing.T, rules, more string) *signing {
	t.Helper()
	s := newSigning(t)
	s.config(rules, more)
	s.tf.Apply()
	s.know(s.object().Version)
	return s
}

func newSigning(t *testing.T) *signing {
	t.Helper()
	p, tf := acctest.Start(t)
	return &signing{t, p, tf, acctest.StartHook(t, p.Clock)}
}

func (s *signing) config(rules, more string) { s.tf.Config(policy(rules) + hooks(s.h.URL, more)) }

// value is the secret of a valid version; of ed25519 its public key.
func (s *signing) value(version int64) string {
	s.t.Helper()
	return s.p.As(api.RoleDeployer).RevealOf(api.KindSigningSecrets, "orders", version)
}

// know makes these valid versions those that the receiver knows.
func (s *signing) know(versions ...int64) {
	s.t.Helper()
	var values []string
	for _, v := range versions {
		values = append(values, s.value(v))
	}
	s.h.Know(values...)
}

// deliver sends one event and wants it accepted at once, signed by these versions in this order.
func (s *signing) deliver(versions ...int64) {
	s.t.Helper()
	deliver(s.t, s.p, s.h, versions...)
}

// want fails the test unless the state has these facts of the rotation.
func (s *signing) want(version float64, facts map[string]any) {
	s.t.Helper()
	wantSigning(s.t, s.tf, version, facts)
}

func (s *signing) object() api.SigningSecret {
	s.t.Helper()
	return s.p.As(api.RoleDeployer).SigningSecret("orders")
}

// due lets the next rotation fall due.
func (s *signing) due() { s.p.Clock.Advance(30 * day) }

// staged lets an apply begin the rotation. The receiver knows the old version only.
func (s *signing) staged() {
	s.t.Helper()
	s.due()
	s.tf.Apply()
}

// draining lets the receiver learn the pending version, the platform find that out, and an apply promote it.
func (s *signing) draining() {
	s.t.Helper()
	s.staged()
	s.know(1, 2)
	s.p.Probe()
	s.tf.Apply()
}
