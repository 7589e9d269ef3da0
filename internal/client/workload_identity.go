package client

import (
	"context"
	"iter"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// WorkloadIdentities has the operations on workload identities.
type WorkloadIdentities struct{ client *Client }

// WorkloadIdentities returns the operations on workload identities.
func (c *Client) WorkloadIdentities() WorkloadIdentities { return WorkloadIdentities{c} }

// Create creates a workload identity.
func (w WorkloadIdentities) Create(ctx context.Context, in api.WorkloadIdentityCreate) (*api.WorkloadIdentity, error) {
	return create[api.WorkloadIdentity](ctx, w.client, api.WorkloadIdentities, naming{in.Name, in.NamePrefix}, in)
}

// CreateClaimed creates a workload identity with a claim. It adopts the one that an interrupted run has made, and then
// sets claim.Adopted.
func (w WorkloadIdentities) CreateClaimed(
	ctx context.Context, in api.WorkloadIdentityCreate, claim *Claim,
) (*api.WorkloadIdentity, error) {
	name := naming{in.Name, in.NamePrefix}
	return createClaimed[api.WorkloadIdentity](ctx, w.client, api.WorkloadIdentities, name, in, claim)
}

// Get reads a workload identity.
func (w WorkloadIdentities) Get(ctx context.Context, id string) (*api.WorkloadIdentity, error) {
	return get[api.WorkloadIdentity](ctx, w.client, api.WorkloadIdentities, id)
}

// GetClaimed reads a workload identity and presents the claim of its create, which may be empty.
func (w WorkloadIdentities) GetClaimed(ctx context.Context, id, claim string) (*api.WorkloadIdentity, error) {
	return getClaimed[api.WorkloadIdentity](ctx, w.client, api.WorkloadIdentities, id, claim)
}

// Refreshed is GetClaimed for a refresh, whose reads share the pages of a list.
func (w WorkloadIdentities) Refreshed(ctx context.Context, id, claim string) (*api.WorkloadIdentity, error) {
	return refreshed[api.WorkloadIdentity](ctx, w.client, api.WorkloadIdentities, id, claim)
}

// ByName reads the workload identity of a name. IsNotFound reports that there is none.
func (w WorkloadIdentities) ByName(ctx context.Context, name string) (*api.WorkloadIdentity, error) {
	return byName[api.WorkloadIdentity](ctx, w.client, api.WorkloadIdentities, name)
}

// List reads the workload identities that a filter selects, in the order of their ids.
func (w WorkloadIdentities) List(ctx context.Context, filter Filter) ([]api.WorkloadIdentity, error) {
	return list[api.WorkloadIdentity](ctx, w.client, api.WorkloadIdentities, filter)
}

// Each reads the workload identities that a filter selects, page by page as they are taken, in the order of their ids.
func (w WorkloadIdentities) Each(ctx context.Context, filter Filter) iter.Seq2[*api.WorkloadIdentity, error] {
	return each[api.WorkloadIdentity](ctx, w.client, api.WorkloadIdentities, filter)
}

// Patch changes a workload identity. It counts at the next use of its access tokens.
func (w WorkloadIdentities) Patch(
	ctx context.Context, id string, in api.WorkloadIdentityPatch, write Write,
) (*api.WorkloadIdentity, error) {
	return patch[api.WorkloadIdentity](ctx, w.client, api.WorkloadIdentities, id, in, write)
}

// Delete deletes a workload identity. Its access tokens are refused from then on.
func (w WorkloadIdentities) Delete(ctx context.Context, id string) error {
	return remove(ctx, w.client, api.WorkloadIdentities, id)
}
