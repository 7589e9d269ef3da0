package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// object is a response that is an object of one of the kinds.
type object interface{ AsObject() api.Object }

// fetch sends a request whose response is an object. It refuses JSON that is no object, as a captive portal can give,
// and an object that is not the one that was asked for.
func fetch[T object](ctx context.Context, c *Client, r *request) (*T, error) {
	out := new(T)
	if err := c.do(ctx, r, out); err != nil {
		return nil, err
	}
	if err := c.checkObject(r, (*out).AsObject()); err != nil {
		return nil, err
	}
	c.known.cleanTexts(out)
	return out, nil
}

// create sends a POST to a collection.
func create[T object](ctx context.Context, c *Client, kind api.Kind, n naming, in any) (*T, error) {
	return fetch[T](ctx, c, creation(kind, n, in))
}

func creation(kind api.Kind, n naming, in any) *request {
	return &request{
		method: http.MethodPost, route: kind.Route(), body: in, changes: true,
		op: "create", object: n.object(kind), permission: kind.WritePermission(),
		about: about{kind: kind, naming: n},
	}
}

// below returns a request for one object, or for what is below it such as its rotation. It refuses what is no id.
func below(kind api.Kind, id, method, op, permission string, path ...string) (*request, error) {
	r := &request{
		method: method, route: kind.Route(append([]string{id}, path...)...),
		op: op, object: identified(kind, id), permission: permission, about: about{kind: kind, id: id},
	}
	return r, r.checkID(kind, id)
}

// get reads one object.
func get[T object](ctx context.Context, c *Client, kind api.Kind, id string) (*T, error) {
	r, err := below(kind, id, http.MethodGet, "read", api.PermissionRead)
	if err != nil {
		return nil, err
	}
	return fetch[T](ctx, c, r)
}

// patch sends a merge patch of one object.
func patch[T object](ctx context.Context, c *Client, kind api.Kind, id string, in any, w Write) (*T, error) {
	r, err := below(kind, id, http.MethodPatch, "change", kind.WritePermission())
	if err != nil {
		return nil, err
	}
	r.body, r.write, r.changes = in, w, true
	return fetch[T](ctx, c, r)
}

// remove deletes one object.
func remove(ctx context.Context, c *Client, kind api.Kind, id string) error {
	r, err := below(kind, id, http.MethodDelete, "delete", kind.WritePermission())
	if err != nil {
		return err
	}
	r.changes, r.emptyStatus = true, http.StatusNoContent
	return c.do(ctx, r, nil)
}

// byName finds an object by its name.
func byName[T object](ctx context.Context, c *Client, kind api.Kind, name string) (*T, error) {
	r := &request{
		method: http.MethodGet, route: kind.Route(), query: url.Values{"name": {name}},
		op: "find", object: named(kind, name), permission: api.PermissionRead, about: about{kind: kind},
	}
	var found *T
	last, err := eachPage(ctx, c, r, func(items []T) (more bool, err error) {
		for i := range items {
			if err := c.checkObject(r, items[i].AsObject()); err != nil {
				return false, err
			}
			if items[i].AsObject().Name == name {
				found = &items[i]
				return false, nil
			}
		}
		return true, nil
	})
	if err != nil || found != nil {
		return found, err
	}
	fail := last.failure()
	fail.Status, fail.Code, fail.Detail = http.StatusNotFound, api.CodeNotFound, "there is none of this name"
	return nil, fail
}

// listOf is the request for the objects of a kind that a filter selects.
func listOf(kind api.Kind, filter Filter) *request {
	return &request{
		method: http.MethodGet, route: kind.Route(), query: filter.query(),
		op: "list", object: "the " + kind.Plural, permission: api.PermissionRead, about: about{kind: kind},
	}
}

// list reads the objects of a kind that a filter selects.
func list[T object](ctx context.Context, c *Client, kind api.Kind, filter Filter) ([]T, error) {
	r := listOf(kind, filter)
	return allPages(ctx, c, r, func(item T) error { return c.checkObject(r, item.AsObject()) })
}

// each reads the objects of a kind that a filter selects, page by page as they are taken. The next page is read when
// the one before is used up; nothing is read after the last object that was taken. An error is the last element.
func each[T object](ctx context.Context, c *Client, kind api.Kind, filter Filter) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		r, more := listOf(kind, filter), true
		_, err := eachPage(ctx, c, r, func(items []T) (bool, error) {
			for i := range items {
				if err := c.checkObject(r, items[i].AsObject()); err != nil {
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
