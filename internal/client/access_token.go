package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// accessTokens names access tokens in paths and errors. They are no kind of object: nothing reads one.
var accessTokens = api.Kind{
	Path: api.KindAccessTokens, Singular: "access token", Plural: "access tokens", IDPrefix: api.AccessTokenIDPrefix,
}

// AccessTokens has the operations on access tokens. ScopedTokens.Open opens one.
type AccessTokens struct{ client *Client }

// AccessTokens returns the operations on access tokens.
func (c *Client) AccessTokens() AccessTokens { return AccessTokens{c} }

// Extend lets an access token live longer that this principal has opened.
func (a AccessTokens) Extend(ctx context.Context, id string, in api.AccessTokenExtend) (*api.AccessTokenLife, error) {
	r, err := below(accessTokens, id, http.MethodPost, "extend", api.PermissionReveal, "extend")
	if err != nil {
		return nil, err
	}
	r.body, r.keeps = in, true
	out := &api.AccessTokenLife{}
	if err := a.client.do(ctx, r, out); err != nil {
		return nil, err
	}
	if out.ID != id {
		return nil, r.otherAnswer(r.object, "access token "+strconv.Quote(out.ID))
	}
	return out, nil
}

// Revoke ends an access token. One that has ended is no error.
func (a AccessTokens) Revoke(ctx context.Context, id string) error {
	r, err := below(accessTokens, id, http.MethodPost, "revoke", api.PermissionContain, "revoke")
	if err != nil {
		return err
	}
	r.changes, r.keeps = true, true
	var out struct {
		Revoked *bool `json:"revoked"` // a response without it says nothing
	}
	if err := a.client.do(ctx, r, &out); err != nil {
		return err
	}
	if out.Revoked == nil {
		return r.notTheAPI()
	}
	return nil
}

// Exchange is what a token is exchanged for (RFC 8693).
type Exchange struct {
	SubjectType string // api.TokenTypeAccessToken for the value of a scoped token, api.TokenTypeJWT for a workload's JWT
	// Identity is the id of the workload identity that takes a JWT, or its name beside Tenant and Environment.
	Identity, Tenant, Environment string
	Scopes                        []string      // empty: all that the subject has
	TTL                           time.Duration // 0: the platform's default
}

// Exchange makes an access token of the value of a scoped token, or of a workload's JWT. The platform looks at the
// subject alone, whatever token the client has.
func (c *Client) Exchange(ctx context.Context, subject secret.Value, in Exchange) (*api.Exchanged, error) {
	r := &request{
		method: http.MethodPost, route: "/v1/token", op: "exchange", object: "a token for an access token",
		hide: []string{subject.Expose()},
		form: url.Values{
			"grant_type": {api.GrantTokenExchange}, "subject_token": {subject.Expose()},
			"subject_token_type": {in.SubjectType},
		},
	}
	for member, value := range map[string]string{
		"identity": in.Identity, "tenant": in.Tenant, "environment": in.Environment, "scope": strings.Join(in.Scopes, " "),
	} {
		if value != "" {
			r.form.Set(member, value)
		}
	}
	if in.TTL > 0 {
		r.form.Set("ttl", strconv.FormatInt(int64(in.TTL/time.Second), 10))
	}
	out := &api.Exchanged{}
	if err := c.do(ctx, r, out); err != nil {
		return nil, err
	}
	c.known.issued(out.Value.Expose())
	if out.Value.IsEmpty() || out.ExpiresIn <= 0 {
		return nil, r.notTheAPI()
	}
	return out, nil
}
