package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// findingKind is what requests call findings. They are no kind of object: nothing creates, renames or deletes one.
var findingKind = api.Kind{
	Path: api.KindFindings, Singular: "finding", Plural: "findings", IDPrefix: api.FindingIDPrefix,
}

// FindingFilter restricts a list of findings. What is empty does not restrict it.
type FindingFilter struct {
	State string // open or closed

	Finding, Kind, ObjectID string
}

func (f FindingFilter) query() url.Values {
	q := largePages()
	for name, value := range map[string]string{
		"state": f.State, "finding": f.Finding, "kind": f.Kind, "object_id": f.ObjectID,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// Findings reads the findings that a filter selects, page by page as they are taken, the oldest first. It keeps one
// page in memory.
func (c *Client) Findings(ctx context.Context, f FindingFilter) iter.Seq2[*api.Finding, error] {
	return func(yield func(*api.Finding, error) bool) {
		r, more := &request{
			method: http.MethodGet, route: findingKind.Route(), query: f.query(), op: "list",
			object: "the findings", permission: api.PermissionRead, about: about{kind: findingKind},
		}, true
		_, err := eachPage(ctx, c, r, func(items []api.Finding) (bool, error) {
			for i := range items {
				if err := c.checkFinding(r, &items[i]); err != nil {
					return false, err
				}
				if more = yield(&items[i], nil); !more {
					return false, nil
				}
			}
			return true, nil
		})
		if err != nil && more {
			yield(nil, err)
		}
	}
}

// CloseFinding closes a finding. One that is closed already is an error with the code conflict.
func (c *Client) CloseFinding(ctx context.Context, id, reason string) (*api.Finding, error) {
	r, err := below(findingKind, id, http.MethodPost, "close", api.PermissionContain, "close")
	if err != nil {
		return nil, err
	}
	r.body, r.changes = api.FindingClose{Reason: reason}, true
	out := &api.Finding{}
	if err := c.do(ctx, r, out); err != nil {
		return nil, err
	}
	if err := c.checkFinding(r, out); err != nil {
		return nil, err
	}
	if out.State != api.FindingClosed {
		return nil, r.notTheAPI()
	}
	c.known.cleanTexts(out)
	return out, nil
}

// checkFinding refuses a finding of another environment, or another one than was asked for.
func (c *Client) checkFinding(r *request, f *api.Finding) error {
	return c.checkObject(r, api.Object{ID: f.ID, Tenant: f.Tenant, Environment: f.Environment})
}
