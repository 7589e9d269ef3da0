// Package provider is the Terraform side: the provider itself, and one package per noun below it.
package provider

import (
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/connector"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/identity"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rotationpolicy"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/scopedtoken"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/signingsecret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/webhookendpoint"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/webhooksignature"
)

var (
	_ provider.Provider                       = (*quickconnect)(nil)
	_ provider.ProviderWithEphemeralResources = (*quickconnect)(nil)
	_ provider.ProviderWithFunctions          = (*quickconnect)(nil)
)

type quickconnect struct {
	version string
	getenv  func(string) string
}

// New returns what makes the provider; version goes into the user agent.
func New(version string) func() provider.Provider { return NewIn(os.Getenv, version) }

// NewIn returns what makes a provider that looks up environment variables with getenv. Tests use it.
func NewIn(getenv func(string) string, version string) func() provider.Provider {
	return func() provider.Provider { return &quickconnect{version: version, getenv: getenv} }
}

// Metadata says what the provider is called.
func (p *quickconnect) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "quickconnect"
	resp.Version = p.version
}

// Schema says what the provider takes.
func (p *quickconnect) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = configurationSchema()
}

// Resources lists the managed resources.
func (p *quickconnect) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		connector.NewResource,
		rotationpolicy.NewResource,
		scopedtoken.NewResource,
		webhookendpoint.NewResource,
		signingsecret.NewResource,
	}
}

// DataSources lists the data sources.
func (p *quickconnect) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		connector.NewDataSource,
		identity.NewDataSource,
		rotationpolicy.NewDataSource,
		scopedtoken.NewDataSource,
	}
}

// EphemeralResources lists the ephemeral resources.
func (p *quickconnect) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{scopedtoken.NewEphemeralResource, signingsecret.NewEphemeralResource}
}

// Functions lists the functions, which need no configuration of the provider.
func (p *quickconnect) Functions(context.Context) []func() function.Function {
	return []func() function.Function{webhooksignature.NewSign, webhooksignature.NewVerify}
}
