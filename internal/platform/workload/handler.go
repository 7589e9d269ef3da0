// Package workload has the workload identities: which workload may exchange a JWT of its issuer for an access token.
// It verifies such JWTs and decides which identity takes them. The exchange itself is for package exchange.
package workload

import (
	"context"
	"errors"
	"net/http"
	"reflect"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/approvals"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Handler serves /v1/workload-identities.
type Handler struct {
	runner      *txn.Runner
	changes     *httpapi.Changes
	checkIssuer func(string) error
}

// New returns a handler. checkIssuer refuses an issuer whose keys the platform may not fetch.
func New(runner *txn.Runner, changes *httpapi.Changes, checkIssuer func(string) error) *Handler {
	return &Handler{runner, changes, checkIssuer}
}

var kind = api.WorkloadIdentities

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	h.changes.Shows(kind.IDPrefix, func(ctx context.Context, tx *txn.Tx, id string) (any, error) {
		w, err := Load(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		return flatten(w), nil
	})
	r.Tag(kind.Tag, "Which workload may exchange a JWT of its issuer for an access token, and with which role.")
	one := kind.Route("{id}")
	httpapi.Register(r, httpapi.Operation{
		ID: "createWorkloadIdentity", Method: http.MethodPost, Path: kind.Route(), Tag: kind.Tag,
		Permission: api.PermissionGrant, Returns: api.WorkloadIdentity{}, Status: http.StatusCreated,
		Summary: "Create a workload identity",
		Description: "Makes an identity that takes the JWTs of one issuer and audience whose claims fit. The caller's role " +
			"says which roles it may have.",
	}, h.create)
	httpapi.Register(r, httpapi.Operation{
		ID: "listWorkloadIdentities", Method: http.MethodGet, Path: kind.Route(), Tag: kind.Tag,
		Permission: api.PermissionRead, Returns: api.Page[api.WorkloadIdentity]{}, Summary: "List workload identities",
		Description: "Lists the workload identities of the environment in the order of their ids, in pages.",
	}, h.list)
	httpapi.Register(r, httpapi.Operation{
		ID: "getWorkloadIdentity", Method: http.MethodGet, Path: one, Tag: kind.Tag, Permission: api.PermissionRead,
		Returns: api.WorkloadIdentity{}, Summary: "Read a workload identity",
		Description: "Returns the identity. There is no secret in it: uploaded keys are public ones.",
	}, h.get)
	httpapi.Register(r, httpapi.Operation{
		ID: "patchWorkloadIdentity", Method: http.MethodPatch, Path: one, Tag: kind.Tag, Permission: api.PermissionGrant,
		Returns: api.WorkloadIdentity{}, Summary: "Change a workload identity",
		Description: "Merge patch. The caller's role must be one that may grant both the old and the new role. A change of " +
			"role or allowed_cidrs counts at the next use of every access token of the identity.",
	}, h.patch)
	httpapi.Register(r, httpapi.Operation{
		ID: "deleteWorkloadIdentity", Method: http.MethodDelete, Path: one, Tag: kind.Tag, Permission: api.PermissionGrant,
		Summary:     "Delete a workload identity",
		Description: "Its access tokens are refused from then on. The caller's role must be one that may grant its role.",
	}, h.delete)
}

type createInput struct {
	httpapi.Creating
	Body api.WorkloadIdentityCreate
}

func (h *Handler) create(ctx context.Context, in *createInput) (*httpapi.Answer, error) {
	if err := mayGrant(ctx, in.Body.Role); err != nil {
		return nil, err
	}
	return h.changes.Create(ctx, kind, in.Creating, in.Body.Name, func(tx *txn.Tx) (*httpapi.Answer, error) {
		w, err := expand(ctx, tx, &in.Body)
		if err != nil {
			return nil, err
		}
		if err := check(w); err != nil {
			return nil, err
		}
		if err := h.checkFetched(nil, w); err != nil {
			return nil, err
		}
		if err := httpapi.CheckNameFree(ctx, tx, kind, w.Name); err != nil {
			return nil, err
		}
		if err := guardrails.Check(ctx, tx, w.ID, nil, guardrails.WorkloadIdentity(w)); err != nil {
			return nil, err
		}
		if err := tx.InsertWorkloadIdentity(ctx, w); err != nil {
			return nil, err
		}
		if err := bind(ctx, tx, w); err != nil {
			return nil, err
		}
		err = tx.Audit(ctx, txn.ActionCreate, kind.Path, w.ID, map[string]string{"name": w.Name, "role": w.Role})
		if err != nil {
			return nil, err
		}
		return httpapi.Created(kind, &w.Object, flatten(w)), approvals.Require(ctx, tx, approvals.Ask{
			Operation: api.ApproveGrant, Method: http.MethodPost, Path: kind.Route(), Body: in.Body,
			About: about(w, in.Body.NamePrefix),
		})
	})
}

type listInput struct {
	httpapi.ObjectListing
	httpapi.ByOwner
}

func (h *Handler) list(ctx context.Context, in *listInput) (out *httpapi.Answer, err error) {
	list, err := in.List(kind)
	if err != nil {
		return nil, err
	}
	list.Owner = in.Owner
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		found, err := tx.WorkloadIdentities(ctx, tx.Scope, list)
		if err != nil {
			return err
		}
		out, err = httpapi.Page(in.PageSize, found, func(w *store.WorkloadIdentity) string { return w.ID }, flatten)
		return err
	})
	return out, err
}

