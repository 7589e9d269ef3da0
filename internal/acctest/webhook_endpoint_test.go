package acctest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// busy lets a receiver answer that it cannot take anything now.
func busy(h *acctest.Hook) {
	h.Answer(func(acctest.HookEvent) int { return http.StatusServiceUnavailable })
}

// The URL changes in place while events wait. They go to the new one, and the old one hears nothing more.
func TestEndpointURLChanges(t *testing.T) {
	s := startSigning(t, "", "")
	next := acctest.StartHook(t, s.p.Clock)
	next.Know(s.value(1))
	busy(s.h)
	var ids []string
	for range 6 {
		ids = append(ids, s.send())
	}
	s.p.Deliver()
	old := len(s.h.Events())
	s.tf.Config(policy("") + hooks(next.URL, ""))
	s.tf.Plan(2).Has(theEndpoint+" will be updated in-place", "~ url", "0 to add, 1 to change, 0 to destroy").HasNot("Warning:", theSigning+" will be")
	s.tf.Apply()
	s.tf.Plan(0).Silent()
	s.p.Clock.Advance(time.Minute)
	s.p.Deliver()
	if accepted := next.Accepted(); len(accepted) != len(ids) {
		t.Errorf("the new URL accepted %d of %d events", len(accepted), len(ids))
	}
	if n := len(s.h.Events()); n != old {
		t.Errorf("the old URL got %d more events", n-old)
	}
	deliver(t, s.p, next, 1)
}

// In the middle of a rotation it is the new receiver that has to prove that it knows the new secret.
func TestEndpointURLChangesInTheMiddle(t *testing.T) {
	s := startSigning(t, "", "")
	s.staged()
	s.p.Probe()
	next := acctest.StartHook(t, s.p.Clock)
	next.Know(s.value(2))
	s.tf.Config(policy("") + hooks(next.URL, ""))
	s.tf.Apply()
	s.p.Clock.Advance(time.Minute)
	s.p.Probe()
	s.tf.Plan(2).Has(`"staged" -> "draining"`)
	s.tf.Apply()
	deliver(t, s.p, next, 2, 1)
}

// notAccepted is what every plan says after a delivery that the receiver refused, until it accepts one.
const notAccepted = `Deliveries to "orders" are not accepted`

// The types of events count for new ones. What waits was taken and is delivered.
func TestEndpointEventTypesChange(t *testing.T) {
	s := startSigning(t, "", "")
	operator := s.p.As(api.RoleOperator)
	types := func(list string) {
		s.tf.Config(strings.Replace(policy("")+hooks(s.h.URL, ""), `event_types  = ["message.delivered", "message.failed"]`, list, 1))
	}
	busy(s.h)
	id := s.send()
	s.p.Deliver()
	s.h.Answer(nil)
	types(`event_types = ["message.failed"]`)
	s.tf.Plan(2).Has(theEndpoint+" will be updated in-place", `- "message.delivered"`)
	s.tf.Apply()
	s.tf.Plan(0).Has(notAccepted)
	problem := operator.Verb(api.KindWebhookEndpoints, "orders", "test-events", map[string]any{"type": anEvent}).WantProblem(api.CodeInvalid)
	if !strings.Contains(problem.Detail, "event_types") {
		t.Errorf("the refusal says %q", problem.Detail)
	}
	s.p.Clock.Advance(time.Minute)
	s.p.Deliver()
	if !s.accepted(id) {
		t.Error("the event that waited was not delivered")
	}
	// Probes come whatever the types are.
	s.staged()
	s.know(1, 2)
	s.p.Probe()
	s.tf.Plan(2).Has(`"staged" -> "draining"`)

	types("") // all of them
	s.tf.Apply()
	s.tf.Plan(0)
	operator.SendTestEvent("orders", "order.paid")
	s.deliver(2, 1)
}

// Switched off, nothing is sent and nothing asked; switched on again, what waited arrives and the rotation goes on.
func TestEndpointDisabledAndEnabled(t *testing.T) {
	s := startSigning(t, "", "")
	enabled := func(yes bool) {
		s.tf.Config(strings.Replace(policy("")+hooks(s.h.URL, ""), "  name         = \"orders\"", fmt.Sprintf("  name         = \"orders\"\n  enabled      = %v", yes), 1))
		s.tf.Plan(2).Has(theEndpoint+" will be updated in-place", "~ enabled").HasNot("was disabled")
		s.tf.Apply()
	}
	busy(s.h)
	id := s.send()
	s.p.Deliver()
	s.h.Answer(nil)
	enabled(false)
	s.tf.Plan(0).Silent()
	got := len(s.h.Events())
	s.due()
	s.tf.Apply()
	s.p.Deliver()
	s.p.Probe()
	if n := len(s.h.Events()) + len(s.h.Probes()); n != got {
		t.Errorf("%d requests arrived at a disabled endpoint", n-got)
	}
	s.tf.Plan(0).Has("waits to be seen in use")
	s.know(1, 2)
	enabled(true)
	s.p.Deliver()
	if !s.accepted(id) {
		t.Error("the event that waited did not arrive")
	}
	s.deliver(1, 2)
	s.p.Probe()
	s.tf.Plan(2).Has(`"staged" -> "draining"`)
}

// A receiver that is gone: the plan says so, enables it again, and what waited arrives. Where the configuration switches it off instead, that settles the
// matter, and no plan speaks of it any more.
func TestEndpointGone(t *testing.T) {
	gone := func(t *testing.T) (s *signing, waiting string) {
		t.Helper()
		s = startSigning(t, "", "")
		busy(s.h)
		waiting = s.send()
		s.p.Deliver()
		s.h.Answer(func(acctest.HookEvent) int { return http.StatusGone })
		refused := s.send()
		s.p.Deliver()
		s.h.Answer(nil)
		if d := s.p.As(api.RoleOperator).Deliveries("orders")[0]; d.ID != refused || d.State != api.DeliveryQueued {
			t.Errorf("%+v", d) // as the warning says
		}
		s.p.Clock.Advance(day)
		s.p.Deliver()
		if s.accepted(waiting) {
			t.Fatal("a disabled endpoint got an event")
		}
		return s, waiting
	}
	t.Run("enabled again", func(t *testing.T) {
		s, waiting := gone(t)
		s.tf.Plan(2).Has("~ enabled = false -> true", `Webhook endpoint "orders" was disabled`, "410 (gone)", "what waits is delivered, that event included")
		s.tf.Apply()
		s.tf.Plan(0).Silent()
		s.p.Deliver()
		if !s.accepted(waiting) {
			t.Error("the event that waited did not arrive")
		}
		s.deliver(1)
		// Over and done with: who switches it off now is not taken for that receiver.
		s.p.As(api.RoleOperator).Patch(api.KindWebhookEndpoints, "orders", map[string]any{"enabled": false}).Want(http.StatusOK)
		s.tf.Plan(2).Has("~ enabled = false -> true").HasNot("was disabled")
	})
	t.Run("at another URL", func(t *testing.T) {
		s, waiting := gone(t)
		next := acctest.StartHook(t, s.p.Clock)
		next.Know(s.value(1))
		s.tf.Config(policy("") + hooks(next.URL, ""))
		s.tf.Plan(2).Has("~ enabled = false -> true", "~ url")
		s.tf.Apply()
		s.p.Deliver()
		if accepted := next.Accepted(); len(accepted) != 2 || !slices.Contains(accepted, waiting) {
			t.Errorf("the new URL accepted %v, want %s among two", accepted, waiting)
		}
	})
	t.Run("switched off", func(t *testing.T) {
		s, _ := gone(t)
		s.tf.Config(strings.Replace(policy("")+hooks(s.h.URL, ""), "  name         = \"orders\"", "  name         = \"orders\"\n  enabled      = false", 1))
		s.tf.Plan(0).Silent()
		s.tf.Apply()
		s.tf.Plan(0).Silent()
	})
	t.Run("in the middle of a rotation", func(t *testing.T) {
		s := startSigning(t, "", "")
		s.staged()
		s.h.Answer(func(acctest.HookEvent) int { return http.StatusGone })
		s.send()
		s.p.Deliver()
		s.h.Answer(nil)
		s.know(1, 2)
		s.p.Probe()
		s.tf.Plan(2).Has("was disabled", "waits to be seen in use").HasNot(`"staged" -> "draining"`)
		s.tf.Apply()
		s.p.Probe()
		s.tf.Plan(2).Has(`"staged" -> "draining"`)
	})
}

