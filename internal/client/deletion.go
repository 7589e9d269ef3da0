package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// deletable is an object that others can refer to.
type deletable interface {
	object
	AsDeletion() api.Deletion
}

// removeWhenUnused deletes one object. Where the object is in use, the platform deletes it with its last user, and the
// result says what uses it; nil is for an object that is gone.
func removeWhenUnused[T deletable](ctx context.Context, c *Client, kind api.Kind, id string) (*api.Deletion, error) {
	r, err := below(kind, id, http.MethodDelete, "delete", api.PermissionWrite)
	if err != nil {
		return nil, err
	}
	r.changes, r.emptyStatus, r.query = true, http.StatusNoContent, url.Values{"when": {api.WhenUnused}}
	out := new(T)
	if err := c.do(ctx, r, out); err != nil || r.empty {
		return nil, err
	}
	if err := c.checkObject(r, (*out).AsObject()); err != nil {
		return nil, err
	}
	d := (*out).AsDeletion()
	if d.DeletingSince == nil {
		return nil, r.notTheAPI()
	}
	return &d, nil
}

// undelete brings back an object that is deleting, under a name that is free.
func undelete[T object](ctx context.Context, c *Client, kind api.Kind, id, name string) (*T, error) {
	r, err := below(kind, id, http.MethodPost, "undelete", api.PermissionWrite, "undelete")
	if err != nil {
		return nil, err
	}
	r.body, r.changes = api.Undelete{Name: name}, true
	return fetch[T](ctx, c, r)
}

// DeleteWhenUnused deletes a rotation policy, now or with its last user: the result says what uses it, nil for nothing.
func (p RotationPolicies) DeleteWhenUnused(ctx context.Context, id string) (*api.Deletion, error) {
	return removeWhenUnused[api.RotationPolicy](ctx, p.client, api.RotationPolicies, id)
}

// Undelete brings back a rotation policy that is deleting.
func (p RotationPolicies) Undelete(ctx context.Context, id, name string) (*api.RotationPolicy, error) {
	return undelete[api.RotationPolicy](ctx, p.client, api.RotationPolicies, id, name)
}

// DeleteWhenUnused deletes a connector, now or with its last user: the result says what uses it, nil for nothing.
func (c Connectors) DeleteWhenUnused(ctx context.Context, id string) (*api.Deletion, error) {
	return removeWhenUnused[api.Connector](ctx, c.client, api.Connectors, id)
}

// Undelete brings back a connector that is deleting.
func (c Connectors) Undelete(ctx context.Context, id, name string) (*api.Connector, error) {
	return undelete[api.Connector](ctx, c.client, api.Connectors, id, name)
}

// DeleteWhenUnused deletes an endpoint, now or with its last user: the result says what uses it, nil for nothing.
func (e WebhookEndpoints) DeleteWhenUnused(ctx context.Context, id string) (*api.Deletion, error) {
	return removeWhenUnused[api.WebhookEndpoint](ctx, e.client, api.WebhookEndpoints, id)
}

// Undelete brings back an endpoint that is deleting.
func (e WebhookEndpoints) Undelete(ctx context.Context, id, name string) (*api.WebhookEndpoint, error) {
	return undelete[api.WebhookEndpoint](ctx, e.client, api.WebhookEndpoints, id, name)
}
