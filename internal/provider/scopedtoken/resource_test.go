package scopedtoken

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

func TestEveryAttributeThereAndBack(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	full := baseConfig().with("description", "").with("labels", triggers()).with("allowed_cidrs", []string{"192.0.2.0/24", "2001:db8::/32"}).
		with("expires_at", "2030-01-01T00:00:00+01:00").with("rotate_when_changed", triggers("a", "1")).with("minimum_version", 3).with("deletion_protection", true)
	p := tf.plan(full)
	tf.expect(p.planned, "version=<unknown>", "rotation=<unknown>", "id=<unknown>")
	if errs := tf.apply(p, nil).errors(); errs != "" {
		t.Fatal(errs)
	}
	silent(t, tf, full)
	tf.expect(tf.state, "description=", "expires_at=2030-01-01T00:00:00+01:00", "version=3", "deletion_protection=true")

	// Null and empty are not the same, in both directions.
	bare := baseConfig().with("deletion_protection", false)
	tf.run(bare)
	silent(t, tf, baseConfig())
	tf.expect(tf.state, "description=<null>", "labels=<null>", "allowed_cidrs=<null>", "expires_at=<null>", "rotate_when_changed=<null>", "minimum_version=<null>", "deletion_protection=false")

	changed := baseConfig().with("name", "other").with("owner", "team-b").with("scopes", []string{"messages:read", "messages:send"}).with("expires_at", "2031-01-01T00:00:00Z").with("rotation_policy_id", nil)
	tf.run(changed)
	silent(t, tf, changed)
}

func TestInvalidConfigurationIsAnErrorOfThePlanOnTheAttribute(t *testing.T) {
	tf := newTerraform(t, newFake(t))
	for name, c := range map[string]struct {
		config    config
		attribute string
	}{
		"name":                     {baseConfig().with("name", "Not A Name"), "name"},
		"no scopes":                {baseConfig().with("scopes", []string{}), "scopes"},
		"malformed scope":          {baseConfig().with("scopes", []string{"messages:send", "Send!"}), "scopes"},
		"neither policy nor end":   {baseConfig().with("rotation_policy_id", nil), "rotation_policy_id"},
		"no date":                  {baseConfig().with("expires_at", "tomorrow"), "expires_at"},
		"no range":                 {baseConfig().with("allowed_cidrs", []string{"10.0.0.1/8"}), "allowed_cidrs"},
		"minimum_version":          {baseConfig().with("minimum_version", 0), "minimum_version"},
		"a name for the policy":    {baseConfig().with("rotation_policy_id", "quarterly"), "rotation_policy_id"},
		"a name for the connector": {baseConfig().with("connector_id", "slack"), "connector_id"},
		"owner":                    {baseConfig().with("owner", "a@"), "owner"},
		"null trigger":             {baseConfig().with("rotate_when_changed", map[string]any{"a": nil}), "rotate_when_changed"},
	} {
		t.Run(name, func(t *testing.T) {
			says(t, tf.plan(c.config).diags.errors(), `AttributeName("`+c.attribute+`")`)
		})
	}
	for name, c := range map[string]config{
		"unknown policy":       baseConfig().with("rotation_policy_id", tftypes.UnknownValue),
		"unknown end":          baseConfig().with("rotation_policy_id", nil).with("expires_at", tftypes.UnknownValue),
		"only an end":          baseConfig().with("rotation_policy_id", nil).with("expires_at", "2030-01-01T00:00:00Z"),
		"unknown scope":        baseConfig().with("scopes", tftypes.UnknownValue),
		"unknown connector id": baseConfig().with("connector_id", tftypes.UnknownValue),
	} {
		t.Run(name, func(t *testing.T) {
			if errs := tf.plan(c).diags.errors(); errs != "" {
				t.Fatal(errs)
			}
		})
	}
}

func TestDeletionProtection(t *testing.T) {
	c := baseConfig().with("deletion_protection", true)
	f, tf := created(t, c)
	null := tftypes.NewValue(tf.typ, nil)
	says(t, tf.planFrom(null, tf.state, tf.private).diags.errors(), `AttributeName("deletion_protection")`, "apply that first")
	says(t, tf.plan(c.with("connector_id", "con_2")).diags.errors(), `AttributeName("deletion_protection")`)
	says(t, tf.plan(c.with("connector_id", tftypes.UnknownValue).with("deletion_protection", false)).diags.errors(), `AttributeName("deletion_protection")`)
	wrote(t, f)
	tf.run(c.with("deletion_protection", false))
	if errs := tf.planFrom(null, tf.state, tf.private).diags.errors(); errs != "" {
		t.Fatal(errs)
	}
	if errs := tf.destroy().errors(); errs != "" || f.exists {
		t.Fatalf("not destroyed: %s", errs)
	}
}

