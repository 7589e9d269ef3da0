package client

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// CreateWebhookEndpoint makes a webhook endpoint.
func (cl *Client) CreateWebhookEndpoint(ctx context.Context, in api.WebhookEndpointCreate, key string) (*api.WebhookEndpoint, error) {
	return endpoint(create[webhookEndpointAnswer](ctx, cl, webhookEndpoints, in.Name, in, nil, key))
}

// WebhookEndpoint reads a webhook endpoint.
func (cl *Client) WebhookEndpoint(ctx context.Context, id string) (*api.WebhookEndpoint, error) {
	return endpoint(read[webhookEndpointAnswer](ctx, cl, webhookEndpoints, id))
}

// WebhookEndpointByName finds a webhook endpoint; IsNotFound where there is none of this name.
func (cl *Client) WebhookEndpointByName(ctx context.Context, name string) (*api.WebhookEndpoint, error) {
	return endpoint(byName[webhookEndpointAnswer](ctx, cl, webhookEndpoints, name))
}

// PatchWebhookEndpoint changes a webhook endpoint.
func (cl *Client) PatchWebhookEndpoint(ctx context.Context, id string, in api.WebhookEndpointPatch, w Write) (*api.WebhookEndpoint, error) {
	return endpoint(patch[webhookEndpointAnswer](ctx, cl, webhookEndpoints, id, in, nil, w))
}

// DeleteWebhookEndpoint deletes a webhook endpoint; what is queued for it is not delivered any more.
func (cl *Client) DeleteWebhookEndpoint(ctx context.Context, id, key string) error {
	return remove(ctx, cl, webhookEndpoints, id, key)
}

func endpoint(a *webhookEndpointAnswer, err error) (*api.WebhookEndpoint, error) {
	if err != nil {
		return nil, err
	}
	return &a.WebhookEndpoint, nil
}