// A connector that is switched off delivers nothing. What waits is delivered once it is on again.
func TestEndpointOfADisabledConnector(t *testing.T) {
	s := startSigning(t, "", "")
	busy(s.h)
	id := s.send()
	s.p.Deliver()
	s.h.Answer(nil)
	off := strings.Replace(policy("")+hooks(s.h.URL, ""), `type  = "custom"`, "type  = \"custom\"\n  enabled = false", 1)
	s.tf.Config(off)
	s.tf.Plan(2).Has("quickconnect_connector.shop will be updated in-place").HasNot(theEndpoint+" will be", theSigning+" will be")
	s.tf.Apply()
	s.tf.Plan(0).Has(notAccepted)
	s.p.Clock.Advance(time.Hour)
	s.p.Deliver()
	if s.accepted(id) {
		t.Error("an event was delivered for a disabled connector")
	}
	problem := s.p.As(api.RoleOperator).Verb(api.KindWebhookEndpoints, "orders", "test-events", map[string]any{"type": anEvent}).WantProblem(api.CodeConflict)
	if !strings.Contains(problem.Detail, `connector "shop"`) {
		t.Errorf("the refusal says %q", problem.Detail)
	}
	s.config("", "")
	s.tf.Apply()
	s.tf.Plan(0).Has(notAccepted)
	s.p.Deliver()
	if !s.accepted(id) {
		t.Error("the event that waited did not arrive")
	}
	s.deliver(1)
}

// Of another connector, it is another endpoint: the signing secret goes with it, and comes again with the next number.
func TestEndpointConnectorChanges(t *testing.T) {
	s := startSigning(t, "", "")
	config := func(more string) {
		s.tf.Config(policy("") + strings.Replace(hooks(s.h.URL, more), "= quickconnect_connector.shop.id", "= quickconnect_connector.other.id", 1) + `
resource "quickconnect_connector" "other" {
  name  = "other"
  owner = "messaging@example.com"
  type  = "custom"
}
`)
	}
	config("")
	s.tf.Plan(2).Has(theEndpoint+" must be replaced", theSigning+" must be replaced", "forces replacement")
	s.tf.Apply()
	s.want(2, map[string]any{"phase": "stable", "current_version": 2.0})
	s.tf.Plan(0).Silent()
	s.know(2)
	s.deliver(2)

	// Made before the old one goes, it would need the name twice: that fails, and nothing is lost.
	config(createFirst)
	s.tf.ApplyFails("-replace=" + theEndpoint).Has("Name taken")
	s.deliver(2)
	s.tf.Plan(0).Silent()
}

// Destroyed together they go in the right order. The endpoint alone cannot go while a secret refers to it, and the error says so.
func TestEndpointDeletedWithItsSecret(t *testing.T) {
	s := startSigning(t, "", "")
	s.staged()
	endpoint := s.p.As(api.RoleAuditor).WebhookEndpoint("orders").ID
	s.p.As(api.RoleOperator).Create(api.KindSigningSecrets, map[string]any{
		"name": "theirs", "owner": "o", "endpoint_id": endpoint, "rotation_policy_id": s.p.As(api.RoleAuditor).RotationPolicy("monthly").ID,
	}).Want(http.StatusCreated)
	s.tf.Run("destroy", "-auto-approve").Want(1).Has("Cannot delete webhook endpoint", "1 signing secret")
	if left := s.tf.Objects(); len(left) != 3 {
		t.Errorf("%d objects are left in the state, want endpoint, connector and policy", len(left))
	}
	s.p.As(api.RoleOperator).Delete(api.KindSigningSecrets, "theirs").Want(http.StatusNoContent)
	s.tf.Destroy()

	// In again: the numbers of the secret's name go on.
	s.tf.Apply()
	s.want(3, nil)
	s.tf.Config(policy(""))
	s.tf.Plan(2).Has("0 to add, 0 to change, 3 to destroy")
	s.tf.Apply()
	for _, kind := range []string{api.KindWebhookEndpoints, api.KindSigningSecrets, api.KindConnectors} {
		if n := s.p.As(api.RoleAuditor).Count(kind); n != 0 {
			t.Errorf("%d %s are left", n, kind)
		}
	}
}
