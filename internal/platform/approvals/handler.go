package approvals

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

// Handler serves /v1/approvals and /v1/elevations.
type Handler struct {
	runner  *txn.Runner
	changes *httpapi.Changes
}

// New returns a handler.
func New(runner *txn.Runner, changes *httpapi.Changes) *Handler { return &Handler{runner, changes} }

const tag = "Approvals"

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	h.changes.Shows(api.ApprovalIDPrefix, func(ctx context.Context, tx *txn.Tx, id string) (any, error) {
		a, err := load(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		return flatten(a, tx.Now), nil
	})
	r.Tag(tag, "What waits for a second person: requests that the environment policy has wait, and elevations.")
	one := api.ApprovalsPath + "/{id}"
	httpapi.Register(r, httpapi.Operation{
		ID: "listApprovals", Method: http.MethodGet, Path: api.ApprovalsPath, Tag: tag, Permission: api.PermissionRead,
		Returns: api.Page[api.Approval]{}, Summary: "List approvals",
		Description: "Lists what waits or has waited for a second person in the last 90 days, in the order of the " +
			"ids, in pages.",
	}, h.list)
	httpapi.Register(r, httpapi.Operation{
		ID: "getApproval", Method: http.MethodGet, Path: one, Tag: tag, Permission: api.PermissionRead,
		Returns: api.Approval{}, Summary: "Read an approval",
		Description: "Returns what is asked for, by whom, and where it stands.",
	}, h.get)
	httpapi.Register(r, httpapi.Operation{
		ID: "approve", Method: http.MethodPost, Path: one + "/approve", Tag: tag, Permission: api.PermissionApprove,
		Returns: api.Approval{}, Summary: "Approve",
		Description: "By a person who did not ask. The same request of the same caller then passes once within 4h; an " +
			"elevation begins at once.",
	}, h.decides(api.ApprovalApproved))
	httpapi.Register(r, httpapi.Operation{
		ID: "refuse", Method: http.MethodPost, Path: one + "/refuse", Tag: tag, Permission: api.PermissionApprove,
		Returns: api.Approval{}, Summary: "Refuse", Description: "By a person who did not ask.",
	}, h.decides(api.ApprovalRefused))
	h.mountElevations(r)
}

type listInput struct {
	PageSize  int    `query:"page_size" minimum:"1" maximum:"1000" default:"100" doc:"How many approvals at most; 100 if absent."`
	PageToken string `query:"page_token" doc:"The next_page_token of the page before; absent for the first."`
	State     string `query:"state" enum:"pending,approved,refused,used,expired,ended" doc:"Only approvals in this state; all if absent."`
}

func (h *Handler) list(ctx context.Context, in *listInput) (out *httpapi.Answer, err error) {
	after, err := httpapi.PageAfter(in.PageToken, api.ApprovalIDPrefix, "a list of approvals")
	if err != nil {
		return nil, err
	}
	list := store.List{After: after, Limit: httpapi.PageLimit(in.PageSize)}
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		found, err := tx.Approvals(ctx, tx.Scope, in.State, list)
		if err != nil {
			return err
		}
		selects := func(a *store.Approval) bool { return in.State == "" || flatten(a, tx.Now).State == in.State }
		out, err = httpapi.Selected(in.PageSize, found, func(a *store.Approval) string { return a.ID }, selects,
			func(a *store.Approval) api.Approval { return flatten(a, tx.Now) })
		return err
	})
	return out, err
}

func (h *Handler) get(ctx context.Context, in *httpapi.ByID) (out *httpapi.Answer, err error) {
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		a, err := load(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		out = httpapi.Body(flatten(a, tx.Now))
		return nil
	})
	return out, err
}

type decideInput struct {
	httpapi.ByID
	httpapi.Keyed
	Body *api.ApprovalDecision
}

func (h *Handler) decides(to string) func(context.Context, *decideInput) (*httpapi.Answer, error) {
	return func(ctx context.Context, in *decideInput) (*httpapi.Answer, error) {
		comment := httpapi.ValueOr(in.Body, api.ApprovalDecision{}).Comment
		if comment != "" {
			if err := api.CheckReason(comment); err != nil {
				return nil, problem.Refused("/comment", err)
			}
		}
		return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
			a, err := load(ctx, tx, in.ID)
			if err != nil {
				return nil, err
			}
			if reason := mayDecide(a, callerOf(ctx), tx.Now, tx.Paused); reason != "" {
				return nil, undecidable(a, reason)
			}
			a.State, a.DecidedBy, a.DecidedName, a.DecidedAt, a.Comment = to, tx.Actor, tx.ActorName, tx.Now, comment
			action := actionRefuse
			if to == api.ApprovalApproved {
				action = actionApprove
				a.ExpiresAt = tx.Now.Add(api.ApprovalUse)
				if a.Operation == api.OperationElevation {
					a.ExpiresAt = tx.Now.Add(a.Lasts)
				}
			}
			if err := save(ctx, tx, a, api.ApprovalPending); err != nil {
				return nil, err
			}
			out := httpapi.Body(flatten(a, tx.Now))
			out.ID = a.ID
			return out, tx.Audit(ctx, action, api.KindApprovals, a.ID, recorded(a))
		})
	}
}

func load(ctx context.Context, tx *txn.Tx, id string) (*store.Approval, error) {
	a, err := tx.Approval(ctx, tx.Scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, problem.New(api.CodeNotFound, "", "there is no approval with this id in tenant %s, environment %s",
			tx.Scope.Tenant, tx.Scope.Environment)
	}
	if err != nil {
		return nil, err
	}
	bound, err := tx.Keys.Rows().Approval(a)
	return a, tx.CheckBound(ctx, bound, err)
}
