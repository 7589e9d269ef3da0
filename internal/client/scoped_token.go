package client

import (
	"context"
	"iter"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// ScopedTokens has the operations on scoped tokens.
type ScopedTokens struct{ client *Client }

// ScopedTokens returns the operations on scoped tokens.
func (c *Client) ScopedTokens() ScopedTokens { return ScopedTokens{c} }

// Create creates a scoped token and its first version. The response has no value: Reveal returns it.
func (t ScopedTokens) Create(ctx context.Context, in api.ScopedTokenCreate) (*api.ScopedToken, error) {
	return create[api.ScopedToken](ctx, t.client, api.ScopedTokens, naming{in.Name, in.NamePrefix}, in)
}

// CreateClaimed creates a scoped token with a claim. It adopts the one that an interrupted run has made, and sets
// claim.Adopted then.
func (t ScopedTokens) CreateClaimed(
	ctx context.Context, in api.ScopedTokenCreate, claim *Claim,
) (*api.ScopedToken, error) {
	return createClaimed[api.ScopedToken](ctx, t.client, api.ScopedTokens, naming{in.Name, in.NamePrefix}, in, claim)
}

// Get reads a scoped token.
func (t ScopedTokens) Get(ctx context.Context, id string) (*api.ScopedToken, error) {
	return get[api.ScopedToken](ctx, t.client, api.ScopedTokens, id)
}

// GetClaimed reads a scoped token and presents the claim of its create, which may be empty.
func (t ScopedTokens) GetClaimed(ctx context.Context, id, claim string) (*api.ScopedToken, error) {
	return getClaimed[api.ScopedToken](ctx, t.client, api.ScopedTokens, id, claim)
}

// Refreshed is GetClaimed for a refresh, whose reads share the pages of a list.
func (t ScopedTokens) Refreshed(ctx context.Context, id, claim string) (*api.ScopedToken, error) {
	return refreshed[api.ScopedToken](ctx, t.client, api.ScopedTokens, id, claim)
}

// ByName reads the scoped token of a name. IsNotFound reports that there is none.
func (t ScopedTokens) ByName(ctx context.Context, name string) (*api.ScopedToken, error) {
	return byName[api.ScopedToken](ctx, t.client, api.ScopedTokens, name)
}

// List reads the scoped tokens that a filter selects, in the order of their ids.
func (t ScopedTokens) List(ctx context.Context, filter Filter) ([]api.ScopedToken, error) {
	return list[api.ScopedToken](ctx, t.client, api.ScopedTokens, filter)
}

// Each reads the scoped tokens that a filter selects, page by page as they are taken, in the order of their ids.
func (t ScopedTokens) Each(ctx context.Context, filter Filter) iter.Seq2[*api.ScopedToken, error] {
	return each[api.ScopedToken](ctx, t.client, api.ScopedTokens, filter)
}

// Patch changes a scoped token. A raised minimum_version revokes the versions below it.
func (t ScopedTokens) Patch(
	ctx context.Context, id string, in api.ScopedTokenPatch, w Write,
) (*api.ScopedToken, error) {
	return patch[api.ScopedToken](ctx, t.client, api.ScopedTokens, id, in, w)
}

// Delete deletes a scoped token. Its values are refused from then on.
func (t ScopedTokens) Delete(ctx context.Context, id string) error {
	return remove(ctx, t.client, api.ScopedTokens, id)
}

// Step takes one step of a rotation. verb is one of the api.Step constants.
func (t ScopedTokens) Step(
	ctx context.Context, id, verb string, in api.StepRequest, w Write,
) (*api.ScopedToken, error) {
	return step[api.ScopedToken](ctx, t.client, api.ScopedTokens, id, verb, in, w)
}

// Acknowledge says that the pending version is in use. A principal who may not read the token can call it.
func (t ScopedTokens) Acknowledge(ctx context.Context, id string, version int64, w Write) error {
	return acknowledge[api.ScopedToken](ctx, t.client, api.ScopedTokens, id, version, w)
}

// Reveal reads the value of one valid version.
func (t ScopedTokens) Reveal(ctx context.Context, id string, version int64) (*api.Reveal, error) {
	return reveal(ctx, t.client, api.ScopedTokens, id, version)
}

// Open makes a short-lived access token of the current version, and changes nothing of the token.
func (t ScopedTokens) Open(ctx context.Context, id string, in api.AccessTokenOpen) (*api.AccessToken, error) {
	r, err := below(api.ScopedTokens, id, http.MethodPost, "open an access token of", api.PermissionReveal,
		api.KindAccessTokens)
	if err != nil {
		return nil, err
	}
	r.body, r.keeps = in, true
	out := &api.AccessToken{}
	if err := t.client.do(ctx, r, out); err != nil {
		return nil, err
	}
	t.client.known.issued(out.Value.Expose())
	if out.Value.IsEmpty() || !IsID(out.ID) || out.ExpiresAt.IsZero() {
		return nil, r.notTheAPI()
	}
	return out, nil
}

// Versions reads the metadata of every version, the oldest first.
func (t ScopedTokens) Versions(ctx context.Context, id string) ([]api.Version, error) {
	return versions(ctx, t.client, api.ScopedTokens, id)
}

// Revoke ends versions at once.
func (t ScopedTokens) Revoke(ctx context.Context, id string, in api.RevokeRequest, w Write) (*api.ScopedToken, error) {
	return contain[api.ScopedToken](ctx, t.client, api.ScopedTokens, id, "revoke", in, w)
}

// Hold stops every rotation until Release.
func (t ScopedTokens) Hold(ctx context.Context, id string, in api.HoldRequest, w Write) (*api.ScopedToken, error) {
	return contain[api.ScopedToken](ctx, t.client, api.ScopedTokens, id, "hold", in, w)
}

// Release ends a hold.
func (t ScopedTokens) Release(ctx context.Context, id string, in api.HoldRequest, w Write) (*api.ScopedToken, error) {
	return contain[api.ScopedToken](ctx, t.client, api.ScopedTokens, id, "release", in, w)
}

// Quarantine refuses the versions that are valid now, until ReleaseQuarantine or the end of the quarantine.
func (t ScopedTokens) Quarantine(
	ctx context.Context, id string, in api.QuarantineRequest, w Write,
) (*api.ScopedToken, error) {
	return contain[api.ScopedToken](ctx, t.client, api.ScopedTokens, id, verbQuarantine, in, w)
}

// ReleaseQuarantine ends a quarantine: the versions that it covers are accepted again.
func (t ScopedTokens) ReleaseQuarantine(
	ctx context.Context, id string, in api.HoldRequest, w Write,
) (*api.ScopedToken, error) {
	return contain[api.ScopedToken](ctx, t.client, api.ScopedTokens, id, verbReleaseQuarantine, in, w)
}
