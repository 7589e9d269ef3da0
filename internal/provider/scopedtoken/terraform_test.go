package scopedtoken

import (
	"context"
	"strings"
	"testing"

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

// oneNoun is a provider with this package's types only.
type oneNoun struct{ platform *tfkit.Platform }

func (p oneNoun) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "quickconnect"
}

func (p oneNoun) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (p oneNoun) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	resp.ResourceData, resp.DataSourceData, resp.EphemeralResourceData = p.platform, p.platform, p.platform
}

func (p oneNoun) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{NewResource}
}

func (p oneNoun) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{NewDataSource}
}

func (p oneNoun) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{NewEphemeralResource}
}

func baseConfig() core.Config {
	return core.Config{"name": "notifier", "owner": "team-a", "connector_id": "con_1", "scopes": []string{"messages:send"}, "rotation_policy_id": "pol_1"}
}

func newTerraform(t *testing.T, f *fake) *core.Terraform {
	t.Helper()
	return newTerraformAs(t, f, api.Identity{Tenant: "acme", Environment: "staging", Role: api.RoleDeployer, Name: "ci"})
}

func newTerraformAs(t *testing.T, f *fake, identity api.Identity) *core.Terraform {
	t.Helper()
	c, err := client.New(client.Config{Endpoint: f.url, Token: secret.New("qcp_test")})
	if err != nil {
		t.Fatal(err)
	}
	p, err := tfkit.NewPlatform(c, identity)
	if err != nil {
		t.Fatal(err)
	}
	return newTerraformOn(t, p)
}

func newTerraformOn(t *testing.T, p *tfkit.Platform) *core.Terraform {
	t.Helper()
	return core.New(t, oneNoun{p}, core.Config{}, typeName)
}

// created is a token of version 1, applied and stable.
func created(t *testing.T, c core.Config) (*fake, *core.Terraform) {
	t.Helper()
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.Run(c)
	f.writes()
	return f, tf
}

// must applies a plan and wants no error.
func must(t *testing.T, d core.Diags) {
	t.Helper()
	if errs := d.Errors(); errs != "" {
		t.Fatal(errs)
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
