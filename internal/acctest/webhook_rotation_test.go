package acctest_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

const (
	theEndpoint = "quickconnect_webhook_endpoint.orders"
	theSigning  = "quickconnect_webhook_signing_secret.orders"
	anEvent     = "message.delivered"
)

// hooks is an endpoint at a URL with one signing secret; more is what else the secret's block says.
func hooks(url, more string) string {
	return fmt.Sprintf(`
resource "quickconnect_connector" "shop" {
  name  = "shop"
  owner = "messaging@example.com"
  type  = "custom"
}

resource "quickconnect_webhook_endpoint" "orders" {
  name         = "orders"
  connector_id = quickconnect_connector.shop.id
  url          = %q
  event_types  = ["message.delivered", "message.failed"]
}

resource "quickconnect_webhook_signing_secret" "orders" {
  name               = "orders"
  owner              = "team-orders"
  endpoint_id        = quickconnect_webhook_endpoint.orders.id
  rotation_policy_id = quickconnect_rotation_policy.monthly.id
  %s
}
`, url, more)
}

// signingHandover hands both values to a sink that follows the version.
func signingHandover(s *acctest.Sink) string {
	return fmt.Sprintf(`
ephemeral "quickconnect_webhook_signing_secret" "orders" {
  id = quickconnect_webhook_signing_secret.orders.id
}

resource "sink_secret" "orders" {
  path             = %q
  value_wo = jsonencode([
    ephemeral.quickconnect_webhook_signing_secret.orders.value,
    ephemeral.quickconnect_webhook_signing_secret.orders.other_value,
  ])
  value_wo_version = quickconnect_webhook_signing_secret.orders.version
}
`, s.Path)
}

// wantSigning fails the test unless the state has these facts of the signing secret's rotation.
func wantSigning(t *testing.T, tf *acctest.CLI, version float64, want map[string]any) {
	t.Helper()
	state := tf.State(theSigning)
	if state["version"] != version {
		t.Errorf("version is %v, want %v", state["version"], version)
	}
	rotation, _ := state["rotation"].(map[string]any)
	for name, value := range want {
		if rotation[name] != value {
			t.Errorf("rotation.%s is %v, want %v", name, rotation[name], value)
		}
	}
}

// deliver sends one event and wants it accepted at the first attempt, signed by these versions in this order.
func deliver(t *testing.T, p *acctest.Platform, h *acctest.Hook, versions ...int64) {
	t.Helper()
	by := p.As(api.RoleOperator)
	id := by.SendTestEvent("orders", anEvent)
	p.Deliver()
	if !slices.Contains(h.Accepted(), id) {
		t.Errorf("at %s the event %s was not accepted", p.Clock.Now(), id)
	}
	newest := by.Deliveries("orders")[0]
	if newest.ID != id || newest.State != api.DeliveryDelivered || len(newest.Attempts) != 1 {
		t.Fatalf("%+v", newest)
	}
	var signed []int64
	for _, s := range newest.Attempts[0].SignedBy {
		signed = append(signed, s.Version)
	}
	if !slices.Equal(signed, versions) {
		t.Errorf("signed by %v, want %v", signed, versions)
	}
}

