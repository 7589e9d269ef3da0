package client

import (
	"context"
	"iter"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Connectors has the operations on connectors.
type Connectors struct{ client *Client }

// Connectors returns the operations on connectors.
func (c *Client) Connectors() Connectors { return Connectors{c} }

// Create creates a connector. The response never has its credentials.
func (c Connectors) Create(ctx context.Context, in api.ConnectorCreate) (*api.Connector, error) {
	return create[api.Connector](ctx, c.client, api.Connectors, naming{in.Name, in.NamePrefix}, in)
}

// CreateClaimed creates a connector with a claim. It adopts the one that an interrupted run has made, and sets
// claim.Adopted then.
func (c Connectors) CreateClaimed(
	ctx context.Context, in api.ConnectorCreate, claim *Claim,
) (*api.Connector, error) {
	return createClaimed[api.Connector](ctx, c.client, api.Connectors, naming{in.Name, in.NamePrefix}, in, claim)
}

// Get reads a connector.
func (c Connectors) Get(ctx context.Context, id string) (*api.Connector, error) {
	return get[api.Connector](ctx, c.client, api.Connectors, id)
}

// GetClaimed reads a connector and presents the claim of its create, which may be empty.
func (c Connectors) GetClaimed(ctx context.Context, id, claim string) (*api.Connector, error) {
	return getClaimed[api.Connector](ctx, c.client, api.Connectors, id, claim)
}

// Refreshed is GetClaimed for a refresh, whose reads share the pages of a list.
func (c Connectors) Refreshed(ctx context.Context, id, claim string) (*api.Connector, error) {
	return refreshed[api.Connector](ctx, c.client, api.Connectors, id, claim)
}

// ByName reads the connector of a name. IsNotFound reports that there is none.
func (c Connectors) ByName(ctx context.Context, name string) (*api.Connector, error) {
	return byName[api.Connector](ctx, c.client, api.Connectors, name)
}

// List reads the connectors that a filter selects, in the order of their ids.
func (c Connectors) List(ctx context.Context, filter Filter) ([]api.Connector, error) {
	return list[api.Connector](ctx, c.client, api.Connectors, filter)
}

// Each reads the connectors that a filter selects, page by page as they are taken, in the order of their ids.
func (c Connectors) Each(ctx context.Context, filter Filter) iter.Seq2[*api.Connector, error] {
	return each[api.Connector](ctx, c.client, api.Connectors, filter)
}

// Patch changes a connector. Credentials replace the present ones as a whole.
func (c Connectors) Patch(ctx context.Context, id string, in api.ConnectorPatch, w Write) (*api.Connector, error) {
	return patch[api.Connector](ctx, c.client, api.Connectors, id, in, w)
}

// Delete deletes a connector that nothing refers to.
func (c Connectors) Delete(ctx context.Context, id string) error {
	return remove(ctx, c.client, api.Connectors, id)
}

// Versions reads the metadata of every version of the credentials, the oldest first.
func (c Connectors) Versions(ctx context.Context, id string) ([]api.Version, error) {
	return versions(ctx, c.client, api.Connectors, id)
}

// Revoke ends versions of the credentials at once.
func (c Connectors) Revoke(ctx context.Context, id string, in api.RevokeRequest, w Write) (*api.Connector, error) {
	return contain[api.Connector](ctx, c.client, api.Connectors, id, "revoke", in, w)
}

// Hold refuses new credentials until Release.
func (c Connectors) Hold(ctx context.Context, id string, in api.HoldRequest, w Write) (*api.Connector, error) {
	return contain[api.Connector](ctx, c.client, api.Connectors, id, "hold", in, w)
}

// Release ends a hold.
func (c Connectors) Release(ctx context.Context, id string, in api.HoldRequest, w Write) (*api.Connector, error) {
	return contain[api.Connector](ctx, c.client, api.Connectors, id, "release", in, w)
}

// Quarantine refuses the versions that are valid now, until ReleaseQuarantine or the end of the quarantine.
func (c Connectors) Quarantine(
	ctx context.Context, id string, in api.QuarantineRequest, w Write,
) (*api.Connector, error) {
	return contain[api.Connector](ctx, c.client, api.Connectors, id, verbQuarantine, in, w)
}

// ReleaseQuarantine ends a quarantine: the versions that it covers are accepted again.
func (c Connectors) ReleaseQuarantine(
	ctx context.Context, id string, in api.HoldRequest, w Write,
) (*api.Connector, error) {
	return contain[api.Connector](ctx, c.client, api.Connectors, id, verbReleaseQuarantine, in, w)
}
