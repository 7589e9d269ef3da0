package scopedtoken

import (
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/fakes"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

func TestEveryAttributeRoundTrips(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	full := baseConfig().With("description", "").
		With("labels", core.Triggers()).
		With("allowed_cidrs", []string{"192.0.2.0/24", "2001:db8::/32"}).
		With("expires_at", "2030-01-01T00:00:00+01:00").
		With("rotate_when_changed", core.Triggers("a", "1")).
		With("minimum_version", 3).
		With("deletion_protection", true)
	p := tf.Plan(full)
	tf.Expect(p.Planned, "version=<unknown>", "rotation=<unknown>", "id=<unknown>")
	core.Must(t, tf.Apply(p, nil))
	core.Silent(t, tf, full)
	tf.Expect(tf.State, "description=", "expires_at=2030-01-01T00:00:00+01:00", "version=3", "deletion_protection=true")

	// Null and empty are not the same, in both directions.
	bare := baseConfig().With("deletion_protection", false)
	tf.Run(bare)
	core.Silent(t, tf, baseConfig())
	tf.Expect(
		tf.State,
		"description=<null>",
		"labels=<null>",
		"allowed_cidrs=<null>",
		"expires_at=<null>",
		"rotate_when_changed=<null>",
		"minimum_version=<null>",
		"deletion_protection=false",
	)

	changed := baseConfig().With("name", "other").
		With("owner", "team-b").
		With("scopes", []string{"messages:read", "messages:send"}).
		With("expires_at", "2031-01-01T00:00:00Z").
		With("rotation_policy_id", nil)
	tf.Run(changed)
	core.Silent(t, tf, changed)
}

func TestInvalidConfigurationFailsOnAttribute(t *testing.T) {
	tf := newTerraform(t, newFake(t))
	for name, c := range map[string]struct {
		config    core.Config
		attribute string
	}{
		"name":                     {baseConfig().With("name", "Not A Name"), "name"},
		"no scopes":                {baseConfig().With("scopes", []string{}), "scopes"},
		"malformed scope":          {baseConfig().With("scopes", []string{"messages:send", "Send!"}), "scopes"},
		"neither policy nor end":   {baseConfig().With("rotation_policy_id", nil), "rotation_policy_id"},
		"no date":                  {baseConfig().With("expires_at", "tomorrow"), "expires_at"},
		"no range":                 {baseConfig().With("allowed_cidrs", []string{"10.0.0.1/8"}), "allowed_cidrs"},
		"minimum_version":          {baseConfig().With("minimum_version", 0), "minimum_version"},
		"a name for the policy":    {baseConfig().With("rotation_policy_id", "quarterly"), "rotation_policy_id"},
		"a name for the connector": {baseConfig().With("connector_id", "slack"), "connector_id"},
		"owner":                    {baseConfig().With("owner", "a@"), "owner"},
		"null trigger": {
			baseConfig().With("rotate_when_changed", map[string]any{"a": nil}), "rotate_when_changed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			core.Says(t, tf.Plan(c.config).Diags.Errors(), `AttributeName("`+c.attribute+`")`)
		})
	}
	for name, c := range map[string]core.Config{
		"unknown policy":       baseConfig().With("rotation_policy_id", tftypes.UnknownValue),
		"unknown end":          baseConfig().With("rotation_policy_id", nil).With("expires_at", tftypes.UnknownValue),
		"only an end":          baseConfig().With("rotation_policy_id", nil).With("expires_at", "2030-01-01T00:00:00Z"),
		"unknown scope":        baseConfig().With("scopes", tftypes.UnknownValue),
		"unknown connector id": baseConfig().With("connector_id", tftypes.UnknownValue),
	} {
		t.Run(name, func(t *testing.T) {
			if errs := tf.Plan(c).Diags.Errors(); errs != "" {
				t.Fatal(errs)
			}
		})
	}
}

func TestDeletionProtection(t *testing.T) {
	c := baseConfig().With("deletion_protection", true)
	f, tf := created(t, c)
	core.Says(t, tf.PlanDestroy().Diags.Errors(), `AttributeName("deletion_protection")`, "apply that first")
	core.Says(t, tf.Plan(c.With("connector_id", "con_2")).Diags.Errors(), `AttributeName("deletion_protection")`)
	core.Says(
		t,
		tf.Plan(c.With("connector_id", tftypes.UnknownValue).With("deletion_protection", false)).Diags.Errors(),
		`AttributeName("deletion_protection")`,
	)
	wrote(t, f)
	tf.Run(c.With("deletion_protection", false))
	if errs := tf.PlanDestroy().Diags.Errors(); errs != "" {
		t.Fatal(errs)
	}
	if errs := tf.Destroy().Errors(); errs != "" || f.Exists {
		t.Fatalf("not destroyed: %s", errs)
	}
}

