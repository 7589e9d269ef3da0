package acctest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Another algorithm is another secret under the same name, whose numbers go on. What waits meanwhile waits for a signature, and is delivered with the new one.
func TestSigningAlgorithmChanges(t *testing.T) {
	for name, tc := range map[string]struct{ from, to string }{
		"to keys":        {"", ed25519Keys},
		"back to a word": {ed25519Keys, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSigning(t)
			k := acctest.NewSink(t)
			config := func(more string) { s.tf.Config(policy("") + hooks(s.h.URL, more) + signingHandover(k)) }
			config(tc.from)
			s.tf.Apply()
			s.know(1)
			s.h.Answer(func(acctest.HookEvent) int { return http.StatusServiceUnavailable })
			id := s.send()
			s.p.Deliver()
			s.h.Answer(nil)

			config(tc.to)
			s.tf.SavePlan("other.tfplan").Has(theSigning+" must be replaced", "algorithm", "forces replacement", "sink_secret.orders will be updated in-place")
			// The platform delivers all the time, also between the deletion and the creation.
			s.p.AfterEach(func() { s.p.Clock.Advance(time.Minute); s.p.Deliver() })
			s.tf.ApplyPlan("other.tfplan")
			s.p.AfterEach(nil)
			s.want(2, map[string]any{"phase": "stable", "current_version": 2.0, "next_version": 3.0})
			if version, values := k.Last(); version != 2 || values != fmt.Sprintf("[%q,null]", s.value(2)) {
				t.Errorf("the sink was last given version %d, want version 2", version)
			}
			s.tf.Plan(0).Silent()
			s.know(2)
			s.p.Clock.Advance(day / 24)
			s.p.Deliver()
			if !s.accepted(id) {
				t.Errorf("the event that waited did not arrive: %+v", s.p.As(api.RoleOperator).Deliveries("orders"))
			}
			s.deliver(2)
		})
	}
}

// In the middle of a rotation both versions end with the old secret.
func TestSigningReplacedInTheMiddle(t *testing.T) {
	s := startSigning(t, "", "")
	s.staged()
	s.config("", ed25519Keys)
	s.tf.Apply()
	s.want(3, map[string]any{"phase": "stable", "current_version": 3.0, "pending_version": nil, "next_version": 4.0})
	s.tf.Plan(0).Silent()
	s.know(3)
	s.deliver(3)
	s.tf.Apply("-replace=" + theSigning)
	s.want(4, map[string]any{"phase": "stable"})
	s.tf.Plan(0).Silent()
}

// A replacement that makes the new one first would need the name twice. It fails before anything is lost. With another name it works, and for
// the time in between deliveries have both signatures.
func TestSigningCreateBeforeDestroy(t *testing.T) {
	const first = "  lifecycle {\n    create_before_destroy = true\n  }\n"
	s := startSigning(t, "", first)
	s.config("", ed25519Keys+first)
	s.tf.ApplyFails().Has("Name taken")
	s.deliver(1)

	s.tf.Config(strings.Replace(policy("")+hooks(s.h.URL, ed25519Keys+first), "name               = \"orders\"\n  owner", "name               = \"orders-keys\"\n  owner", 1))
	signatures := 0
	s.p.AfterEach(func() {
		id := s.send()
		s.p.Deliver()
		newest := s.p.As(api.RoleOperator).Deliveries("orders")[0]
		if newest.ID != id || len(newest.Attempts) != 1 {
			t.Errorf("%+v", newest)
			return
		}
		signatures = max(signatures, len(newest.Attempts[0].SignedBy))
	})
	s.tf.Apply()
	s.p.AfterEach(nil)
	if signatures != 2 {
		t.Errorf("at most %d signatures on the way, want two", signatures)
	}
	s.tf.Plan(0).Has(notAccepted, "the endpoint answered 401") // the receiver has not learned the keys
	s.want(1, map[string]any{"phase": "stable"})
}

