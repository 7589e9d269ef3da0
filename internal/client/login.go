package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func loginForm(at api.LoginStart) url.Values {
	return url.Values{"tenant": {at.Tenant}, "environment": {at.Environment}, "issuer": {at.Issuer}}
}

// BeginLogin begins to sign a person in. The client needs no token for it.
func (c *Client) BeginLogin(ctx context.Context, at api.LoginStart) (*api.LoginStarted, error) {
	r := &request{
		method: http.MethodPost, route: "/v1/logins", form: loginForm(at), bare: true, keeps: true, op: "begin",
		object: "a sign-in",
	}
	out := &api.LoginStarted{}
	err := c.do(ctx, r, out)
	if err == nil && (out.DeviceCode.IsEmpty() || out.UserCode == "" || out.ExpiresIn <= 0) {
		err = r.notTheAPI()
	}
	return out, err
}

// PollLogin asks once whether the person has signed in.
func (c *Client) PollLogin(ctx context.Context, at api.LoginStart, code secret.Value) (*api.LoginPolled, error) {
	form := loginForm(at)
	form.Set("device_code", code.Expose())
	r := &request{
		method: http.MethodPost, route: "/v1/logins/poll", form: form, hide: []string{code.Expose()}, bare: true, keeps: true,
		op: "end", object: "a sign-in",
	}
	out := &api.LoginPolled{}
	err := c.do(ctx, r, out)
	if err == nil && out.Status != api.LoginPending && (out.Status != api.LoginSignedIn || CheckToken(out.Token) != nil) {
		err = r.notTheAPI()
	}
	return out, err
}

// EndLogin signs the command out that has a token. It reports whether somebody was signed in with it.
func (c *Client) EndLogin(ctx context.Context, token secret.Value) (bool, error) {
	r := &request{
		method: http.MethodPost, route: "/v1/logins/end", form: url.Values{"token": {token.Expose()}},
		hide: []string{token.Expose()}, bare: true, keeps: true, op: "end", object: "the session",
	}
	var out api.LoginEnded
	err := c.do(ctx, r, &out)
	return out.Ended, err
}
