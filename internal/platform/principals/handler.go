// Package principals has the routes that list and end principals. Who a principal is and what it may do is for package
// access.
package principals

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Handler serves /v1/principals.
type Handler struct {
	runner  *txn.Runner
	changes *httpapi.Changes
}

// New returns a handler.
func New(runner *txn.Runner, changes *httpapi.Changes) *Handler { return &Handler{runner, changes} }

const (
	tag  = "Principals"
	path = "/v1/" + api.KindPrincipals
)

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	r.Tag(tag, "Who may call: the static tokens of an environment.")
	httpapi.Register(r, httpapi.Operation{
		ID: "listPrincipals", Method: http.MethodGet, Path: path, Tag: tag, Permission: api.PermissionRead,
		Returns: api.Page[api.Principal]{}, Summary: "List principals",
		Description: "Lists the principals of the environment in the order of their ids, in pages; expired ones too. " +
			"Never a token.",
	}, h.list)
	httpapi.Register(r, httpapi.Operation{
		ID: "deletePrincipal", Method: http.MethodDelete, Path: path + "/{id}", Tag: tag, Limit: limits.Reserve,
		Summary: "Delete a principal",
		Description: "Its token is refused from then on. The last principal with role deployer of an environment goes only " +
			"with `?last=true`.\n\nNeeds the permission `manage_principals`; every principal may delete itself.",
	}, h.delete)
}

func (h *Handler) list(ctx context.Context, in *httpapi.Listing) (out *httpapi.Answer, err error) {
	after, err := httpapi.PageAfter(in.PageToken, keys.IDPrincipal, "a list of principals")
	if err != nil {
		return nil, err
	}
	list := store.List{Name: in.Name, After: after, Limit: httpapi.PageLimit(in.PageSize)}
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		found, err := tx.Principals(ctx, tx.Scope, list)
		if err != nil {
			return err
		}
		out, err = httpapi.Page(in.PageSize, found, func(p *store.Principal) string { return p.ID }, flatten)
		return err
	})
	return out, err
}

type deleteInput struct {
	httpapi.ByID
	httpapi.Keyed
	Last bool `query:"last" doc:"True to delete the last principal with role deployer of the environment as well."`
}

func (h *Handler) delete(ctx context.Context, in *deleteInput) (*httpapi.Answer, error) {
	caller := access.From(ctx)
	if in.ID != caller.Principal.ID {
		if err := access.Authorize(caller, api.PermissionManagePrincipals); err != nil {
			return nil, err
		}
	}
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		p, err := access.Find(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		return httpapi.NoContent(), access.Delete(ctx, tx, p, in.Last, "?last=true")
	})
}

func flatten(p *store.Principal) api.Principal {
	return api.Principal{
		ID: p.ID, Name: p.Name, Role: p.Role, CreatedAt: p.CreatedAt.UTC(),
		ExpiresAt: httpapi.UTC(p.ExpiresAt), LastUsedAt: httpapi.UTC(p.LastUsedAt),
	}
}
