package fakes

import (
	"context"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Noun is a provider with the types of one noun only; those that it does not have are nil.
type Noun struct {
	Platform          *tfkit.Platform
	Resource          func() resource.Resource
	DataSource        func() datasource.DataSource
	EphemeralResource func() ephemeral.EphemeralResource
}

// Metadata names the provider.
func (n Noun) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "quickconnect"
}

// Schema has no arguments: the platform is there already.
func (n Noun) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

// Configure hands the platform to the types.
func (n Noun) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	resp.ResourceData, resp.DataSourceData, resp.EphemeralResourceData = n.Platform, n.Platform, n.Platform
}

// Resources are the resource.
func (n Noun) Resources(context.Context) []func() resource.Resource { return ifAny(n.Resource) }

// DataSources are the data source.
func (n Noun) DataSources(context.Context) []func() datasource.DataSource { return ifAny(n.DataSource) }

// EphemeralResources are the ephemeral resource.
func (n Noun) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return ifAny(n.EphemeralResource)
}

func ifAny[T any](f func() T) []func() T {
	if f == nil {
		return nil
	}
	return []func() T{f}
}

// Token is the provider's own in these tests; no message may show it.
const Token = "qcp_canary"

// Identity is that of a deployer of acme, in an environment.
func Identity(environment string) api.Identity {
	return api.Identity{
		Tenant: "acme", Environment: environment, Role: api.RoleDeployer, Name: "ci",
		PlatformID: "plt_01ARZ3NDEKTSV4RRFFQ69G5FAV", Incarnation: 1, RestoreConfirmed: true,
	}
}

// NewPlatform is what the resources get of a platform at this URL, under this identity; a timeout of 0 is the client's own.
func NewPlatform(t *testing.T, url string, identity api.Identity, timeout time.Duration) *tfkit.Platform {
	t.Helper()
	c, err := client.New(client.Config{Endpoint: url, Token: secret.New(Token), RequestTimeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	p, err := tfkit.NewPlatform(c, identity)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
