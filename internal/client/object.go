package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// noun is one kind of object: how it is called in messages and in paths, and what its ids begin with.
type noun struct{ name, kind, prefix string }

var (
	connectors       = noun{"connector", api.KindConnectors, "con_"}
	scopedTokens     = noun{"scoped token", api.KindScopedTokens, "tok_"}
	webhookEndpoints = noun{"webhook endpoint", api.KindWebhookEndpoints, "wep_"}
	signingSecrets   = noun{"signing secret", api.KindSigningSecrets, "sec_"}
	rotationPolicies = noun{"rotation policy", api.KindRotationPolicies, "pol_"}
)

// object is any answer that carries an object's metadata.
type object[T any] interface {
	*T
	meta() *api.Object
}

// meta types give the generic functions below access to what every answer embeds.
type (
	connectorAnswer       struct{ api.Connector }
	scopedTokenAnswer     struct{ api.ScopedToken }
	webhookEndpointAnswer struct{ api.WebhookEndpoint }
	signingSecretAnswer   struct{ api.SigningSecret }
	rotationPolicyAnswer  struct{ api.RotationPolicy }
)

func (a *connectorAnswer) meta() *api.Object       { return &a.Object }
func (a *scopedTokenAnswer) meta() *api.Object     { return &a.Object }
func (a *webhookEndpointAnswer) meta() *api.Object { return &a.Object }
func (a *signingSecretAnswer) meta() *api.Object   { return &a.Object }
func (a *rotationPolicyAnswer) meta() *api.Object  { return &a.Object }

func (n noun) named(name string) string { return fmt.Sprintf("%s %q", n.name, name) }

// byID names an object by its id, unless the id is garbage.
func (n noun) byID(id string) string {
	if !idPattern.MatchString(id) {
		return n.name
	}
	return n.name + " " + id
}

func (n noun) route(id string, more ...string) string {
	route := "/v1/" + n.kind
	if id != "" {
		route += "/" + id
	}
	for _, m := range more {
		route += "/" + m
	}
	return route
}

func create[T any, P object[T]](ctx context.Context, cl *Client, n noun, name string, body any, hide []string, key string) (*T, error) {
	c := &call{
		method: http.MethodPost, route: n.route(""), op: "create", object: n.named(name), permission: api.PermissionWrite,
		body: body, hide: hide, write: Write{IdempotencyKey: key}, changes: true,
	}
	return answer[T, P](ctx, cl, c)
}

func read[T any, P object[T]](ctx context.Context, cl *Client, n noun, id string) (*T, error) {
	c := &call{method: http.MethodGet, route: n.route(id), op: "read", object: n.byID(id), permission: api.PermissionRead}
	if err := n.checkID(c, id); err != nil {
		return nil, err
	}
	return answer[T, P](ctx, cl, c)
}

func patch[T any, P object[T]](ctx context.Context, cl *Client, n noun, id string, body any, hide []string, w Write) (*T, error) {
	c := &call{
		method: http.MethodPatch, route: n.route(id), op: "change", object: n.byID(id), permission: api.PermissionWrite,
		body: body, hide: hide, write: w, changes: true,
	}
	if err := n.checkID(c, id); err != nil {
		return nil, err
	}
	return answer[T, P](ctx, cl, c)
}

func remove(ctx context.Context, cl *Client, n noun, id, key string) error {
	c := &call{
		method: http.MethodDelete, route: n.route(id), op: "delete", object: n.byID(id), permission: api.PermissionWrite,
		write: Write{IdempotencyKey: key}, changes: true,
	}
	if err := n.checkID(c, id); err != nil {
		return err
	}
	return cl.do(ctx, c, nil)
}

// byName finds an object by its name, through the list: a page at a time, because a list without the filter would be long.
func byName[T any, P object[T]](ctx context.Context, cl *Client, n noun, name string) (*T, error) {
	c := &call{op: "find", object: n.named(name), permission: api.PermissionRead}
	token := ""
	for {
		query := url.Values{"name": {name}}
		if token != "" {
			query.Set("page_token", token)
		}
		c = &call{method: http.MethodGet, route: n.route(""), query: query, op: c.op, object: c.object, permission: c.permission}
		var page api.Page[T]
		if err := cl.do(ctx, c, &page); err != nil {
			return nil, err
		}
		// JSON of something else, such as {} or null, does not say that there is none.
		if page.Items == nil {
			return nil, c.notTheAPI()
		}
		for i := range page.Items {
			if o := P(&page.Items[i]).meta(); o.Name == name && idPattern.MatchString(o.ID) {
				return &page.Items[i], nil
			}
		}
		if page.NextPageToken == "" || page.NextPageToken == token {
			return nil, &Error{
				Op: c.op, Object: c.object, Permission: c.permission, Status: http.StatusNotFound, Code: api.CodeNotFound,
				Detail: "there is none of this name", Attempts: c.attempts,
			}
		}
		token = page.NextPageToken
	}
}

// answer runs a call and refuses an answer that is JSON but no object, as a captive portal would give.
func answer[T any, P object[T]](ctx context.Context, cl *Client, c *call) (*T, error) {
	out := new(T)
	if err := cl.do(ctx, c, out); err != nil {
		return nil, err
	}
	if !idPattern.MatchString(P(out).meta().ID) {
		return nil, c.notTheAPI()
	}
	return out, nil
}

// notTheAPI is the error of a call whose answer is well-formed and means nothing.
func (c *call) notTheAPI() error {
	return &Error{
		Op: c.op, Object: c.object, Permission: c.permission, Status: http.StatusOK, Write: c.changes, Step: c.step,
		Detail: notTheAPI(http.StatusOK), Attempts: c.attempts,
	}
}