// The way from a shared secret to keys without a lost delivery: a second signing secret beside the first, a receiver that learns the keys, and then the first one goes.
func TestSigningTwoSecretsOnOneEndpoint(t *testing.T) {
	s := startSigning(t, "", "")
	keys := strings.NewReplacer(`"orders" {`, `"keys" {`, "name               = \"orders\"", "name               = \"orders-keys\"").Replace(signingBlock(ed25519Keys))
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

// More signatures than receivers look at are refused, and the error says what is in the way. The endpoint keeps those that it has.
func TestSigningTooManySecretsOnOneEndpoint(t *testing.T) {
	s := startSigning(t, "", "")
	more := strings.NewReplacer(`"orders" {`, "\"more\" {\n  count = 8", "name               = \"orders\"", `name = "more-${count.index}"`).Replace(signingBlock(""))
	s.tf.Config(policy("") + hooks(s.h.URL, "") + more)
	s.tf.ApplyFails().Has("has 8 signing secrets", "delete one that is not needed any more first")
	s.deliver(1, 1, 1, 1, 1, 1, 1, 1)
	s.tf.Config(policy("") + hooks(s.h.URL, "") + strings.Replace(more, "count = 8", "count = 0", 1))
	s.tf.Apply()
	s.deliver(1)
}

// signingBlock is the block of the signing secret that hooks has.
func signingBlock(more string) string {
	const begin = `resource "quickconnect_webhook_signing_secret"`
	_, block, _ := strings.Cut(hooks("", more), begin)
	return begin + block
}

const secondEndpoint = `
resource "quickconnect_webhook_endpoint" "second" {
  name         = "second"
  connector_id = quickconnect_connector.shop.id
  url          = %q
}
`

// Moved to another endpoint, it is another secret with the next number. The endpoint that it leaves keeps what waits.
func TestSigningEndpointChanges(t *testing.T) {
	s := startSigning(t, "", "")
	second := acctest.StartHook(t, s.p.Clock)
	s.h.Answer(func(acctest.HookEvent) int { return http.StatusServiceUnavailable })
	id := s.send()
	s.p.Deliver()
	moved := strings.Replace(hooks(s.h.URL, ""), "= quickconnect_webhook_endpoint.orders.id", "= quickconnect_webhook_endpoint.second.id", 1)
	s.tf.Config(policy("") + moved + fmt.Sprintf(secondEndpoint, second.URL))
	s.tf.Plan(2).Has(theSigning+" must be replaced", "endpoint_id", "forces replacement").HasNot(theEndpoint + " will be")
	s.tf.Apply()
	s.want(2, map[string]any{"phase": "stable", "current_version": 2.0})
	s.tf.Plan(0).Has(notAccepted, "the endpoint answered 503") // of the endpoint that it leaves
	second.Know(s.value(2))
	there := s.p.As(api.RoleOperator).SendTestEvent("second", anEvent)
	s.p.Deliver()
	if accepted := second.Accepted(); len(accepted) != 1 || accepted[0] != there {
		t.Errorf("the second receiver accepted %v", accepted)
	}
	// Nothing is sent without a signature, and whoever sends is told so. With a secret again, what waited goes out.
	s.h.Answer(nil)
	problem := s.p.As(api.RoleOperator).Verb(api.KindWebhookEndpoints, "orders", "test-events", map[string]any{"type": anEvent}).WantProblem(api.CodeConflict)
	if !strings.Contains(problem.Detail, "no valid signing secret") {
		t.Errorf("the refusal says %q", problem.Detail)
	}
	before := len(s.h.Events())
	s.p.Clock.Advance(time.Hour)
	s.p.Deliver()
	if n := len(s.h.Events()); n != before {
		t.Error("something was sent without a signature")
	}
	s.config("", "")
	s.tf.Apply()
	s.know(3)
	s.p.Clock.Advance(2 * time.Hour)
	s.p.Deliver()
	if !s.accepted(id) {
		t.Errorf("the event that waited did not arrive: %+v", s.p.As(api.RoleOperator).Deliveries("orders"))
	}
}
