package client

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// CreateScopedToken makes a scoped token and its first version. The answer has no value: RevealScopedToken does.
func (cl *Client) CreateScopedToken(ctx context.Context, in api.ScopedTokenCreate, key string) (*api.ScopedToken, error) {
	return token(create[scopedTokenAnswer](ctx, cl, scopedTokens, in.Name, in, nil, key))
}

// ScopedToken reads a scoped token.
func (cl *Client) ScopedToken(ctx context.Context, id string) (*api.ScopedToken, error) {
	return token(read[scopedTokenAnswer](ctx, cl, scopedTokens, id))
}

// ScopedTokenByName finds a scoped token; IsNotFound where there is none of this name.
func (cl *Client) ScopedTokenByName(ctx context.Context, name string) (*api.ScopedToken, error) {
	return token(byName[scopedTokenAnswer](ctx, cl, scopedTokens, name))
}

// PatchScopedToken changes a scoped token. Raising minimum_version revokes what is below it.
func (cl *Client) PatchScopedToken(ctx context.Context, id string, in api.ScopedTokenPatch, w Write) (*api.ScopedToken, error) {
	return token(patch[scopedTokenAnswer](ctx, cl, scopedTokens, id, in, nil, w))
}

// DeleteScopedToken deletes a scoped token; its values are refused from then on.
func (cl *Client) DeleteScopedToken(ctx context.Context, id, key string) error {
	return remove(ctx, cl, scopedTokens, id, key)
}

// StepScopedToken takes one step of a rotation: verb is one of api.Step….
func (cl *Client) StepScopedToken(ctx context.Context, id, verb string, in api.StepRequest, w Write) (*api.ScopedToken, error) {
	return token(step[scopedTokenAnswer](ctx, cl, scopedTokens, id, verb, in, w))
}

// RevealScopedToken returns the value of one valid version.
func (cl *Client) RevealScopedToken(ctx context.Context, id string, version int64) (*api.Reveal, error) {
	return reveal(ctx, cl, scopedTokens, id, version)
}

func token(a *scopedTokenAnswer, err error) (*api.ScopedToken, error) {
	if err != nil {
		return nil, err
	}
	return &a.ScopedToken, nil
}
