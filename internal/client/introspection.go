package client

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Presented is what a service knows of a value that was presented to it. All of it is optional.
type Presented struct {
	From string   // the address that presented it
	For  []string // the scopes that it is needed for, without a wildcard: they are recorded and decide nothing
}

// Introspect asks whether the value of a scoped token is accepted (RFC 7662). By a runtime principal, it is a use of
// the token.
func (c *Client) Introspect(ctx context.Context, value secret.Value, p Presented) (*api.Introspection, error) {
	r := tokenForm("/v1/introspect", "introspect", api.PermissionIntrospect, value)
	if p.From != "" {
		r.form.Set("remote_addr", p.From)
	}
	if len(p.For) > 0 {
		r.form.Set("required_scope", strings.Join(p.For, " "))
	}
	var out struct {
		Active *bool `json:"active"` // shadows the embedded one: a response without it is no introspection
		api.Introspection
	}
	if err := c.do(ctx, r, &out); err != nil {
		return nil, err
	}
	if out.Active == nil {
		return nil, r.notTheAPI()
	}
	out.Introspection.Active = *out.Active
	return &out.Introspection, nil
}

// RevokeValue ends one value of a scoped token (RFC 7009), and returns what that did. A value that is not accepted
// anyway is no error: the answer says so. The answer is nil for a caller that may not read it.
func (c *Client) RevokeValue(ctx context.Context, value secret.Value) (*api.Revocation, error) {
	r := tokenForm("/v1/revoke", "revoke", api.PermissionContain, value)
	r.changes, r.emptyStatus = true, http.StatusOK
	var out struct {
		Revoked *bool `json:"revoked"` // shadows the embedded one: a response without it says nothing
		api.Revocation
	}
	if err := c.do(ctx, r, &out); err != nil || r.empty {
		return nil, err
	}
	if out.Revoked == nil || *out.Revoked && out.ID == "" || !*out.Revoked && out.Reason == "" {
		return nil, r.notTheAPI()
	}
	out.Revocation.Revoked = *out.Revoked
	return &out.Revocation, nil
}

// Identify asks which object of the environment has or had a value. It is no use of the value.
func (c *Client) Identify(ctx context.Context, value secret.Value) (*api.Identification, error) {
	r := tokenForm("/v1/identify", "identify", api.PermissionRead, value)
	r.object, r.keeps = "a value", true
	var out struct {
		Found *bool `json:"found"` // shadows the embedded one: a response without it says nothing
		api.Identification
	}
	if err := c.do(ctx, r, &out); err != nil {
		return nil, err
	}
	if out.Found == nil || *out.Found && out.ID == "" {
		return nil, r.notTheAPI()
	}
	out.Identification.Found = *out.Found
	return &out.Identification, nil
}

func tokenForm(route, op, permission string, value secret.Value) *request {
	return &request{
		method: http.MethodPost, route: route, form: url.Values{"token": {value.Expose()}}, hide: []string{value.Expose()},
		op: op, object: "the value of a scoped token", permission: permission,
	}
}