// The whole rotation, as a user sees it: the receiver has the new secret in the apply that issues it, the platform
// finds out by itself that it is used, the plan promotes it, and no delivery is lost at any moment.
func TestSigningSecretRotation(t *testing.T) {
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	h := acctest.StartHook(t, p.Clock)
	tf.Config(policy(`overlap = "24h"`) + hooks(h.URL, "") + signingHandover(s))
	tf.Apply()
	tf.Plan(0).Silent()
	first := p.As(api.RoleDeployer).RevealOf(api.KindSigningSecrets, "orders", 1)
	if version, values := s.Last(); version != 1 || values != fmt.Sprintf("[%q,null]", first) {
		t.Errorf("version %d was handed over with other values than [value, null]", version)
	}
	h.Know(first)
	deliver(t, p, h, 1)

	// Due: the plan wants it, one apply begins it and hands both values over.
	p.Clock.Advance(30 * day)
	tf.Plan(2).Has(theSigning+" will be updated in-place", `"stable" -> "staged"`, "~ version = 1 -> 2",
		`Rotation of "orders" begins: version 2 will be issued`).HasNot("secret_digest")
	tf.Apply()
	wantSigning(t, tf, 2, map[string]any{
		"phase": "staged", "current_version": 1.0, "pending_version": 2.0,
		"acknowledged": false,
	})
	second := p.As(api.RoleDeployer).RevealOf(api.KindSigningSecrets, "orders", 2)
	if version, values := s.Last(); version != 2 || values != fmt.Sprintf("[%q,%q]", second, first) {
		t.Errorf("version %d was handed over with other values than both", version)
	}
	deliver(t, p, h, 1, 2)

	// The receiver does not know it yet: nothing is due, and the plan says what the platform saw.
	tf.Plan(0).Has(`Version 2 of "orders" waits to be seen in use`).HasNot("The last probe")
	p.Probe()
	tf.Plan(0).Has("The last probe, at 2026-05-31T12:00:00Z: an event signed by version 2 alone got 401: "+
		"the receiver does not have the version yet.", "Its stage ends at 2026-06-07T12:00:00Z")
	p.Clock.Advance(59 * time.Second)
	h.Know(first, second)
	p.Probe()
	tf.Plan(0) // not yet: at most once a minute
	p.Clock.Advance(time.Second)
	p.Probe()
	deliver(t, p, h, 1, 2)
	tf.Plan(2).Has(`"staged" -> "draining"`, "version 2 will be current",
		"Why: version 2 was seen in use or acknowledged.")
	tf.Apply()
	wantSigning(t, tf, 2, map[string]any{"phase": "draining", "current_version": 2.0, "previous_version": 1.0})
	deliver(t, p, h, 2, 1)
	tf.Plan(0).Silent()
	h.Know(second)
	deliver(t, p, h, 2, 1)
	p.Clock.Advance(day)
	deliver(t, p, h, 2)
	tf.Plan(0).Silent()
	evidence := versionOf(versions(p, api.KindSigningSecrets, "orders"), 2).Evidence
	if evidence == nil || evidence.Kind != "probe" || evidence.Actor != "platform" {
		t.Errorf("evidence %+v", evidence)
	}
	tf.Destroy()
}

func versions(p *acctest.Platform, kind, name string) []api.Version {
	var page api.Page[api.Version]
	var o api.Object
	by := p.As(api.RoleAuditor)
	by.Find(kind, name, &o)
	by.Do(http.MethodGet, "/v1/"+kind+"/"+o.ID+"/versions", nil).Want(http.StatusOK).Decode(&page)
	return page.Items
}

// An ed25519 secret has its public keys in the state, for all valid versions, and its private key nowhere: a receiver
// needs no secret at all.
func TestEd25519Rotation(t *testing.T) {
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	h := acctest.StartHook(t, p.Clock)
	tf.Config(policy("") + hooks(h.URL, `algorithm = "ed25519"`) + signingHandover(s) + `
output "public_keys" {
  value = quickconnect_webhook_signing_secret.orders.public_keys
}
`)
	keys := func(n int) (out []string) {
		t.Helper()
		listed, _ := tf.State(theSigning)["public_keys"].([]any)
		for _, k := range listed {
			out = append(out, fmt.Sprint(k))
		}
		if len(out) != n {
			t.Fatalf("%d public keys, want %d", len(out), n)
		}
		return out
	}
	tf.Apply()
	tf.Plan(0).Silent()
	one := keys(1)
	if k, err := webhook.ParseSecret(one[0]); err != nil || k.CanSign() {
		t.Errorf("%v: not a public key", err)
	}
	if _, values := s.Last(); values != fmt.Sprintf("[%q,null]", one[0]) {
		t.Errorf("handed over %s", values)
	}
	h.Know(one...)
	deliver(t, p, h, 1)
	p.Clock.Advance(30 * day)
	tf.Plan(2).Has("~ public_keys", "(known after apply)")
	tf.Apply()
	tf.Plan(0)
	both := keys(2)
	if both[1] != one[0] {
		t.Error("the newest key is not the first")
	}
	deliver(t, p, h, 1, 2)
	h.Know(both...)
	p.Probe()
	tf.Apply()
	tf.Plan(0).Silent()
	if after := keys(2); !slices.Equal(after, both) {
		t.Error("a promotion changes the keys")
	}
	h.Know(both[0])
	deliver(t, p, h, 2, 1)
	p.Clock.Advance(day)
	tf.Apply()
	if after := keys(1); after[0] != both[0] {
		t.Error("the key that remains is not the new one")
	}
	deliver(t, p, h, 2)
}
