// Package sink is a Terraform provider for tests: it stands for whatever a user hands a secret to (Vault, a cloud's
// secret manager), takes the secret in a write-only argument, and writes down what it received.
package sink

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Address is where configurations find the provider; the CLI configuration of the tests overrides it.
const Address = "registry.terraform.io/quickconnect/sink"

// New returns the provider.
func New() provider.Provider { return sinkProvider{} }

type sinkProvider struct{}

var _ provider.ProviderWithEphemeralResources = sinkProvider{}

func (sinkProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "sink"
}

func (sinkProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{}
}

func (sinkProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (sinkProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return secretResource{} }}
}

func (sinkProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{func() ephemeral.EphemeralResource { return generatedEphemeral{} }}
}

func (sinkProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }
