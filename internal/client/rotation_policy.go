package client

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// CreateRotationPolicy makes a rotation policy.
func (cl *Client) CreateRotationPolicy(ctx context.Context, in api.RotationPolicyCreate, key string) (*api.RotationPolicy, error) {
	return policy(create[rotationPolicyAnswer](ctx, cl, rotationPolicies, in.Name, in, nil, key))
}

// RotationPolicy reads a rotation policy.
func (cl *Client) RotationPolicy(ctx context.Context, id string) (*api.RotationPolicy, error) {
	return policy(read[rotationPolicyAnswer](ctx, cl, rotationPolicies, id))
}

// RotationPolicyByName finds a rotation policy; IsNotFound where there is none of this name.
func (cl *Client) RotationPolicyByName(ctx context.Context, name string) (*api.RotationPolicy, error) {
	return policy(byName[rotationPolicyAnswer](ctx, cl, rotationPolicies, name))
}

// PatchRotationPolicy changes a rotation policy. Deadlines that are running stay as they are.
func (cl *Client) PatchRotationPolicy(ctx context.Context, id string, in api.RotationPolicyPatch, w Write) (*api.RotationPolicy, error) {
	return policy(patch[rotationPolicyAnswer](ctx, cl, rotationPolicies, id, in, nil, w))
}

// DeleteRotationPolicy deletes a rotation policy.
func (cl *Client) DeleteRotationPolicy(ctx context.Context, id, key string) error {
	return remove(ctx, cl, rotationPolicies, id, key)
}

func policy(a *rotationPolicyAnswer, err error) (*api.RotationPolicy, error) {
	if err != nil {
		return nil, err
	}
	return &a.RotationPolicy, nil
}
