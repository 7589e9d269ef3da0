package signingsecret

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const day = 24 * time.Hour

// oneNoun is a provider with this package's types only.
type oneNoun struct{ platform *tfkit.Platform }

func (p oneNoun) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "quickconnect"
}

func (p oneNoun) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (p oneNoun) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	resp.ResourceData, resp.EphemeralResourceData = p.platform, p.platform
}

func (p oneNoun) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{NewResource}
}

func (p oneNoun) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (p oneNoun) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{NewEphemeralResource}
}

func baseConfig() core.Config {
	return core.Config{"name": "orders", "owner": "team-a", "endpoint_id": "wep_1", "rotation_policy_id": "pol_1"}
}

func ed25519Config() core.Config { return baseConfig().With("algorithm", api.AlgorithmEd25519) }

// suppliedConfig has the secret of this letter.
func suppliedConfig(letter string) core.Config { return baseConfig().With("secret_wo", whsec(letter)) }

func newTerraform(t *testing.T, f *fake) *core.Terraform {
	t.Helper()
	return newTerraformOn(t, platformAt(t, f.url, "staging", 0))
}

// platformAt is a platform at this URL; a timeout of 0 is the client's own.
func platformAt(t *testing.T, url, environment string, timeout time.Duration) *tfkit.Platform {
	t.Helper()
	c, err := client.New(client.Config{Endpoint: url, Token: secret.New("qcp_canary"), RequestTimeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	p, err := tfkit.NewPlatform(c, api.Identity{
		Tenant: "acme", Environment: environment, Role: api.RoleDeployer, Name: "ci",
		ComparisonKey: &api.ComparisonKey{Number: 1, Key: secret.New(base64.StdEncoding.EncodeToString(comparisonKey))},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func newTerraformOn(t *testing.T, p *tfkit.Platform) *core.Terraform {
	t.Helper()
	return core.New(t, oneNoun{p}, core.Config{}, typeName)
}

// created is a signing secret of version 1, applied and stable.
func created(t *testing.T, c core.Config) (*fake, *core.Terraform) {
	t.Helper()
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.Run(c)
	f.writes()
	return f, tf
}

// must wants no error.
func must(t *testing.T, d core.Diags) {
	t.Helper()
	if errs := d.Errors(); errs != "" {
		t.Fatal(errs)
	}
}

// promised are the attributes of which a plan may promise something that only the platform can keep.
var promised = []string{
	"version", "secret_digest", "public_keys", "rotation.phase", "rotation.due", "rotation.acknowledged", "rotation.reason", "rotation.requires_acknowledgement",
	"rotation.current_version", "rotation.pending_version", "rotation.previous_version", "rotation.next_version",
	"rotation.pending_expires_at", "rotation.previous_expires_at", "rotation.last_rotated_at", "rotation.next_rotation_at",
}

// keeps applies a plan and wants the platform, asked anew, to have every value that the plan promised: a state that only repeats the promise
// would hide that it was a wrong one.
func keeps(t *testing.T, tf *core.Terraform, p core.Plan, known core.Config) {
	t.Helper()
	must(t, tf.Apply(p, known))
	must(t, tf.Refresh())
	for _, name := range promised {
		if want := tf.Get(p.Planned, name); want != "<unknown>" && tf.Get(tf.State, name) != want {
			t.Errorf("%s was planned as %s, and the platform has %s", name, want, tf.Get(tf.State, name))
		}
	}
}

func empty(t *testing.T, tf *core.Terraform, c core.Config) core.Plan {
	t.Helper()
	p := tf.Plan(c)
	if p.Diags.Errors() != "" || p.Changes {
		t.Fatalf("the plan is not empty: %s %s", p.Diags.Errors(), p.Planned)
	}
	return p
}

func silent(t *testing.T, tf *core.Terraform, c core.Config) {
	t.Helper()
	if p := empty(t, tf, c); len(p.Diags) != 0 {
		t.Fatalf("a plan with nothing to do is not silent: %s", p.Diags.Warnings())
	}
}

func says(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not in:\n%s", w, text)
		}
	}
}

func wrote(t *testing.T, f *fake, want ...string) {
	t.Helper()
	if got := f.writes(); !slices.Equal(got, want) {
		t.Errorf("the platform was asked %q, want %q", got, want)
	}
}

func triggers(kv ...string) map[string]any {
	out := map[string]any{}
	for i := 0; i < len(kv); i += 2 {
		out[kv[i]] = kv[i+1]
	}
	return out
}

// sayNothingOf wants none of the secrets in a text.
func sayNothingOf(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(text, s) {
			t.Errorf("a secret is in:\n%s", text)
		}
	}
}
