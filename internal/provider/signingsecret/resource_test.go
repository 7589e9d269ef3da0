package signingsecret

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func TestEveryAttributeThereAndBack(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	full := suppliedConfig("a").With("description", "").With("labels", tftest.Triggers()).With("secret_wo_version", 7).
		With("rotate_when_changed", tftest.Triggers("a", "1")).With("minimum_version", 3).With("deletion_protection", true)
	p := tf.Plan(full)
	tf.Expect(p.Planned, "version=<unknown>", "rotation=<unknown>", "id=<unknown>", "secret_digest=<unknown>", "public_keys=<unknown>", "secret_wo=<null>", "algorithm=hmac-sha256")
	keeps(t, tf, p, nil)
	wrote(t, f, "POST  sends a")
	tftest.Silent(t, tf, full)
	tf.Expect(tf.State, "description=", "version=3", "rotation.phase=stable", "rotation.next_version=4", "public_keys=<null>", "secret_wo=<null>", "secret_wo_version=7",
		"tenant=acme", "environment=staging", "created_at=2026-05-01T00:00:00Z", "secret_digest="+f.digests[3])

	// Null and empty are not the same, in both directions. The secret stays: leaving it out takes nothing away.
	bare := baseConfig().With("deletion_protection", false)
	tf.Run(bare)
	wrote(t, f, "PATCH /sec_01")
	tftest.Silent(t, tf, baseConfig())
	tf.Expect(tf.State, "description=<null>", "labels=<null>", "rotate_when_changed=<null>", "minimum_version=<null>", "secret_wo_version=<null>", "deletion_protection=false", "secret_digest="+f.digests[3])

	changed := baseConfig().With("name", "other").With("owner", "team-b").With("rotation_policy_id", "pol_2")
	tf.Run(changed)
	tftest.Silent(t, tf, changed)
	tftest.Must(t, tf.Destroy())
	if f.Exists || !tf.State.IsNull() {
		t.Error("not destroyed")
	}
}

func TestInvalidConfigurationIsAnErrorOfThePlanOnTheAttribute(t *testing.T) {
	tf := newTerraform(t, newFake(t))
	for name, c := range map[string]struct {
		config    tftest.Config
		attribute string
	}{
		"name":                    {baseConfig().With("name", "Not A Name"), "name"},
		"owner":                   {baseConfig().With("owner", "a@"), "owner"},
		"a name for the endpoint": {baseConfig().With("endpoint_id", "orders"), "endpoint_id"},
		"a name for the policy":   {baseConfig().With("rotation_policy_id", "quarterly"), "rotation_policy_id"},
		"no policy":               {baseConfig().With("rotation_policy_id", nil), "rotation_policy_id"},
		"algorithm":               {baseConfig().With("algorithm", "rsa"), "algorithm"},
		"secret":                  {baseConfig().With("secret_wo", "whsec_canary"), "secret_wo"},
		"empty secret":            {baseConfig().With("secret_wo", ""), "secret_wo"},
		"secret for a key pair":   {ed25519Config().With("secret_wo", whsec("a")), "secret_wo"},
		"number":                  {baseConfig().With("secret_wo_version", 0), "secret_wo_version"},
		"minimum_version":         {baseConfig().With("minimum_version", 0), "minimum_version"},
		"null trigger":            {baseConfig().With("rotate_when_changed", map[string]any{"a": nil}), "rotate_when_changed"},
	} {
		t.Run(name, func(t *testing.T) {
			errs := tf.Plan(c.config).Diags.Errors()
			tftest.Says(t, errs, `AttributeName("`+c.attribute+`")`)
			sayNothingOf(t, errs, "whsec_canary", whsec("a"))
		})
	}
	for name, c := range map[string]tftest.Config{
		"unknown endpoint":                 baseConfig().With("endpoint_id", tftypes.UnknownValue),
		"unknown policy":                   baseConfig().With("rotation_policy_id", tftypes.UnknownValue),
		"unknown algorithm":                suppliedConfig("a").With("algorithm", tftypes.UnknownValue),
		"unknown secret":                   baseConfig().With("secret_wo", tftypes.UnknownValue),
		"unknown number":                   suppliedConfig("a").With("secret_wo_version", tftypes.UnknownValue),
		"what may be none, for a key pair": ed25519Config().With("secret_wo", tftypes.UnknownValue),
	} {
		t.Run(name, func(t *testing.T) { tftest.Must(t, tf.Plan(c).Diags) })
	}
}

// An unknown secret may turn out to be empty. Sent as none, it would have the platform make a secret that the configuration knows nothing of.
func TestAnEmptySecretAtTheApplyIsRefused(t *testing.T) {
	for _, ok := range []types.String{types.StringNull(), types.StringUnknown(), types.StringValue(whsec("a"))} {
		var diags diag.Diagnostics
		if checkConfigured(&diags, ok); diags.HasError() {
			t.Errorf("%s is refused: %v", ok, diags)
		}
	}
	var diags diag.Diagnostics
	if checkConfigured(&diags, types.StringValue("")); !diags.HasError() {
		t.Error("an empty secret counts as none")
	}
	tf := newTerraform(t, newFake(t))
	tftest.Says(t, tf.Apply(tf.Plan(baseConfig().With("secret_wo", tftypes.UnknownValue)), baseConfig().With("secret_wo", "")).Errors(), `AttributeName("secret_wo")`)
}

