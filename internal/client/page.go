package client

import (
	"context"
	"maps"
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// largePages asks for pages of the largest size. Not every list takes it.
func largePages() url.Values { return url.Values{"page_size": {"1000"}} }

// eachPage sends a list request once per page until visit returns false, and returns the last request. A missing list
// is an error: JSON of something else does not say that there is nothing.
func eachPage[T any](ctx context.Context, c *Client, first *request, visit func(items []T) bool) (*request, error) {
	token := ""
	for {
		r := first.page(token)
		var page api.Page[T]
		if err := c.do(ctx, r, &page); err != nil {
			return r, err
		}
		if page.Items == nil {
			return r, r.notTheAPI()
		}
		if !visit(page.Items) || page.NextPageToken == "" || page.NextPageToken == token {
			return r, nil
		}
		token = page.NextPageToken
	}
}

// allPages reads a list to its end.
func allPages[T any](ctx context.Context, c *Client, first *request) ([]T, error) {
	all := []T{}
	_, err := eachPage(ctx, c, first, func(items []T) bool {
		all = append(all, items...)
		return true
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// page returns the request for the page with a token; empty is the first page.
func (r *request) page(token string) *request {
	query := url.Values{}
	maps.Copy(query, r.query)
	if token != "" {
		query.Set("page_token", token)
	}
	return &request{
		method: r.method, route: r.route, query: query, op: r.op, object: r.object, permission: r.permission,
	}
}