func TestReplacementPlansUnknownVersion(t *testing.T) {
	f, tf := created(t, baseConfig())
	f.Highest = 1
	f.Clock.Advance(90 * day) // begin is due: not for a token that goes
	p := tf.Plan(baseConfig().With("connector_id", "con_2"))
	if !p.Replaces {
		t.Fatal("not replaced")
	}
	if w := p.Diags.Warnings(); w != "" {
		t.Errorf("warns about the token that goes: %s", w)
	}
	tf.Expect(p.Planned, "version=<unknown>", "rotation=<unknown>", "id=<unknown>")
	core.Must(t, tf.Apply(p, nil))
	tf.Expect(tf.State, "version=2", "connector_id=con_2")
}

func TestOnlyPlatformNotFoundRemovesToken(t *testing.T) {
	f, tf := created(t, baseConfig())
	for _, code := range []string{api.CodeUnauthenticated, api.CodeForbidden, api.CodeConflict, api.CodeInvalid} {
		f.Refuse["GET"] = api.Problem{Code: code}
		if errs := tf.Refresh().Errors(); errs == "" || tf.State.IsNull() {
			t.Errorf("%s: %q, state gone: %v", code, errs, tf.State.IsNull())
		}
	}
	clear(f.Refuse)

	behind := newTerraformOn(t, fakes.NewPlatform(t, fakes.Serve(t, http.NotFound), fakes.Identity("staging"), 0))
	behind.State, behind.Private = tf.State, tf.Private
	if errs := behind.Refresh().Errors(); errs == "" || behind.State.IsNull() {
		t.Errorf("a proxy's 404 removed the token: %q", errs)
	}

	elsewhere := newTerraformOn(t, fakes.NewPlatform(t, f.URL, fakes.Identity("production"), 0))
	elsewhere.State, elsewhere.Private = tf.State, tf.Private
	f.Exists = false
	core.Says(t, elsewhere.Refresh().Errors(), "staging", "production")
	core.Says(t, elsewhere.Destroy().Errors(), "staging", "production")
	if elsewhere.State.IsNull() {
		t.Error("a token of another environment is taken for gone")
	}

	if errs := tf.Refresh().Errors(); errs != "" || !tf.State.IsNull() {
		t.Errorf("a deleted token stays: %q", errs)
	}
}

func TestDeletedOutsideIsRecreatedWithNextNumber(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.Exists, f.Highest = false, 1
	p := tf.Plan(c)
	tf.Expect(p.Planned, "version=<unknown>", "id=<unknown>")
	core.Must(t, tf.Apply(p, nil))
	tf.Expect(tf.State, "version=2")
}

func TestNameTakenSaysHowToImport(t *testing.T) {
	f, _ := created(t, baseConfig())
	other := newTerraform(t, f)
	d := other.Apply(other.Plan(baseConfig()), nil)
	core.Says(t, d.Errors(), `AttributeName("name")`, "terraform import quickconnect_scoped_token.LABEL notifier")
	if !other.State.IsNull() {
		t.Error("the other token was taken over")
	}
}

func TestImport(t *testing.T) {
	full := baseConfig().With("description", "").
		With("expires_at", "2030-01-01T00:00:00+01:00").
		With("rotate_when_changed", core.Triggers("a", "1")).
		With("minimum_version", 3).
		With("deletion_protection", true).
		With("labels", core.Triggers())
	f, _ := created(t, full)
	for _, id := range []string{tokenID, "notifier"} {
		t.Run(id, func(t *testing.T) {
			tf := newTerraform(t, f)
			core.Must(t, tf.Import(id))
			core.Silent(t, tf, full)
			// What the import stored is enough for a step.
			tf.Run(full.With("minimum_version", f.Cred.NextVersion()))
			tf.Run(full.With("minimum_version", 3)) // back, for the next case
		})
	}
	for _, id := range []string{"tok_99", "nobody", "No Name"} {
		tf := newTerraform(t, f)
		if tf.Import(id).Errors() == "" {
			t.Errorf("import of %q worked", id)
		}
	}
}

func TestUnconfiguredProvider(t *testing.T) {
	f, tf := created(t, baseConfig())
	waiting := newTerraformOn(t, tfkit.NotConfigured("token"))
	if errs := waiting.Plan(baseConfig()).Diags.Errors(); errs != "" {
		t.Fatalf("a creation cannot be planned: %s", errs)
	}
	waiting.State, waiting.Private = tf.State, tf.Private
	core.Says(t, waiting.Refresh().Errors(), "token is unknown")
	if _, d := waiting.Open(core.Config{"id": tokenID}); d.Errors() == "" {
		t.Error("opened without a platform")
	}
	wrote(t, f)
}
