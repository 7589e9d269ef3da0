package provider

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/run"
)

// Serve serves the provider to Terraform until Terraform closes it, and then ends its runs.
func Serve(ctx context.Context, address, version string, debug bool) error {
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	served := New(version)()
	err := tf6server.Serve(address, func() tfprotov6.ProviderServer { return NewServer(served) }, options...)
	Close(ctx, served)
	return err
}

// Close says that Terraform has closed a provider.
func Close(ctx context.Context, p provider.Provider) {
	if q, ok := p.(*quickconnect); ok {
		ctx, cancel := context.WithTimeout(ctx, run.EndTimeout)
		defer cancel()
		q.Close(ctx)
	}
}

// protocol has every service of the protocol that the framework implements. tf6server finds the last three by these
// interfaces; a later version moves their methods into the first one.
type protocol interface {
	tfprotov6.ProviderServer
	tfprotov6.ProviderServerWithListResource //nolint:staticcheck // see above
	tfprotov6.ProviderServerWithActions      //nolint:staticcheck // see above
	tfprotov6.ProviderServerWithStateStores  //nolint:staticcheck // see above
}

// server tells the provider when Terraform stops it, where the framework only cancels the requests in flight. It makes
// generated configurations shorter, and answers a refresh that finds nothing new without the framework.
type server struct {
	protocol
	provider  *quickconnect
	listed    sync.Once                         // fills refreshed, at the first read
	refreshed map[string]func() tfkit.Refreshed // the resources that can be read without the framework, by their type
}

// NewServer serves a provider.
func NewServer(p provider.Provider) tfprotov6.ProviderServer {
	inner := providerserver.NewProtocol6(p)()
	q, ours := p.(*quickconnect)
	all, complete := inner.(protocol)
	if !ours || !complete {
		return inner
	}
	return &server{protocol: all, provider: q}
}

// Server serves the provider.
func (p *quickconnect) Server() tfprotov6.ProviderServer { return NewServer(p) }

// StopProvider is called when the user interrupts Terraform.
func (s *server) StopProvider(
	ctx context.Context, req *tfprotov6.StopProviderRequest,
) (*tfprotov6.StopProviderResponse, error) {
	s.provider.Stop()
	return s.protocol.StopProvider(ctx, req)
}
