// Package people knows who signs in: the issuers of a tenant, what they say of a person, and which role people have
// in an environment. Workloads sign in by package workload, and have nothing to do with it.
package people

import (
	"context"
	"errors"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/approvals"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Handler serves /v1/role-bindings.
type Handler struct {
	runner  *txn.Runner
	changes *httpapi.Changes
}

// New returns a handler.
func New(runner *txn.Runner, changes *httpapi.Changes) *Handler { return &Handler{runner, changes} }

var kind = api.RoleBindings

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	h.changes.Shows(kind.IDPrefix, func(ctx context.Context, tx *txn.Tx, id string) (any, error) {
		b, err := load(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		return flatten(b), nil
	})
	r.Tag(kind.Tag, "Which role the people whom an issuer signs in have in the environment.")
	one := kind.Route("{id}")
	httpapi.Register(r, httpapi.Operation{
		ID: "createRoleBinding", Method: http.MethodPost, Path: kind.Route(), Tag: kind.Tag,
		Permission: api.PermissionGrant, Returns: api.RoleBinding{}, Status: http.StatusCreated,
		Summary: "Create a role binding",
		Description: "Gives a role to the people of a group, or to the person with a verified e-mail address, in this " +
			"environment. The caller's role says which roles it may give.",
	}, h.create)
	httpapi.Register(r, httpapi.Operation{
		ID: "listRoleBindings", Method: http.MethodGet, Path: kind.Route(), Tag: kind.Tag,
		Permission: api.PermissionRead, Returns: api.Page[api.RoleBinding]{}, Summary: "List role bindings",
		Description: "Lists the role bindings of the environment in the order of their ids, in pages. name is the group or " +
			"the e-mail address.",
	}, h.list)
	httpapi.Register(r, httpapi.Operation{
		ID: "getRoleBinding", Method: http.MethodGet, Path: one, Tag: kind.Tag, Permission: api.PermissionRead,
		Returns: api.RoleBinding{}, Summary: "Read a role binding", Description: "Returns the role binding.",
	}, h.get)
	httpapi.Register(r, httpapi.Operation{
		ID: "patchRoleBinding", Method: http.MethodPatch, Path: one, Tag: kind.Tag, Permission: api.PermissionGrant,
		Returns: api.RoleBinding{}, Summary: "Change a role binding",
		Description: "Merge patch of whom it is for and of the role. It counts at the next request of the people. The " +
			"caller's role must be one that may grant both the old and the new role.",
	}, h.patch)
	httpapi.Register(r, httpapi.Operation{
		ID: "deleteRoleBinding", Method: http.MethodDelete, Path: one, Tag: kind.Tag, Permission: api.PermissionGrant,
		Summary:     "Delete a role binding",
		Description: "The people lose the role at their next request. The caller's role must be one that may grant it.",
	}, h.delete)
}

type createInput struct {
	httpapi.Keyed
	Body api.RoleBindingCreate
}

func (h *Handler) create(ctx context.Context, in *createInput) (*httpapi.Answer, error) {
	if err := mayGrant(ctx, in.Body.Role); err != nil {
		return nil, err
	}
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		b, err := expand(ctx, tx, &in.Body)
		if err != nil {
			return nil, err
		}
		if err := tx.InsertRoleBinding(ctx, b); errors.Is(err, store.ErrNameTaken) {
			return nil, problem.New(api.CodeConflict, "", "a role binding of this environment says the same already: import "+
				"it; GET %s?name=… finds it", kind.Route())
		} else if err != nil {
			return nil, err
		}
		if err := bind(ctx, tx, b); err != nil {
			return nil, err
		}
		if err := tx.Audit(ctx, txn.ActionCreate, kind.Path, b.ID, recorded(b)); err != nil {
			return nil, err
		}
		return httpapi.Created(kind, &b.Object, flatten(b)), approvals.Require(ctx, tx, approvals.Ask{
			Operation: api.ApproveGrant, Method: http.MethodPost, Path: kind.Route(), Body: in.Body, About: recorded(b),
		})
	})
}

