package client

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Principals lists the principals of the environment that were not ended, expired ones too. An empty name is any.
func (c *Client) Principals(ctx context.Context, name string) ([]api.Principal, error) {
	query := largePages()
	if name != "" {
		query.Set("name", name)
	}
	r := &request{
		method: http.MethodGet, route: "/v1/" + api.KindPrincipals, query: query, op: "list", object: "the principals",
		permission: api.PermissionRead,
	}
	return allPages[api.Principal](ctx, c, r, nil)
}
