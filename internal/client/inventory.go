package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"sort"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// InventoryFilter restricts the inventory. What is empty does not restrict it.
type InventoryFilter struct {
	Kind, Owner, ConnectorID string

	Label string // KEY for any value, or KEY=VALUE

	UnusedFor, OlderThan, ExpiresWithin string // durations such as 90d

	Finding string // a rule, such as leaked

	Overdue, Unacknowledged, Orphan, CertificationEnded bool
}

func (f InventoryFilter) query() url.Values {
	q := largePages()
	for name, value := range map[string]string{
		"kind": f.Kind, "owner": f.Owner, "connector_id": f.ConnectorID, "label": f.Label, "unused_for": f.UnusedFor,
		"older_than": f.OlderThan, "expires_within": f.ExpiresWithin, "finding": f.Finding,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, value := range map[string]bool{
		"overdue": f.Overdue, "unacknowledged": f.Unacknowledged, "orphan": f.Orphan,
		"certification_ended": f.CertificationEnded,
	} {
		if value {
			q.Set(name, "true")
		}
	}
	return q
}

// Inventory reads the credentials that a filter selects, page by page as they are taken, in the order of their ids. It
// keeps one page in memory.
func (c *Client) Inventory(ctx context.Context, f InventoryFilter) iter.Seq2[*api.InventoryEntry, error] {
	return func(yield func(*api.InventoryEntry, error) bool) {
		r, more := &request{
			method: http.MethodGet, route: "/v1/" + api.KindInventory, query: f.query(), op: "list",
			object: "the inventory", permission: api.PermissionRead,
		}, true
		_, err := eachPage(ctx, c, r, func(items []api.InventoryEntry) (bool, error) {
			for i := range items {
				e := &items[i]
				err := c.checkObject(r, api.Object{ID: e.ID, Name: e.Name, Tenant: e.Tenant, Environment: e.Environment})
				if err != nil {
					return false, err
				}
				if more = yield(e, nil); !more {
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

// Riskiest reads the inventory to its end and returns the n entries with the highest risk, the highest first, and
// whether there are others. It keeps these and one page in memory.
func (c *Client) Riskiest(
	ctx context.Context, f InventoryFilter, n int,
) (top []api.InventoryEntry, more bool, err error) {
	for e, err := range c.Inventory(ctx, f) {
		if err != nil {
			return nil, false, err
		}
		at := sort.Search(len(top), func(i int) bool { return top[i].Risk.Score < e.Risk.Score })
		top = slices.Insert(top, at, *e) // behind those with the same risk, whose ids are lower
		if len(top) > n {
			top, more = top[:n], true
		}
	}
	return top, more, nil
}
