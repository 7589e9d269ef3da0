// Package runs has the routes of the runs that create objects, and of the objects that no state has. What becomes of
// these objects is for package claims.
package runs

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/claims"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Handler serves /v1/runs, /v1/claims and /v1/orphans.
type Handler struct{ runner *txn.Runner }

// New returns a handler.
func New(runner *txn.Runner) *Handler { return &Handler{runner} }

const tag = "Runs"

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	r.Tag(tag, "What completes an interrupted apply: the instances of the provider that create objects, "+
		"and the objects that no state has.")
	httpapi.Register(r, httpapi.Operation{
		ID: "renewRun", Method: http.MethodPut, Path: "/v1/runs/{id}", Tag: tag,
		Returns: api.Run{}, Summary: "Renew the lease of a run",
		Description: "Says that the run is alive. Its first create made it, which needed a permission. For the principal " +
			"that made it.",
	}, h.renew)
	httpapi.Register(r, httpapi.Operation{
		ID: "endRun", Method: http.MethodPost, Path: "/v1/runs/{id}/end", Tag: tag, Summary: "End a run",
		Description: "In order: what the run made is never adopted. Otherwise: its lease ends now. " +
			"A run that has ended stays as it ended. For the principal that made it.",
	}, h.end)
	httpapi.Register(r, httpapi.Operation{
		ID: "presentClaims", Method: http.MethodPost, Path: "/v1/claims/present", Tag: tag,
		Permission: api.PermissionRead, Summary: "Present claims", BeforeConfirmation: httpapi.Served,
		Description: "Says that a state has these objects, as a read of each with its claim does: none of them is adopted " +
			"from then on. For a reader of lists, which show the digests of the claims.",
	}, h.present)
	httpapi.Register(r, httpapi.Operation{
		ID: "listOrphans", Method: http.MethodGet, Path: "/v1/orphans", Tag: tag, Permission: api.PermissionRead,
		Returns: api.Page[api.Orphan]{}, Summary: "List orphans",
		Description: "Lists, in the order of their ids and in pages, the objects that were made with a claim 24 hours ago " +
			"or more, and whose claim no read has presented since: no state has them. Import them, or delete them. " +
			"It also lists the objects that were deleted with `?when=unused` an hour ago or more, and are still in use: " +
			"point their users elsewhere, or undelete them. Nothing else happens to either by itself.",
	}, h.orphans)
}

func (h *Handler) renew(ctx context.Context, in *httpapi.ByID) (*httpapi.Answer, error) {
	var run *store.Run
	err := h.runner.Update(ctx, access.CallerOf(ctx), func(tx *txn.Tx) (err error) {
		run, err = claims.Renew(ctx, tx, in.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return httpapi.Body(api.Run{
		ID: run.ID, StartedAt: run.StartedAt.UTC(), LeaseUntil: run.LeaseUntil.UTC(),
		EndedAt: httpapi.UTC(run.EndedAt), InOrder: run.InOrder,
	}), nil
}

type endInput struct {
	httpapi.ByID
	Body api.RunEnd
}

func (h *Handler) end(ctx context.Context, in *endInput) (*httpapi.Answer, error) {
	err := h.runner.Update(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		return claims.End(ctx, tx, in.ID, in.Body.InOrder)
	})
	if err != nil {
		return nil, err
	}
	return httpapi.NoContent(), nil
}

type presentInput struct{ Body api.PresentClaims }

func (h *Handler) present(ctx context.Context, in *presentInput) (*httpapi.Answer, error) {
	if err := claims.PresentAll(ctx, h.runner, access.CallerOf(ctx), in.Body.Claims); err != nil {
		return nil, err
	}
	return httpapi.NoContent(), nil
}

type orphansInput struct {
	PageSize  int    `query:"page_size" minimum:"1" maximum:"1000" default:"100" doc:"How many objects at most; 100 if absent."`
	PageToken string `query:"page_token" doc:"The next_page_token of the page before; absent for the first."`
}

func (h *Handler) orphans(ctx context.Context, in *orphansInput) (out *httpapi.Answer, err error) {
	after, err := httpapi.PageAfter(in.PageToken, "", "a list of orphans")
	if err != nil {
		return nil, err
	}
	list := store.List{After: after, Limit: httpapi.PageLimit(in.PageSize)}
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		unclaimed, err := unclaimed(ctx, tx, list)
		if err != nil {
			return err
		}
		deleting, err := deleting(ctx, tx, list)
		if err != nil {
			return err
		}
		found := slices.Concat(unclaimed, deleting)
		slices.SortFunc(found, func(a, b api.Orphan) int { return cmp.Compare(a.ID, b.ID) })
		found = found[:min(len(found), list.Limit)]
		out, err = httpapi.Page(in.PageSize, found, func(o api.Orphan) string { return o.ID },
			func(o api.Orphan) api.Orphan { return o })
		return err
	})
	return out, err
}

// unclaimed lists the objects whose claim nobody presented.
func unclaimed(ctx context.Context, tx *txn.Tx, list store.List) (out []api.Orphan, err error) {
	found, err := tx.Orphans(ctx, tx.Scope, tx.Now.Add(-api.OrphanAge), list)
	if err != nil {
		return nil, err
	}
	for _, o := range found {
		name, err := tx.PrincipalName(ctx, tx.Scope, o.Principal)
		if err != nil {
			return nil, err
		}
		out = append(out, api.Orphan{
			Kind: o.Kind, ID: o.ObjectID, Name: o.Name, CreatedAt: httpapi.UTC(o.CreatedAt),
			CreatedBy: o.Principal, CreatedByName: name, RunID: o.RunID,
		})
	}
	return out, nil
}

// deleting lists the objects that were deleted while they were in use, and still are.
func deleting(ctx context.Context, tx *txn.Tx, list store.List) (out []api.Orphan, err error) {
	found, err := tx.DeletingSince(ctx, tx.Scope, tx.Now.Add(-api.DeletingAge), list)
	if err != nil {
		return nil, err
	}
	for _, d := range found {
		name, err := tx.PrincipalName(ctx, tx.Scope, d.By)
		if err != nil {
			return nil, err
		}
		users, err := tx.UsersOf(ctx, d.Scope, d.Kind, d.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, api.Orphan{
			Kind: d.Kind, ID: d.ID, Name: d.Name, DeletingSince: httpapi.UTC(d.Since), DeletedBy: d.By,
			DeletedByName: name, InUseBy: httpapi.FlattenUsers(users), InUseCount: users.Count,
		})
	}
	return out, nil
}