func TestDeletionProtection(t *testing.T) {
	c := baseConfig().With("deletion_protection", true)
	f, tf := created(t, c)
	tftest.Says(t, tf.PlanDestroy().Diags.Errors(), `AttributeName("deletion_protection")`, "apply that first")
	for name, replaced := range map[string]tftest.Config{
		"endpoint": c.With("endpoint_id", "wep_2"), "unknown endpoint": c.With("endpoint_id", tftypes.UnknownValue).With("deletion_protection", false), "algorithm": c.With("algorithm", "ed25519"),
	} {
		t.Run(name, func(t *testing.T) {
			tftest.Says(t, tf.Plan(replaced).Diags.Errors(), `AttributeName("deletion_protection")`, "replaces")
		})
	}
	tftest.Says(t, tf.Destroy().Errors(), "Protected from deletion") // the platform's own, should a plan be older than the protection
	f.Writes()
	tf.Run(c.With("deletion_protection", false))
	tftest.Must(t, tf.PlanDestroy().Diags)
	if tftest.Must(t, tf.Destroy()); f.Exists {
		t.Error("not destroyed")
	}
}

func TestReplacementKnowsNothingOfTheNewSecret(t *testing.T) {
	for name, c := range map[string]struct {
		before, after tftest.Config
		warns         string
	}{
		"another endpoint":  {baseConfig(), baseConfig().With("endpoint_id", "wep_2"), ""},
		"another algorithm": {suppliedConfig("a"), ed25519Config(), "add a second signing secret"},
	} {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, c.before)
			f.Highest = 1
			f.Clock.Advance(90 * day) // begin is due: not for a secret that goes
			p := tf.Plan(c.after)
			if !p.Replaces {
				t.Fatal("not replaced")
			}
			if w := p.Diags.Warnings(); strings.Contains(w, "Rotation") || (w == "") != (c.warns == "") || !strings.Contains(w, c.warns) {
				t.Errorf("warns: %s", w)
			}
			tf.Expect(p.Planned, "version=<unknown>", "rotation=<unknown>", "id=<unknown>", "secret_digest=<unknown>", "public_keys=<unknown>")
			keeps(t, tf, p, nil)
			tf.Expect(tf.State, "version=2", "secret_digest=<null>")
		})
	}
}

func TestDeletedOutsideIsCreatedAnewWithTheNextNumber(t *testing.T) {
	c := suppliedConfig("a")
	f, tf := created(t, c)
	f.Exists, f.Highest = false, 1
	p := tf.Plan(c)
	tf.Expect(p.Planned, "version=<unknown>", "id=<unknown>")
	keeps(t, tf, p, nil)
	wrote(t, f, "POST  sends a")
	tf.Expect(tf.State, "version=2")
	f.Exists = false
	tftest.Must(t, tf.Destroy()) // gone already is what was wanted
}

func TestNameTakenSaysHowToImport(t *testing.T) {
	f, _ := created(t, baseConfig())
	other := newTerraform(t, f)
	tftest.Says(t, other.Apply(other.Plan(suppliedConfig("a")), nil).Errors(), `AttributeName("name")`, "terraform import quickconnect_webhook_signing_secret.LABEL orders")
	if !other.State.IsNull() {
		t.Error("the other signing secret was taken over")
	}
}

func TestImport(t *testing.T) {
	full := ed25519Config().With("description", "").With("rotate_when_changed", tftest.Triggers("a", "1")).With("minimum_version", 3).With("deletion_protection", true).With("labels", tftest.Triggers())
	f, _ := created(t, full)
	for _, id := range []string{secretID, "orders"} {
		t.Run(id, func(t *testing.T) {
			tf := newTerraform(t, f)
			tftest.Must(t, tf.Import(id))
			tftest.Silent(t, tf, full)
			// What the import stored is enough for a step.
			tf.Run(full.With("minimum_version", f.Cred.NextVersion()))
			tf.Run(full.With("minimum_version", 3)) // back, for the next case
		})
	}
	for _, id := range []string{"sec_99", "nobody", "No Name", "tok_01"} {
		if newTerraform(t, f).Import(id).Errors() == "" {
			t.Errorf("import of %q worked", id)
		}
	}
}

func TestWhileTheProviderIsNotConfigured(t *testing.T) {
	f, tf := created(t, baseConfig())
	waiting := newTerraformOn(t, tfkit.NotConfigured("token"))
	tftest.Must(t, waiting.Plan(suppliedConfig("a")).Diags)
	waiting.State, waiting.Private = tf.State, tf.Private
	tftest.Says(t, waiting.Refresh().Errors(), "token is unknown")
	tftest.Says(t, waiting.Import("orders").Errors(), "token is unknown")
	if _, d := waiting.Open(tftest.Config{"id": secretID}); d.Errors() == "" {
		t.Error("opened without a platform")
	}
	wrote(t, f)
}
