package client

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Scopes lists the scope catalogue of the platform, which may be newer than that of this build.
func (c *Client) Scopes(ctx context.Context) ([]api.Scope, error) {
	r := &request{
		method: http.MethodGet, route: "/v1/scopes", query: largePages(), op: "list", object: "the scope catalogue",
		permission: api.PermissionRead,
	}
	return allPages[api.Scope](ctx, c, r, nil)
}
