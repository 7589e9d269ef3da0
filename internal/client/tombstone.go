package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TombstoneFilter restricts a list of tombstones. What is empty does not restrict it.
type TombstoneFilter struct{ Kind, Name, Owner, ConnectorID string }

func (f TombstoneFilter) query() url.Values {
	q := largePages()
	for name, value := range map[string]string{
		"kind": f.Kind, "name": f.Name, "owner": f.Owner, "connector_id": f.ConnectorID,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// Tombstones reads what is left of deleted objects, in the order of their ids.
func (c *Client) Tombstones(ctx context.Context, f TombstoneFilter) ([]api.Tombstone, error) {
	r := &request{
		method: http.MethodGet, route: "/v1/" + api.KindTombstones, query: f.query(), op: "list",
		object: "the tombstones", permission: api.PermissionRead,
	}
	return allPages(ctx, c, r, func(t api.Tombstone) error {
		return c.checkObject(r, api.Object{ID: t.ID, Name: t.Name, Tenant: t.Tenant, Environment: t.Environment})
	})
}
