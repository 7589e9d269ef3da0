package webhookendpoint

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

func TestEveryAttributeRoundTrips(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	full := base().With("description", "").
		With("labels", map[string]any{}).
		With("event_types", []string{"message.failed", "message.delivered"}).
		With("enabled", false)
	p := tf.Plan(full)
	tf.Expect(
		p.Planned,
		"id=<unknown>",
		"tenant=<unknown>",
		"environment=<unknown>",
		"created_at=<unknown>",
		"enabled=false",
		"url=https://hooks.example.com/orders",
	)
	core.Must(t, tf.Apply(p, nil))
	core.Silent(t, tf, full)
	tf.Expect(
		tf.State,
		"id="+theID,
		"tenant=acme",
		"environment=staging",
		"created_at=2026-05-01T12:00:00Z",
		"description=",
		"labels={}",
		`event_types=["message.delivered","message.failed"]`,
		"enabled=false",
	)

	// Null and empty are not the same, in both directions, and what is left out is enabled.
	tf.Run(base())
	core.Silent(t, tf, base())
	tf.Expect(tf.State, "description=<null>", "labels=<null>", "event_types=<null>", "enabled=true")

	// A change carries what changes and nothing else.
	f.writes = nil
	changed := base().With("name", "other").
		With("url", "https://hooks.example.com/new").
		With("labels", map[string]any{"a": "1"})
	p = tf.Plan(changed)
	tf.Expect(
		p.Planned,
		"id="+theID,
		"tenant=acme",
		"environment=staging",
		"created_at=2026-05-01T12:00:00Z",
		"enabled=true",
	)
	core.Must(t, tf.Apply(p, nil))
	want := []map[string]any{
		{"name": "other", "url": "https://hooks.example.com/new", "labels": map[string]any{"a": "1"}},
	}
	if diff := cmp.Diff(want, f.writes); diff != "" {
		t.Error(diff)
	}
	core.Silent(t, tf, changed)
	if core.Must(t, tf.Destroy()); f.endpoint != nil || !tf.State.IsNull() {
		t.Error("not destroyed")
	}
}

// A drift that is not of our making is put right in place.
func TestDrift(t *testing.T) {
	c := base().With("event_types", []string{"message.delivered"})
	f, tf := created(t, c)
	f.endpoint.URL, f.endpoint.EventTypes = "https://elsewhere.example.com", nil
	p := tf.Plan(c)
	tf.Expect(tf.State, "url=https://elsewhere.example.com", "event_types=<null>")
	if p.Replaces || !p.Changes {
		t.Errorf("replaces: %v, changes: %v", p.Replaces, p.Changes)
	}
	core.Must(t, tf.Apply(p, nil))
	core.Silent(t, tf, c)
}

func TestInvalidConfigurationFailsOnAttribute(t *testing.T) {
	tf := newTerraform(t, newFake(t))
	for name, c := range map[string]struct {
		config    core.Config
		attribute string
	}{
		"name":                     {base().With("name", "CANARY Name"), "name"},
		"a name for the connector": {base().With("connector_id", "CANARY"), "connector_id"},
		"no URL":                   {base().With("url", "CANARY"), "url"},
		"a URL with a password":    {base().With("url", "https://user:CANARY@hooks.example.com"), "url"},
		"a URL of another scheme":  {base().With("url", "ftp://hooks.example.com/CANARY"), "url"},
		"no event types":           {base().With("event_types", []string{}), "event_types"},
		"malformed event type":     {base().With("event_types", []string{"message.sent", "CANARY!"}), "event_types"},
		"the probe's event type":   {base().With("event_types", []string{api.ProbeEventType}), "event_types"},
		"null label":               {base().With("labels", map[string]any{"a": nil}), "labels"},
	} {
		t.Run(name, func(t *testing.T) {
			errs := tf.Plan(c.config).Diags.Errors()
			if core.Says(t, errs, `AttributeName("`+c.attribute+`")`); strings.Contains(errs, "CANARY") {
				t.Errorf("a refused value is repeated: %s", errs)
			}
		})
	}
	for name, c := range map[string]core.Config{
		"unknown connector":   base().With("connector_id", tftypes.UnknownValue),
		"unknown URL":         base().With("url", tftypes.UnknownValue),
		"unknown event types": base().With("event_types", tftypes.UnknownValue),
		"unknown enabled":     base().With("enabled", tftypes.UnknownValue),
	} {
		t.Run(name, func(t *testing.T) { core.Must(t, tf.Plan(c).Diags) })
	}
}

