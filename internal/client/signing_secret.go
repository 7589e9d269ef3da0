package client

import (
	"context"
	"iter"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// SigningSecrets has the operations on signing secrets.
type SigningSecrets struct{ client *Client }

// SigningSecrets returns the operations on signing secrets.
func (c *Client) SigningSecrets() SigningSecrets { return SigningSecrets{c} }

// Create creates a signing secret and its first version. The response has no value: Reveal returns it.
func (s SigningSecrets) Create(ctx context.Context, in api.SigningSecretCreate) (*api.SigningSecret, error) {
	return create[api.SigningSecret](ctx, s.client, api.SigningSecrets, naming{in.Name, in.NamePrefix}, in)
}

// CreateClaimed creates a signing secret with a claim. It adopts the one that an interrupted run has made, and then
// sets claim.Adopted.
func (s SigningSecrets) CreateClaimed(
	ctx context.Context, in api.SigningSecretCreate, claim *Claim,
) (*api.SigningSecret, error) {
	return createClaimed[api.SigningSecret](ctx, s.client, api.SigningSecrets, naming{in.Name, in.NamePrefix}, in, claim)
}

// Get reads a signing secret.
func (s SigningSecrets) Get(ctx context.Context, id string) (*api.SigningSecret, error) {
	return get[api.SigningSecret](ctx, s.client, api.SigningSecrets, id)
}

// GetClaimed reads a signing secret and presents the claim of its create, which may be empty.
func (s SigningSecrets) GetClaimed(ctx context.Context, id, claim string) (*api.SigningSecret, error) {
	return getClaimed[api.SigningSecret](ctx, s.client, api.SigningSecrets, id, claim)
}

// Refreshed is GetClaimed for a refresh, whose reads share the pages of a list.
func (s SigningSecrets) Refreshed(ctx context.Context, id, claim string) (*api.SigningSecret, error) {
	return refreshed[api.SigningSecret](ctx, s.client, api.SigningSecrets, id, claim)
}

// ByName reads the signing secret of a name. IsNotFound reports that there is none.
func (s SigningSecrets) ByName(ctx context.Context, name string) (*api.SigningSecret, error) {
	return byName[api.SigningSecret](ctx, s.client, api.SigningSecrets, name)
}

// List reads the signing secrets that a filter selects, in the order of their ids.
func (s SigningSecrets) List(ctx context.Context, filter Filter) ([]api.SigningSecret, error) {
	return list[api.SigningSecret](ctx, s.client, api.SigningSecrets, filter)
}

// Each reads the signing secrets that a filter selects, page by page as they are taken, in the order of their ids.
func (s SigningSecrets) Each(ctx context.Context, filter Filter) iter.Seq2[*api.SigningSecret, error] {
	return each[api.SigningSecret](ctx, s.client, api.SigningSecrets, filter)
}

// Patch changes a signing secret. A raised minimum_version revokes the versions below it.
func (s SigningSecrets) Patch(
	ctx context.Context, id string, in api.SigningSecretPatch, w Write,
) (*api.SigningSecret, error) {
	return patch[api.SigningSecret](ctx, s.client, api.SigningSecrets, id, in, w)
}

// Delete deletes a signing secret. Nothing is signed with it from then on.
func (s SigningSecrets) Delete(ctx context.Context, id string) error {
	return remove(ctx, s.client, api.SigningSecrets, id)
}

// Step takes one step of a rotation. verb is one of the api.Step constants.
func (s SigningSecrets) Step(
	ctx context.Context, id, verb string, in api.StepRequest, w Write,
) (*api.SigningSecret, error) {
	return step[api.SigningSecret](ctx, s.client, api.SigningSecrets, id, verb, in, w)
}

// Acknowledge says that the pending version is in use. A principal who may not read the secret can call it.
func (s SigningSecrets) Acknowledge(ctx context.Context, id string, version int64, w Write) error {
	return acknowledge[api.SigningSecret](ctx, s.client, api.SigningSecrets, id, version, w)
}

// Reveal reads what a receiver verifies with: the value of one valid version, or its public key for ed25519.
func (s SigningSecrets) Reveal(ctx context.Context, id string, version int64) (*api.Reveal, error) {
	return reveal(ctx, s.client, api.SigningSecrets, id, version)
}

// Versions reads the metadata of every version, the oldest first.
func (s SigningSecrets) Versions(ctx context.Context, id string) ([]api.Version, error) {
	return versions(ctx, s.client, api.SigningSecrets, id)
}

// Revoke ends versions at once.
func (s SigningSecrets) Revoke(
	ctx context.Context, id string, in api.RevokeRequest, w Write,
) (*api.SigningSecret, error) {
	return contain[api.SigningSecret](ctx, s.client, api.SigningSecrets, id, "revoke", in, w)
}

// Hold stops every rotation until Release.
func (s SigningSecrets) Hold(ctx context.Context, id string, in api.HoldRequest, w Write) (*api.SigningSecret, error) {
	return contain[api.SigningSecret](ctx, s.client, api.SigningSecrets, id, "hold", in, w)
}

// Release ends a hold.
func (s SigningSecrets) Release(
	ctx context.Context, id string, in api.HoldRequest, w Write,
) (*api.SigningSecret, error) {
	return contain[api.SigningSecret](ctx, s.client, api.SigningSecrets, id, "release", in, w)
}

// Quarantine refuses the versions that are valid now, until ReleaseQuarantine or the end of the quarantine.
func (s SigningSecrets) Quarantine(
	ctx context.Context, id string, in api.QuarantineRequest, w Write,
) (*api.SigningSecret, error) {
	return contain[api.SigningSecret](ctx, s.client, api.SigningSecrets, id, verbQuarantine, in, w)
}

// ReleaseQuarantine ends a quarantine: the versions that it covers are accepted again.
func (s SigningSecrets) ReleaseQuarantine(
	ctx context.Context, id string, in api.HoldRequest, w Write,
) (*api.SigningSecret, error) {
	return contain[api.SigningSecret](ctx, s.client, api.SigningSecrets, id, verbReleaseQuarantine, in, w)
}
