package client

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Identity asks who this client is, and where.
func (cl *Client) Identity(ctx context.Context) (*api.Identity, error) {
	c := &call{method: http.MethodGet, route: "/v1/identity", op: "read", object: "the identity of the provider's token"}
	out := &api.Identity{}
	if err := cl.do(ctx, c, out); err != nil {
		return nil, err
	}
	if out.Tenant == "" || out.Environment == "" {
		return nil, &Error{Op: c.op, Object: c.object, Status: http.StatusOK, Detail: notTheAPI(http.StatusOK)}
	}
	return out, nil
}
