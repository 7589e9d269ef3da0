package client

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Identity reads which principal this client is, and in which tenant and environment.
func (c *Client) Identity(ctx context.Context) (*api.Identity, error) {
	r := &request{
		method: http.MethodGet, route: "/v1/identity", op: "read", object: "the identity of the token",
	}
	out := &api.Identity{}
	if err := c.do(ctx, r, out); err != nil {
		return nil, err
	}
	if out.Tenant == "" || out.Environment == "" || out.PlatformID == "" {
		return nil, r.notTheAPI()
	}
	if out.Platform() != r.platform {
		fail := r.failure()
		cause := &PlatformError{Want: r.platform, Came: out.Platform()}
		fail.Status, fail.RequestID, fail.Cause, fail.Detail = http.StatusOK, r.requestID, cause, cause.Error()
		return nil, fail
	}
	return out, nil
}