// What only the platform knows is an error on the attribute, and an entry of a set is named by its text: a set has no
// positions.
func TestRefusedByThePlatform(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	c := base().With("event_types", []string{"b.two", "a.one"})
	f.refuse = &api.Problem{
		Code:   api.CodeInvalid,
		Field:  "/event_types/1",
		Detail: "event_types has one that is refused",
	}
	core.Says(t, tf.Apply(tf.Plan(c), nil).Errors(), `AttributeName("event_types")`, `The entry is "b.two"`)
	f.refuse = nil
	tf.Run(base())
	before := tf.State
	f.refuse = &api.Problem{
		Code:   api.CodeInvalid,
		Field:  "/event_types/0",
		Detail: "event_types has one that is refused",
	}
	core.Says(t, tf.Apply(tf.Plan(c), nil).Errors(), `AttributeName("event_types")`, `The entry is "a.one"`)
	f.refuse = &api.Problem{Code: api.CodeInvalid, Field: "/url", Detail: "url must be reachable from everywhere"}
	core.Says(
		t,
		tf.Apply(tf.Plan(base().With("url", "https://10.0.0.1/")), nil).Errors(),
		`AttributeName("url")`,
		"reachable from everywhere",
	)
	if !tf.State.Equal(before) {
		t.Errorf("a refused change is in the state: %s", tf.State)
	}
}

func TestReplacement(t *testing.T) {
	f, tf := created(t, base())
	f.gone() // of no interest for an endpoint that goes
	p := tf.Plan(base().With("connector_id", "con_2"))
	if !p.Replaces {
		t.Fatal("not replaced")
	}
	if w := p.Diags.Warnings(); w != "" {
		t.Errorf("warns about the endpoint that goes: %s", w)
	}
	tf.Expect(p.Planned, "id=<unknown>", "enabled=true")
	core.Must(t, tf.Apply(p, nil))
	tf.Expect(tf.State, "connector_id=con_2", "enabled=true")
	core.Silent(t, tf, base().With("connector_id", "con_2"))
}

// The platform counts what refers to an endpoint. The error says what, and what to do where Terraform's order is in the
// way.
func TestDeletionWhileASigningSecretRefersToIt(t *testing.T) {
	f, tf := created(t, base())
	f.secrets = 1
	before := tf.State
	core.Must(t, tf.PlanDestroy().Diags)
	core.Says(t, tf.Destroy().Errors(), "in use by 1 signing secret", "create_before_destroy")
	if f.endpoint == nil || !tf.State.Equal(before) {
		t.Error("it is gone all the same")
	}
	// A replacement deletes first, and fails the same way: the old endpoint stays in the state.
	d := tf.Apply(tf.Plan(base().With("connector_id", "con_2")), nil)
	if core.Says(t, d.Errors(), "create_before_destroy"); !tf.State.Equal(before) {
		t.Errorf("the state has changed: %s", tf.State)
	}
	f.secrets = 0
	if core.Must(t, tf.Destroy()); f.endpoint != nil {
		t.Error("not destroyed")
	}
}

func TestDeletedOutside(t *testing.T) {
	f, tf := created(t, base())
	before := tf.State
	f.endpoint = nil
	if core.Must(t, tf.Refresh()); !tf.State.IsNull() {
		t.Error("a deleted endpoint stays")
	}
	tf.State = before
	core.Must(t, tf.Destroy()) // gone already is what was wanted
	p := tf.Plan(base())
	tf.Expect(p.Planned, "id=<unknown>")
	core.Must(t, tf.Apply(p, nil))

	// Deleted after the plan: the change fails, and the next plan makes it anew.
	p = tf.Plan(base().With("description", "new"))
	f.endpoint = nil
	core.Says(t, tf.Apply(p, nil).Errors(), "deleted after the plan was made")
}

func TestNameTakenSaysHowToImport(t *testing.T) {
	f, _ := created(t, base())
	other := newTerraform(t, f)
	core.Says(
		t,
		other.Apply(other.Plan(base()), nil).Errors(),
		`AttributeName("name")`,
		"terraform import quickconnect_webhook_endpoint.LABEL orders",
	)
	if !other.State.IsNull() {
		t.Error("the other endpoint was taken over")
	}
}

func TestImport(t *testing.T) {
	full := base().With("description", "").
		With("labels", map[string]any{}).
		With("event_types", []string{"message.delivered"}).
		With("enabled", false)
	f, _ := created(t, full)
	for _, id := range []string{theID, "orders"} {
		tf := newTerraform(t, f)
		core.Must(t, tf.Import(id))
		core.Silent(t, tf, full)
	}
	for _, id := range []string{"wep_99", "nobody", "No Name", "con_01", ""} {
		if newTerraform(t, f).Import(id).Errors() == "" {
			t.Errorf("import of %q worked", id)
		}
	}
}

func TestUnconfiguredProvider(t *testing.T) {
	f, tf := created(t, base())
	waiting := newTerraformOn(t, tfkit.NotConfigured("token"))
	core.Must(t, waiting.Plan(base()).Diags)
	waiting.State, waiting.Private = tf.State, tf.Private
	core.Says(t, waiting.Refresh().Errors(), "token is unknown")
	core.Says(t, waiting.Destroy().Errors(), "token is unknown")
	core.Says(t, waiting.Import("orders").Errors(), "token is unknown")
	if f.endpoint == nil || len(f.writes) != 0 {
		t.Errorf("the platform was asked %v", f.writes)
	}
}
