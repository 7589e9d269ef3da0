package acctest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const ed25519Keys = "algorithm = \"ed25519\"\n"

// The way from a shared secret to keys without a lost delivery: a second signing secret beside the first, a receiver
// that learns the keys, and then the first one goes.
func TestSigningTwoSecretsOnOneEndpoint(t *testing.T) {
	s := startSigning(t, "", "")
	keys := strings.NewReplacer(`"orders" {`, `"keys" {`, "name               = \"orders\"",
		"name               = \"orders-keys\"").Replace(signingBlock(ed25519Keys))
	both := policy("") + hooks(s.h.URL, "") + keys + `
output "keys" {
  value = quickconnect_webhook_signing_secret.keys.public_keys
}
`
	s.tf.Config(both)
	s.tf.Plan(2).Has("quickconnect_webhook_signing_secret.keys will be created").HasNot(theSigning + " will be")
	s.tf.Apply()
	s.tf.Plan(0).Silent()
	s.deliver(1, 1) // the receiver knows the first one
	published, _ := s.tf.Output("keys").([]any)
	if len(published) != 1 {
		t.Fatalf("the keys are %v", published)
	}
	s.h.Know(fmt.Sprint(published[0]))
	s.deliver(1, 1) // and now only the second one

	// Both fall due in the same plan, and are rotated side by side.
	s.due()
	s.tf.Plan(2).Has(`Rotation of "orders" begins`, `Rotation of "orders-keys" begins`)
	s.tf.Apply()
	s.p.Probe()
	s.tf.Plan(0).Has(`Version 2 of "orders" waits`, `Version 2 of "orders-keys" waits`)

	// The first one goes, in the middle of its rotation. Nothing is lost.
	s.tf.Config(strings.Replace(both, signingBlock(""), "", 1))
	s.tf.Plan(2).Has(theSigning+" will be destroyed", "0 to add, 0 to change, 1 to destroy")
	s.tf.Apply()
	s.deliver(1, 2)
	listed, _ := s.tf.Output("keys").([]any)
	s.h.Know(fmt.Sprint(listed[0]), fmt.Sprint(listed[1]))
	s.p.Clock.Advance(2 * time.Minute)
	s.p.Probe()
	s.tf.Plan(2).Has(`"staged" -> "draining"`)
	s.tf.Apply()
	s.deliver(2, 1)
	s.tf.Plan(0).Silent()
}

// signingBlock is the block of the signing secret that hooks has.
func signingBlock(more string) string {
	const begin = `resource "quickconnect_webhook_signing_secret"`
	_, block, _ := strings.Cut(hooks("", more), begin)
	return begin + block
}
