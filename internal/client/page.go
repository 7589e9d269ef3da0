package client

import (
	"context"
	"maps"
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// largePages requests pages of the largest size. Not every list takes it.
func largePages() url.Values { return url.Values{"page_size": {"1000"}} }

// eachPage sends a list request once per page while visit asks for more, and returns the last request. A missing list
// is an error: JSON of something else does not say that there is nothing.
func eachPage[T any](
	ctx context.Context, c *Client, first *request, visit func(items []T) (more bool, err error),
) (*request, error) {
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
		for i := range page.Items {
			c.known.cleanTexts(&page.Items[i])
		}
		more, err := visit(page.Items)
		if err != nil || !more || page.NextPageToken == "" || page.NextPageToken == token {
			return r, err
		}
		token = page.NextPageToken
	}
}

// allPages reads a list to its end. check refuses an item that does not belong there; nil is for items that do not say
// where they belong.
func allPages[T any](ctx context.Context, c *Client, first *request, check func(T) error) ([]T, error) {
	all := []T{}
	_, err := eachPage(ctx, c, first, func(items []T) (more bool, err error) {
		for _, item := range items {
			if check == nil {
				break
			}
			if err := check(item); err != nil {
				return false, err
			}
		}
		all = append(all, items...)
		return true, nil
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
		about: r.about,
	}
}