func (h *Handler) list(ctx context.Context, in *httpapi.Listing) (out *httpapi.Answer, err error) {
	after, err := httpapi.PageAfter(in.PageToken, kind.IDPrefix, "a list of role bindings")
	if err != nil {
		return nil, err
	}
	list := store.List{Name: in.Name, After: after, Limit: httpapi.PageLimit(in.PageSize)}
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		found, err := tx.RoleBindings(ctx, tx.Scope, list)
		if err != nil {
			return err
		}
		out, err = httpapi.Page(in.PageSize, found, func(b *store.RoleBinding) string { return b.ID }, flatten)
		return err
	})
	return out, err
}

func (h *Handler) get(ctx context.Context, in *httpapi.ByID) (out *httpapi.Answer, err error) {
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		b, err := load(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		out = httpapi.Object(&b.Object, flatten(b))
		return nil
	})
	return out, err
}

type patchInput struct {
	httpapi.ByID
	httpapi.Conditional
	Body api.RoleBindingPatch `contentType:"application/merge-patch+json"`
}

func (h *Handler) patch(ctx context.Context, in *patchInput) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		b, err := toChange(ctx, tx, in.ID, in.IfMatch)
		if err != nil {
			return nil, err
		}
		before := *b
		if err := merge(b, &in.Body); err != nil {
			return nil, err
		}
		if err := mayGrant(ctx, b.Role); err != nil {
			return nil, err
		}
		if b.Role == before.Role && b.Attribute == before.Attribute && b.Value == before.Value {
			return httpapi.Object(&b.Object, flatten(b)), nil
		}
		b.Etag++
		if err := tx.UpdateRoleBinding(ctx, b); errors.Is(err, store.ErrNameTaken) {
			return nil, problem.New(api.CodeConflict, "", "another role binding gives this role to the same people already; "+
				"delete one of the two")
		} else if err != nil {
			return nil, err
		}
		if err := bind(ctx, tx, b); err != nil {
			return nil, err
		}
		detail := recorded(b)
		detail["previous_name"], detail["previous_role"] = before.Value, before.Role
		if err := tx.Audit(ctx, txn.ActionUpdate, kind.Path, b.ID, detail); err != nil {
			return nil, err
		}
		return httpapi.Object(&b.Object, flatten(b)), approvals.Require(ctx, tx, approvals.Ask{
			Operation: api.ApproveGrant, Method: http.MethodPatch, Path: kind.Route(b.ID), Body: in.Body, About: detail,
		})
	})
}

func (h *Handler) delete(ctx context.Context, in *httpapi.ByIDConditional) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		b, err := toChange(ctx, tx, in.ID, in.IfMatch)
		if err != nil {
			return nil, err
		}
		return httpapi.NoContent(), remove(ctx, tx, b)
	})
}

// EndBinding deletes a role binding: the people lose the role at their next request.
func EndBinding(ctx context.Context, tx *txn.Tx, id string) error {
	b, err := load(ctx, tx, id)
	if err != nil {
		return err
	}
	return remove(ctx, tx, b)
}

func remove(ctx context.Context, tx *txn.Tx, b *store.RoleBinding) error {
	if err := tx.DeleteRoleBinding(ctx, tx.Scope, b.ID); err != nil {
		return err
	}
	return tx.Audit(ctx, txn.ActionDelete, kind.Path, b.ID, recorded(b))
}

// mayGrant refuses a caller whose role may not give a role to people, nor take it from them.
func mayGrant(ctx context.Context, role string) error {
	if err := api.CheckPersonRole(role); err != nil {
		return problem.Refused("/role", err)
	}
	return access.From(ctx).CheckGrant(role, "a role binding")
}

// toChange reads a binding whose role the caller may grant.
func toChange(ctx context.Context, tx *txn.Tx, id, ifMatch string) (*store.RoleBinding, error) {
	b, err := load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := mayGrant(ctx, b.Role); err != nil {
		return nil, err
	}
	return b, httpapi.CheckMatch(kind, &b.Object, ifMatch)
}

func load(ctx context.Context, tx *txn.Tx, id string) (*store.RoleBinding, error) {
	b, err := tx.RoleBinding(ctx, tx.Scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, httpapi.NotFound(kind, tx.Scope)
	}
	if err != nil {
		return nil, err
	}
	bound, err := tx.Keys.Rows().RoleBinding(b)
	return b, tx.CheckBound(ctx, bound, err)
}

func bind(ctx context.Context, tx *txn.Tx, b *store.RoleBinding) error {
	bound, err := tx.Keys.Rows().RoleBinding(b)
	return tx.Bind(ctx, bound, err)
}