func (h *Handler) get(ctx context.Context, in *httpapi.Reading) (out *httpapi.Answer, err error) {
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		w, err := Load(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		out = httpapi.Object(&w.Object, flatten(w))
		return nil
	})
	return h.changes.Claimed(ctx, in, out, err)
}

type patchInput struct {
	httpapi.ByID
	httpapi.Conditional
	Body api.WorkloadIdentityPatch `contentType:"application/merge-patch+json"`
}

func (h *Handler) patch(ctx context.Context, in *patchInput) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		w, err := h.toChange(ctx, tx, in.ID, in.IfMatch)
		if err != nil {
			return nil, err
		}
		before := *w
		if err := merge(w, &in.Body); err != nil {
			return nil, err
		}
		if err := mayGrant(ctx, w.Role); err != nil {
			return nil, err
		}
		if err := check(w); err != nil {
			return nil, err
		}
		if err := h.checkFetched(&before, w); err != nil {
			return nil, err
		}
		if w.Name != before.Name {
			if err := httpapi.CheckNameFree(ctx, tx, kind, w.Name); err != nil {
				return nil, err
			}
		}
		if reflect.DeepEqual(before, *w) {
			return httpapi.Object(&w.Object, flatten(w)), nil
		}
		was := guardrails.WorkloadIdentity(&before)
		if err := guardrails.Check(ctx, tx, w.ID, &was, guardrails.WorkloadIdentity(w)); err != nil {
			return nil, err
		}
		w.Etag++
		if err := tx.UpdateWorkloadIdentity(ctx, w); err != nil {
			return nil, err
		}
		if err := bind(ctx, tx, w); err != nil {
			return nil, err
		}
		detail, after := httpapi.Differences(flatten(&before), flatten(w)), flatten(w)
		if w.Role != before.Role {
			detail["role"], detail["previous_role"] = w.Role, before.Role
		}
		if err := tx.Audit(ctx, txn.ActionUpdate, kind.Path, w.ID, detail); err != nil {
			return nil, err
		}
		return httpapi.Object(&w.Object, after), approvals.Require(ctx, tx, approvals.Ask{
			Operation: api.ApproveGrant, Method: http.MethodPatch, Path: kind.Route(w.ID), Body: in.Body,
			About: about(w, ""),
		})
	})
}

func (h *Handler) delete(ctx context.Context, in *httpapi.ByIDConditional) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		w, err := h.toChange(ctx, tx, in.ID, in.IfMatch)
		if err != nil {
			return nil, err
		}
		return httpapi.NoContent(), Delete(ctx, tx, w)
	})
}

// Delete deletes an identity: nothing is exchanged for it, and its access tokens are refused.
func Delete(ctx context.Context, tx *txn.Tx, w *store.WorkloadIdentity) error {
	if err := tx.DeleteWorkloadIdentity(ctx, tx.Scope, w.ID); err != nil {
		return err
	}
	return tx.Audit(ctx, txn.ActionDelete, kind.Path, w.ID, map[string]string{"name": w.Name, "role": w.Role})
}

// toChange reads an identity that the caller's role may grant.
func (h *Handler) toChange(ctx context.Context, tx *txn.Tx, id, ifMatch string) (*store.WorkloadIdentity, error) {
	w, err := Load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := mayGrant(ctx, w.Role); err != nil {
		return nil, err
	}
	return w, httpapi.CheckMatch(kind, &w.Object, ifMatch)
}

// checkFetched refuses an issuer that the platform may not ask for its keys, where it would. A write that changes
// neither lets the issuer be.
func (h *Handler) checkFetched(before, w *store.WorkloadIdentity) error {
	if w.JWKS != nil || before != nil && before.JWKS == nil && before.Issuer == w.Issuer {
		return nil
	}
	if err := h.checkIssuer(w.Issuer); err != nil {
		return problem.Refused("/issuer", err)
	}
	return nil
}

// mayGrant refuses a caller whose role may not give a role to a workload, nor take it from one.
func mayGrant(ctx context.Context, role string) error {
	if err := api.CheckRole(role); err != nil {
		return problem.Refused("/role", err)
	}
	return access.From(ctx).CheckGrant(role, "a workload identity")
}

// Load reads an identity of the scope, and checks its row.
func Load(ctx context.Context, tx *txn.Tx, id string) (*store.WorkloadIdentity, error) {
	w, err := tx.WorkloadIdentity(ctx, tx.Scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, httpapi.NotFound(kind, tx.Scope)
	}
	if err != nil {
		return nil, err
	}
	bound, err := tx.Keys.Rows().WorkloadIdentity(w)
	return w, tx.CheckBound(ctx, bound, err)
}

// bind binds the columns of an identity that was just written to its row.
func bind(ctx context.Context, tx *txn.Tx, w *store.WorkloadIdentity) error {
	bound, err := tx.Keys.Rows().WorkloadIdentity(w)
	return tx.Bind(ctx, bound, err)
}
