// Package tombstones has the routes that say what is left of deleted objects: what they were, and who had them.
package tombstones

import (
	"context"
	"errors"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Handler serves the routes.
type Handler struct{ runner *txn.Runner }

// New returns a handler.
func New(runner *txn.Runner) *Handler { return &Handler{runner} }

const (
	tag   = "Tombstones"
	route = "/v1/" + api.KindTombstones
)

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	r.Tag(tag, "What is left of connectors, scoped tokens and signing secrets that were deleted.")
	httpapi.Register(r, httpapi.Operation{
		ID: "listTombstones", Method: http.MethodGet, Path: route, Tag: tag, Permission: api.PermissionRead,
		Returns: api.Page[api.Tombstone]{}, Summary: "List tombstones",
		Description: "Lists what is left of deleted connectors, scoped tokens and signing secrets, in the order of their " +
			"ids, in pages. Their values are destroyed; their history is in the audit trail, which ends with the event " +
			"`closed`. Filters are combined.",
	}, h.list)
	httpapi.Register(r, httpapi.Operation{
		ID: "getTombstone", Method: http.MethodGet, Path: route + "/{id}", Tag: tag, Permission: api.PermissionRead,
		Returns: api.Tombstone{}, Summary: "Read a tombstone",
		Description: "Returns what is left of the object that had this id. 404 where there was none, and while it exists.",
	}, h.get)
}

type listInput struct {
	PageSize    int    `query:"page_size" minimum:"1" maximum:"1000" default:"100" doc:"How many tombstones a page has at most; 100 if absent."`
	PageToken   string `query:"page_token" doc:"The next_page_token of the page before; absent for the first."`
	Kind        string `query:"kind" enum:"connectors,signing-secrets,scoped-tokens" doc:"Only objects of this kind."`
	Name        string `query:"name" doc:"Only objects that had this name at the end."`
	Owner       string `query:"owner" doc:"Only objects of this owner."`
	ConnectorID string `query:"connector_id" doc:"Only the connector with this id, and what belonged to it."`
}

func (h *Handler) list(ctx context.Context, in *listInput) (out *httpapi.Answer, err error) {
	after, err := httpapi.PageAfter(in.PageToken, "", "a list of tombstones")
	if err != nil {
		return nil, err
	}
	f := store.TombstoneFilter{Kind: in.Kind, Name: in.Name, Owner: in.Owner, ConnectorID: in.ConnectorID}
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		found, err := tx.Tombstones(ctx, tx.Scope, f, after, httpapi.PageLimit(in.PageSize))
		if err != nil {
			return err
		}
		out, err = httpapi.Page(in.PageSize, found, func(t *store.Tombstone) string { return t.ID }, flatten)
		return err
	})
	return out, err
}

func (h *Handler) get(ctx context.Context, in *httpapi.ByID) (out *httpapi.Answer, err error) {
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		t, err := tx.Tombstone(ctx, tx.Scope, in.ID)
		if errors.Is(err, store.ErrNotFound) {
			return problem.New(api.CodeNotFound, "", "environment %s of tenant %s has no tombstone with this id",
				tx.Scope.Environment, tx.Scope.Tenant)
		}
		out = httpapi.Body(flatten(&t))
		return err
	})
	return out, err
}

func flatten(t *store.Tombstone) api.Tombstone {
	return api.Tombstone{
		Kind: t.Kind, ID: t.ID, Name: t.Name, Owner: t.Owner, Tenant: t.Scope.Tenant, Environment: t.Scope.Environment,
		ConnectorID: t.ConnectorID, ConnectorName: t.ConnectorName, CreatedAt: t.CreatedAt.UTC(),
		ClosedAt: t.ClosedAt.UTC(), ClosedBy: t.ClosedBy, ClosedByName: t.ClosedByName, Version: t.Version,
		LastNumber: t.Highest,
	}
}
