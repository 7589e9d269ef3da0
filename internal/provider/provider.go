// Package provider is the Terraform side: the provider itself, and one package per kind of object below it.
package provider

import (
	"context"
	"os"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/accesstoken"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/actions"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/auditevent"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/connector"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/environmentpolicy"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/guardrailexemption"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/identity"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/inventory"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/principal"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rolebinding"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rotationpolicy"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/scopedtoken"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/signingsecret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/webhookendpoint"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/webhooksignature"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/workloadidentity"
)

var (
	_ provider.Provider                       = (*quickconnect)(nil)
	_ provider.ProviderWithEphemeralResources = (*quickconnect)(nil)
	_ provider.ProviderWithFunctions          = (*quickconnect)(nil)
	_ provider.ProviderWithActions            = (*quickconnect)(nil)
	_ provider.ProviderWithListResources      = (*quickconnect)(nil)
)

// typePrefix begins the name of every type.
const typePrefix = "quickconnect"

type quickconnect struct {
	version string
	getenv  func(string) string
	clock   clock.Clock

	mu      sync.Mutex
	session *tfkit.Session // of the last Configure that can call; nil before

	provided atomic.Pointer[tfkit.Session] // what the last Configure gave to the resources; nil where it failed
}

// New returns the constructor of the provider. version is part of the user agent.
func New(version string) func() provider.Provider { return NewIn(os.Getenv, version) }

// NewIn returns the constructor of a provider that looks environment variables up with getenv, for tests.
func NewIn(getenv func(string) string, version string) func() provider.Provider {
	return NewAt(clock.System(), getenv, version)
}

// NewAt returns the constructor of a provider whose access tokens live by a clock, for tests.
func NewAt(c clock.Clock, getenv func(string) string, version string) func() provider.Provider {
	return func() provider.Provider { return &quickconnect{version: version, getenv: getenv, clock: c} }
}

// configured takes the place of an earlier Configure, whose run ends: no object is created in it any more. Terraform
// configures an instance once; a provider in debug mode serves one command after the other.
func (p *quickconnect) configured(ctx context.Context, session *tfkit.Session) {
	p.mu.Lock()
	before := p.session
	p.session = session
	p.mu.Unlock()
	if before != nil {
		go before.Close(context.WithoutCancel(ctx))
	}
}

func (p *quickconnect) current() *tfkit.Session {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.session
}

// Stop says that the user has interrupted Terraform.
func (p *quickconnect) Stop() {
	if session := p.current(); session != nil {
		session.Interrupt()
	}
}

// Close says that Terraform has closed the provider. It waits until the platform knows it, or until the context ends.
func (p *quickconnect) Close(ctx context.Context) {
	if session := p.current(); session != nil {
		session.Close(ctx)
	}
}

func (p *quickconnect) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = typePrefix
	resp.Version = p.version
}

func (p *quickconnect) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = configurationSchema()
}

func (p *quickconnect) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		connector.NewResource,
		environmentpolicy.NewResource,
		guardrailexemption.NewResource,
		rolebinding.NewResource,
		rotationpolicy.NewResource,
		scopedtoken.NewResource,
		webhookendpoint.NewResource,
		signingsecret.NewResource,
		workloadidentity.NewResource,
	}
}

func (p *quickconnect) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		connector.NewListResource,
		rotationpolicy.NewListResource,
		scopedtoken.NewListResource,
		webhookendpoint.NewListResource,
		signingsecret.NewListResource,
		workloadidentity.NewListResource,
	}
}

func (p *quickconnect) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		auditevent.NewListDataSource,
		inventory.NewListDataSource,
		connector.NewDataSource, connector.NewListDataSource,
		identity.NewDataSource,
		principal.NewListDataSource,
		rotationpolicy.NewDataSource, rotationpolicy.NewListDataSource,
		scopedtoken.NewDataSource, scopedtoken.NewListDataSource,
		webhookendpoint.NewDataSource, webhookendpoint.NewListDataSource,
		signingsecret.NewDataSource, signingsecret.NewListDataSource,
		workloadidentity.NewDataSource, workloadidentity.NewListDataSource,
	}
}

func (p *quickconnect) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{
		scopedtoken.NewEphemeralResource, signingsecret.NewEphemeralResource, accesstoken.NewEphemeralResource,
	}
}

func (p *quickconnect) Functions(context.Context) []func() function.Function {
	return []func() function.Function{webhooksignature.NewSign, webhooksignature.NewVerify}
}

func (p *quickconnect) Actions(context.Context) []func() action.Action { return actions.All() }