func TestReplacementKnowsNothingOfTheNewToken(t *testing.T) {
	f, tf := created(t, baseConfig())
	f.highest = 1
	f.clock.Advance(90 * day) // begin is due: not for a token that goes
	p := tf.plan(baseConfig().with("connector_id", "con_2"))
	if !p.replaces {
		t.Fatal("not replaced")
	}
	if w := p.diags.warnings(); w != "" {
		t.Errorf("warns about the token that goes: %s", w)
	}
	tf.expect(p.planned, "version=<unknown>", "rotation=<unknown>", "id=<unknown>")
	if errs := tf.apply(p, nil).errors(); errs != "" {
		t.Fatal(errs)
	}
	tf.expect(tf.state, "version=2", "connector_id=con_2")
}

func TestOnlyANotFoundOfThePlatformRemovesTheToken(t *testing.T) {
	f, tf := created(t, baseConfig())
	for _, code := range []string{api.CodeUnauthenticated, api.CodeForbidden, api.CodeConflict, api.CodeInvalid} {
		f.refuse["GET"] = api.Problem{Code: code}
		if errs := tf.refresh().errors(); errs == "" || tf.state.IsNull() {
			t.Errorf("%s: %q, state gone: %v", code, errs, tf.state.IsNull())
		}
	}
	clear(f.refuse)

	proxy := httptest.NewServer(http.NotFoundHandler())
	defer proxy.Close()
	behind := newTerraform(t, &fake{url: proxy.URL})
	behind.state, behind.private = tf.state, tf.private
	if errs := behind.refresh().errors(); errs == "" || behind.state.IsNull() {
		t.Errorf("a proxy's 404 removed the token: %q", errs)
	}

	elsewhere := newTerraformAs(t, f, api.Identity{Tenant: "acme", Environment: "production"})
	elsewhere.state, elsewhere.private = tf.state, tf.private
	f.exists = false
	says(t, elsewhere.refresh().errors(), "staging", "production")
	says(t, elsewhere.destroy().errors(), "staging", "production")
	if elsewhere.state.IsNull() {
		t.Error("a token of another environment is taken for gone")
	}

	if errs := tf.refresh().errors(); errs != "" || !tf.state.IsNull() {
		t.Errorf("a deleted token stays: %q", errs)
	}
}

func TestDeletedOutsideIsCreatedAnewWithTheNextNumber(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.exists, f.highest = false, 1
	p := tf.plan(c)
	tf.expect(p.planned, "version=<unknown>", "id=<unknown>")
	if errs := tf.apply(p, nil).errors(); errs != "" {
		t.Fatal(errs)
	}
	tf.expect(tf.state, "version=2")
}

func TestNameTakenSaysHowToImport(t *testing.T) {
	f, _ := created(t, baseConfig())
	other := newTerraform(t, f)
	d := other.apply(other.plan(baseConfig()), nil)
	says(t, d.errors(), `AttributeName("name")`, "terraform import quickconnect_scoped_token.LABEL notifier")
	if !other.state.IsNull() {
		t.Error("the other token was taken over")
	}
}

func TestImport(t *testing.T) {
	full := baseConfig().with("description", "").with("expires_at", "2030-01-01T00:00:00+01:00").with("rotate_when_changed", triggers("a", "1")).
		with("minimum_version", 3).with("deletion_protection", true).with("labels", triggers())
	f, _ := created(t, full)
	for _, id := range []string{tokenID, "notifier"} {
		t.Run(id, func(t *testing.T) {
			tf := newTerraform(t, f)
			r, err := tf.server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: id})
			if err != nil || len(r.Diagnostics) > 0 {
				t.Fatal(err, diags(r.Diagnostics).errors())
			}
			tf.state, tf.private = tf.value(r.ImportedResources[0].State), r.ImportedResources[0].Private
			silent(t, tf, full)
			// What the import stored is enough for a step.
			tf.run(full.with("minimum_version", f.cred.NextVersion()))
			tf.run(full.with("minimum_version", 3)) // back, for the next case
		})
	}
	for _, id := range []string{"tok_99", "nobody", "No Name"} {
		tf := newTerraform(t, f)
		r, err := tf.server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: id})
		if err != nil || diags(r.Diagnostics).errors() == "" {
			t.Errorf("import of %q: %v, %v", id, err, r.Diagnostics)
		}
	}
}

func TestWhileTheProviderIsNotConfigured(t *testing.T) {
	f, tf := created(t, baseConfig())
	waiting := newTerraformOn(t, tfkit.NotConfigured("token"))
	if errs := waiting.plan(baseConfig()).diags.errors(); errs != "" {
		t.Fatalf("a creation cannot be planned: %s", errs)
	}
	waiting.state, waiting.private = tf.state, tf.private
	says(t, waiting.refresh().errors(), "token is unknown")
	if _, d := waiting.open(tokenID); d.errors() == "" {
		t.Error("opened without a platform")
	}
	wrote(t, f)
}
