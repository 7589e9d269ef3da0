package client

import (
	"context"
	"iter"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// WebhookEndpoints has the operations on webhook endpoints.
type WebhookEndpoints struct{ client *Client }

// WebhookEndpoints returns the operations on webhook endpoints.
func (c *Client) WebhookEndpoints() WebhookEndpoints { return WebhookEndpoints{c} }

// Create creates a webhook endpoint.
func (e WebhookEndpoints) Create(ctx context.Context, in api.WebhookEndpointCreate) (*api.WebhookEndpoint, error) {
	return create[api.WebhookEndpoint](ctx, e.client, api.WebhookEndpoints, naming{in.Name, in.NamePrefix}, in)
}

// CreateClaimed creates a webhook endpoint with a claim. It adopts the one that an interrupted run has made, and then
// sets claim.Adopted.
func (e WebhookEndpoints) CreateClaimed(
	ctx context.Context, in api.WebhookEndpointCreate, claim *Claim,
) (*api.WebhookEndpoint, error) {
	name := naming{in.Name, in.NamePrefix}
	return createClaimed[api.WebhookEndpoint](ctx, e.client, api.WebhookEndpoints, name, in, claim)
}

// Get reads a webhook endpoint.
func (e WebhookEndpoints) Get(ctx context.Context, id string) (*api.WebhookEndpoint, error) {
	return get[api.WebhookEndpoint](ctx, e.client, api.WebhookEndpoints, id)
}

// GetClaimed reads a webhook endpoint and presents the claim of its create, which may be empty.
func (e WebhookEndpoints) GetClaimed(ctx context.Context, id, claim string) (*api.WebhookEndpoint, error) {
	return getClaimed[api.WebhookEndpoint](ctx, e.client, api.WebhookEndpoints, id, claim)
}

// Refreshed is GetClaimed for a refresh, whose reads share the pages of a list.
func (e WebhookEndpoints) Refreshed(ctx context.Context, id, claim string) (*api.WebhookEndpoint, error) {
	return refreshed[api.WebhookEndpoint](ctx, e.client, api.WebhookEndpoints, id, claim)
}

// ByName reads the webhook endpoint of a name. IsNotFound reports that there is none.
func (e WebhookEndpoints) ByName(ctx context.Context, name string) (*api.WebhookEndpoint, error) {
	return byName[api.WebhookEndpoint](ctx, e.client, api.WebhookEndpoints, name)
}

// List reads the webhook endpoints that a filter selects, in the order of their ids.
func (e WebhookEndpoints) List(ctx context.Context, filter Filter) ([]api.WebhookEndpoint, error) {
	return list[api.WebhookEndpoint](ctx, e.client, api.WebhookEndpoints, filter)
}

// Each reads the webhook endpoints that a filter selects, page by page as they are taken, in the order of their ids.
func (e WebhookEndpoints) Each(ctx context.Context, filter Filter) iter.Seq2[*api.WebhookEndpoint, error] {
	return each[api.WebhookEndpoint](ctx, e.client, api.WebhookEndpoints, filter)
}

// Patch changes a webhook endpoint.
func (e WebhookEndpoints) Patch(
	ctx context.Context, id string, in api.WebhookEndpointPatch, w Write,
) (*api.WebhookEndpoint, error) {
	return patch[api.WebhookEndpoint](ctx, e.client, api.WebhookEndpoints, id, in, w)
}

// Delete deletes a webhook endpoint. What is queued for it is not delivered any more.
func (e WebhookEndpoints) Delete(ctx context.Context, id string) error {
	return remove(ctx, e.client, api.WebhookEndpoints, id)
}

// SendTestEvent queues an event for a webhook endpoint.
func (e WebhookEndpoints) SendTestEvent(
	ctx context.Context, id string, in api.TestEventRequest, w Write,
) (*api.TestEvent, error) {
	r, err := below(api.WebhookEndpoints, id, http.MethodPost, "send a test event to", api.PermissionWrite, "test-events")
	if err != nil {
		return nil, err
	}
	r.body, r.write, r.changes = in, w, true
	out := &api.TestEvent{}
	if err := e.client.do(ctx, r, out); err != nil {
		return nil, err
	}
	if out.ID == "" {
		return nil, r.notTheAPI()
	}
	return out, nil
}

// Probe makes the platform probe now whether the receiver accepts the pending versions of the endpoint's signing
// secrets. It returns nil to a principal who may not read the secrets.
func (e WebhookEndpoints) Probe(ctx context.Context, id string) (*api.ProbeAnswer, error) {
	r, err := below(api.WebhookEndpoints, id, http.MethodPost, "probe", api.PermissionAcknowledge, "probe")
	if err != nil {
		return nil, err
	}
	r.emptyStatus = http.StatusNoContent
	out := &api.ProbeAnswer{}
	if err := e.client.do(ctx, r, out); err != nil {
		return nil, err
	}
	switch {
	case r.empty:
		return nil, nil
	case out.Probes == nil:
		return nil, r.notTheAPI()
	}
	return out, nil
}
