package webhookendpoint_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func TestEveryAttributeThereAndBack(t *testing.T) {
	s := start(t)
	tf := s.tf
	full := base().With("description", "").With("labels", map[string]any{}).With("event_types",
		[]string{"message.failed", "message.delivered"}).With("enabled", false)
	p := tf.Plan(full)
	tf.Expect(p.Planned, "id=<unknown>", "tenant=acme", "environment=staging", "created_at=<unknown>",
		"enabled=false", "url=https://hooks.example.com/orders")
	tf.Keep(p, nil)
	id := s.id()
	tftest.Silent(t, tf, full)
	tf.Expect(tf.State, "id="+id, "tenant=acme", "environment=staging", "created_at=2026-05-01T12:00:00Z", "description=",
		"labels={}", `event_types=["message.delivered","message.failed"]`, "enabled=false")

	// Null and empty are not the same, in both directions, and what is left out is enabled.
	tf.Run(base())
	tftest.Silent(t, tf, base())
	tf.Expect(tf.State, "description=<null>", "labels=<null>", "event_types=<null>", "enabled=true")

	// A change carries what changes and nothing else.
	s.ForgetRequests()
	changed := base().With("name", "other").With("url", "https://hooks.example.com/new").With("labels",
		map[string]any{"a": "1"})
	p = tf.Plan(changed)
	tf.Expect(p.Planned, "id="+id, "tenant=acme", "environment=staging", "created_at=2026-05-01T12:00:00Z", "enabled=true")
	tf.Keep(p, nil)
	s.patched(map[string]any{"name": "other", "url": "https://hooks.example.com/new", "labels": map[string]any{"a": "1"}})
	tftest.Silent(t, tf, changed)
	tftest.Must(t, tf.Destroy())
	if left := s.As(api.RoleDeployer).Count(api.KindWebhookEndpoints); left != 2 || !tf.State.IsNull() {
		t.Error("not destroyed")
	}
}

func TestDrift(t *testing.T) {
	c := base().With("event_types", []string{"message.delivered"})
	s := created(t, c)
	s.patch(map[string]any{"url": "https://elsewhere.example.com", "event_types": nil})
	p := s.tf.Plan(c)
	s.tf.Expect(s.tf.State, "url=https://elsewhere.example.com", "event_types=<null>")
	if p.Replaces || !p.Changes {
		t.Errorf("replaces: %v, changes: %v", p.Replaces, p.Changes)
	}
	s.tf.Keep(p, nil)
	tftest.Silent(t, s.tf, c)
}

func TestInvalidConfigurationIsAnErrorOnTheAttribute(t *testing.T) {
	tf := start(t).tf
	for name, c := range map[string]struct {
		config    tftest.Config
		attribute string
	}{
		"name":                    {base().With("name", "CANARY Name"), "name"},
		"another kind of parent":  {base().With("connector_id", "pol_CANARY"), "connector_id"},
		"no URL":                  {base().With("url", "CANARY"), "url"},
		"a URL with a password":   {base().With("url", "https://user:CANARY@hooks.example.com"), "url"},
		"a URL of another scheme": {base().With("url", "ftp://hooks.example.com/CANARY"), "url"},
		"no event types":          {base().With("event_types", []string{}), "event_types"},
		"malformed event type":    {base().With("event_types", []string{"message.sent", "No type!"}), "event_types"},
		"malformed event family":  {base().With("event_types", []string{"message.*.sent"}), "event_types"},
		"the probe's event type":  {base().With("event_types", []string{api.ProbeEventType}), "event_types"},
		"null label":              {base().With("labels", map[string]any{"a": nil}), "labels"},
	} {
		t.Run(name, func(t *testing.T) {
			errs := tf.Plan(c.config).Diags.Errors()
			if tftest.Says(t, errs, `AttributeName("`+c.attribute+`")`); strings.Contains(errs, "CANARY") {
				t.Errorf("a refused value is repeated: %s", errs)
			}
		})
	}
	for name, c := range map[string]tftest.Config{
		"unknown connector":   base().With("connector_id", tftest.Unknown),
		"unknown URL":         base().With("url", tftest.Unknown),
		"unknown event types": base().With("event_types", tftest.Unknown),
		"unknown enabled":     base().With("enabled", tftest.Unknown),
	} {
		t.Run(name, func(t *testing.T) { tftest.Must(t, tf.Plan(c).Diags) })
	}
}

// What only the platform knows is an error on the attribute. An entry of a set is named by its text: a set has no
// positions.
func TestRefusedEntryOfASet(t *testing.T) {
	s := start(t)
	c := base().With("event_types", []string{"b.two", "a.one"})
	refuse := func(method, field string) {
		s.Fail(acctest.Refuse(method, api.Problem{
			Code: api.CodeInvalid, Field: field,
			Detail: "event_types has one that is refused",
		}))
	}
	refuse(http.MethodPost, "/event_types/1")
	tftest.Says(t, s.tf.Apply(s.tf.Plan(c), nil).Errors(), `AttributeName("event_types")`, `The entry is "b.two"`)
	s.Fail(nil)
	s.tf.Run(base())
	refuse(http.MethodPatch, "/event_types/0")
	tftest.Says(t, s.tf.Apply(s.tf.Plan(c), nil).Errors(), `AttributeName("event_types")`, `The entry is "a.one"`)
}

func TestReplacement(t *testing.T) {
	s, c := received(t)
	s.delivered(http.StatusGone) // of no interest for an endpoint that goes
	s.As(api.RoleDeployer).Delete(api.KindSigningSecrets, "orders").Want(http.StatusNoContent)
	second := acctest.TheFixture().Connectors[1]
	p := s.tf.Plan(c.With("connector_id", second))
	if w := p.Diags.Warnings(); !p.Replaces || w != "" {
		t.Errorf("replaces: %v, warns: %s", p.Replaces, w)
	}
	s.tf.Expect(p.Planned, "id=<unknown>", "enabled=true")
	s.tf.Keep(p, nil)
	s.tf.Expect(s.tf.State, "connector_id="+second, "enabled=true")
	tftest.Silent(t, s.tf, c.With("connector_id", second))
}

// TestDeletedWithItsLastUser: an endpoint in use can be destroyed and replaced, and goes with its signing secret.
func TestDeletedWithItsLastUser(t *testing.T) {
	s := created(t, base())
	s.signingSecret()
	id := s.id()
	d := s.tf.Apply(s.tf.Plan(base().With("connector_id", acctest.TheFixture().Connectors[1])), nil)
	tftest.Says(t, d.Warnings(), "deleted as soon as 1 object stops using it", `signing secret "orders"`)
	if d.Errors() != "" || s.id() == id {
		t.Errorf("replaced %s: %s", id, d.Errors())
	}
	s.As(api.RoleDeployer).Delete(api.KindSigningSecrets, "orders").Want(http.StatusNoContent)
	if _, err := s.As(api.RoleDeployer).Client().WebhookEndpoints().Get(t.Context(), id); !client.IsNotFound(err) {
		t.Errorf("after its last user: %v", err)
	}
	tftest.Must(t, s.tf.Destroy())
}

func TestImport(t *testing.T) {
	full := base().With("description", "d").With("labels", map[string]any{}).With("event_types",
		[]string{"message.delivered"}).
		With("enabled", false)
	s := created(t, full)
	for _, id := range []string{s.id(), "orders"} {
		tf := s.Terraform(api.WebhookEndpoints.Terraform)
		tftest.Must(t, tf.Import(id))
		tftest.Silent(t, tf, full)
	}
}
