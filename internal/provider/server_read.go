package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// refreshedOf returns the resources that can be read without the framework, by their type.
func refreshedOf(ctx context.Context, p *quickconnect) map[string]func() tfkit.Refreshed {
	out := map[string]func() tfkit.Refreshed{}
	for _, made := range p.Resources(ctx) {
		one, ok := made().(tfkit.Refreshed)
		if !ok {
			continue
		}
		var resp resource.MetadataResponse
		one.Metadata(ctx, resource.MetadataRequest{ProviderTypeName: typePrefix}, &resp)
		out[resp.TypeName] = func() tfkit.Refreshed {
			again, _ := made().(tfkit.Refreshed)
			return again
		}
	}
	return out
}

// ReadResource answers a read that finds nothing new with what Terraform has. The framework would decode it into
// values, and these into a model, and encode the same again: that takes most of the time of a refresh. It serves every
// other read.
func (s *server) ReadResource(
	ctx context.Context, req *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	ctx, identity := s.unchanged(ctx, req)
	if identity == nil {
		return s.protocol.ReadResource(ctx, req)
	}
	return &tfprotov6.ReadResourceResponse{
		NewState: req.CurrentState, Private: req.Private,
		NewIdentity: &tfprotov6.ResourceIdentityData{IdentityData: &tfprotov6.DynamicValue{MsgPack: identity}},
	}, nil
}

// unchanged returns the identity of an object of which Terraform has everything, and else the context with which the
// framework serves the request.
func (s *server) unchanged(ctx context.Context, req *tfprotov6.ReadResourceRequest) (context.Context, []byte) {
	s.listed.Do(func() { s.refreshed = refreshedOf(ctx, s.provider) })
	session, made := s.provider.provided.Load(), s.refreshed[req.TypeName]
	if session == nil || made == nil || req.CurrentState == nil {
		return ctx, nil
	}
	has := tfkit.Stored{State: req.CurrentState.MsgPack, Private: req.Private}
	if id := req.CurrentIdentity; id != nil {
		if id.IdentityData == nil || id.IdentityData.MsgPack == nil {
			return ctx, nil
		}
		has.Identity = id.IdentityData.MsgPack
	}
	one := made()
	var resp resource.ConfigureResponse
	if one.Configure(ctx, resource.ConfigureRequest{ProviderData: session}, &resp); len(resp.Diagnostics) > 0 {
		return ctx, nil
	}
	return one.Unchanged(ctx, has)
}
