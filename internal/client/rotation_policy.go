package client

import (
	"context"
	"iter"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// RotationPolicies has the operations on rotation policies.
type RotationPolicies struct{ client *Client }

// RotationPolicies returns the operations on rotation policies.
func (c *Client) RotationPolicies() RotationPolicies { return RotationPolicies{c} }

// Create creates a rotation policy.
func (p RotationPolicies) Create(ctx context.Context, in api.RotationPolicyCreate) (*api.RotationPolicy, error) {
	return create[api.RotationPolicy](ctx, p.client, api.RotationPolicies, naming{in.Name, in.NamePrefix}, in)
}

// CreateClaimed creates a rotation policy with a claim. It adopts the one that an interrupted run has made, and then
// sets claim.Adopted.
func (p RotationPolicies) CreateClaimed(
	ctx context.Context, in api.RotationPolicyCreate, claim *Claim,
) (*api.RotationPolicy, error) {
	name := naming{in.Name, in.NamePrefix}
	return createClaimed[api.RotationPolicy](ctx, p.client, api.RotationPolicies, name, in, claim)
}

// Get reads a rotation policy.
func (p RotationPolicies) Get(ctx context.Context, id string) (*api.RotationPolicy, error) {
	return get[api.RotationPolicy](ctx, p.client, api.RotationPolicies, id)
}

// GetClaimed reads a rotation policy and presents the claim of its create, which may be empty.
func (p RotationPolicies) GetClaimed(ctx context.Context, id, claim string) (*api.RotationPolicy, error) {
	return getClaimed[api.RotationPolicy](ctx, p.client, api.RotationPolicies, id, claim)
}

// Refreshed is GetClaimed for a refresh, whose reads share the pages of a list.
func (p RotationPolicies) Refreshed(ctx context.Context, id, claim string) (*api.RotationPolicy, error) {
	return refreshed[api.RotationPolicy](ctx, p.client, api.RotationPolicies, id, claim)
}

// ByName reads the rotation policy of a name. IsNotFound reports that there is none.
func (p RotationPolicies) ByName(ctx context.Context, name string) (*api.RotationPolicy, error) {
	return byName[api.RotationPolicy](ctx, p.client, api.RotationPolicies, name)
}

// List reads the rotation policies that a filter selects, in the order of their ids.
func (p RotationPolicies) List(ctx context.Context, filter Filter) ([]api.RotationPolicy, error) {
	return list[api.RotationPolicy](ctx, p.client, api.RotationPolicies, filter)
}

// Each reads the rotation policies that a filter selects, page by page as they are taken, in the order of their ids.
func (p RotationPolicies) Each(ctx context.Context, filter Filter) iter.Seq2[*api.RotationPolicy, error] {
	return each[api.RotationPolicy](ctx, p.client, api.RotationPolicies, filter)
}

// Patch changes a rotation policy. Deadlines that are running stay as they are.
func (p RotationPolicies) Patch(
	ctx context.Context, id string, in api.RotationPolicyPatch, w Write,
) (*api.RotationPolicy, error) {
	return patch[api.RotationPolicy](ctx, p.client, api.RotationPolicies, id, in, w)
}

// Delete deletes a rotation policy that nothing refers to.
func (p RotationPolicies) Delete(ctx context.Context, id string) error {
	return remove(ctx, p.client, api.RotationPolicies, id)
}
