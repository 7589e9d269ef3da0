package acctest_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

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

// startSigning applies a policy and a signing secret, and lets the receiver know the first version. rules and more are what else their blocks say.
func startSigning(t *testing.T, rules, more string) *signing {
	t.Helper()
	s := newSigning(t)
	s.config(rules, more)
	s.tf.Apply()
	s.know(s.object().Version)
	return s
}

// startSupplied is startSigning with whsec("a") as the value, from a variable.
func startSupplied(t *testing.T, rules, more string) *signing {
	t.Helper()
	s := newSigning(t)
	s.supply("a", rules, more)
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

// supply configures a secret of the user's own.
func (s *signing) supply(letter, rules, more string) {
	s.tf.Config(policy(rules) + supplied(s.h.URL, more))
	s.tf.Var("signing_secret", whsec(letter))
}

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

// send queues an event.
func (s *signing) send() (id string) {
	s.t.Helper()
	return s.p.As(api.RoleOperator).SendTestEvent("orders", anEvent)
}

// accepted tells whether the receiver has accepted an event.
func (s *signing) accepted(id string) bool {
	for _, a := range s.h.Accepted() {
		if a == id {
			return true
		}
	}
	return false
}

// want fails the test unless the state has these facts of the rotation.
func (s *signing) want(version float64, facts map[string]any) {
	s.t.Helper()
	wantSigning(s.t, s.tf, version, facts)
}

// standing is everything that the platform says of the signing secret, its etag and its versions included.
func (s *signing) standing() string {
	s.t.Helper()
	data, err := json.Marshal(map[string]any{"secret": s.object(), "versions": versions(s.p, api.KindSigningSecrets, "orders")})
	if err != nil {
		s.t.Fatal(err)
	}
	return string(data)
}

func (s *signing) object() api.SigningSecret {
	s.t.Helper()
	return s.p.As(api.RoleDeployer).SigningSecret("orders")
}

// verb is a verb of the API, by somebody beside Terraform.
func (s *signing) verb(role, verb string, body any) {
	s.t.Helper()
	s.p.As(role).Verb(api.KindSigningSecrets, "orders", verb, body).Want(http.StatusOK)
}

func (s *signing) hold() {
	s.t.Helper()
	s.verb(api.RoleSecurity, "hold", api.HoldRequest{Reason: "investigating INC-7"})
}

func (s *signing) release() {
	s.t.Helper()
	s.verb(api.RoleSecurity, "release", api.HoldRequest{Reason: "understood"})
}

// signingStep takes a step by hand, as somebody beside Terraform does.
func signingStep(step string, body any) func(*signing) {
	return func(s *signing) {
		s.t.Helper()
		s.verb(api.RoleOperator, "rotation/"+step, body)
	}
}

// The ways to where a test begins. Those after due are the platform's and somebody's doing, so that the next plan wants a step.
func (s *signing) due() { s.p.Clock.Advance(30 * day) }

// staged lets an apply begin the rotation. The receiver knows the old version only.
func (s *signing) staged() {
	s.t.Helper()
	s.due()
	s.tf.Apply()
}

// proven lets the receiver learn the pending version, and the platform find it out.
func (s *signing) proven() {
	s.t.Helper()
	s.staged()
	s.know(1, 2)
	s.p.Probe()
}

// draining lets an apply promote what was proven.
func (s *signing) draining() {
	s.t.Helper()
	s.proven()
	s.tf.Apply()
}

// quiet is an overlap in which nothing was delivered for two hours.
func (s *signing) quiet() {
	s.t.Helper()
	signingStep(api.StepRotate, nil)(s)
	s.p.Clock.Advance(2 * time.Hour)
}

func (s *signing) revoked() {
	s.t.Helper()
	s.verb(api.RoleSecurity, "revoke", everyVersion)
}
