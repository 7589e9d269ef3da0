package client

import (
	"context"
	"net/http"
	"strconv"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// stepBody carries the secret that api's own type would print redacted.
type stepBody struct {
	api.StepRequest
	Secret *string `json:"secret,omitempty"`
}

// step takes one step of a rotation.
func step[T any, P object[T]](ctx context.Context, cl *Client, n noun, id, verb string, in api.StepRequest, w Write) (*T, error) {
	body := stepBody{in, exposedOne(in.Secret)}
	c := &call{
		method: http.MethodPost, route: n.route(id, "rotation", verb), op: verb + " the rotation of", object: n.byID(id),
		permission: api.PermissionWrite, body: body, hide: hidden(body.Secret), write: w, changes: true, step: true,
	}
	if err := n.checkID(c, id); err != nil {
		return nil, err
	}
	return answer[T, P](ctx, cl, c)
}

// reveal returns the value of one valid version.
func reveal(ctx context.Context, cl *Client, n noun, id string, version int64) (*api.Reveal, error) {
	c := &call{
		method: http.MethodPost, route: n.route(id, "versions", strconv.FormatInt(version, 10), "reveal"), op: "reveal",
		object: n.byID(id), permission: api.PermissionReveal,
	}
	if err := n.checkID(c, id); err != nil {
		return nil, err
	}
	out := &api.Reveal{}
	if err := cl.do(ctx, c, out); err != nil {
		return nil, err
	}
	if out.Version != version || out.Value.IsEmpty() {
		return nil, c.notTheAPI()
	}
	return out, nil
}
