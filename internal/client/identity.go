package client

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Identity reads which principal this client is, and in which tenant and environment.
func (c *Client) Identity(ctx context.Context) (*api.Identity, error) {
	r := &request{
		method: http.MethodGet, route: "/v1/identity", op: "read", object: "the identity of the provider's token",
	}
	out := &api.Identity{}
	if err := c.do(ctx, r, out); err != nil {
		return nil, err
	}
	if out.Tenant == "" || out.Environment == "" {
		return nil, r.notTheAPI()
	}
	return out, nil
}
