package governance

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

func (h *Handler) mountExemptions(r *httpapi.Router) {
	kind := api.GuardrailExemptions
	h.changes.Shows(kind.IDPrefix, func(ctx context.Context, tx *txn.Tx, id string) (any, error) {
		e, err := guardrails.Exemption(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		return flattenExemption(tx, e), nil
	})
	one := kind.Route("{id}")
	httpapi.Register(r, httpapi.Operation{
		ID: "createGuardrailExemption", Method: http.MethodPost, Path: kind.Route(), Tag: kind.Tag,
		Permission: api.PermissionExempt, Returns: api.GuardrailExemption{}, Status: http.StatusCreated,
		Summary: "Create a guardrail exemption",
		Description: "Lets one object break one rule until a date. The object may not exist yet: the exemption goes by its " +
			"name. Every use of it is in the audit trail.",
	}, h.createExemption)
	httpapi.Register(r, httpapi.Operation{
		ID: "listGuardrailExemptions", Method: http.MethodGet, Path: kind.Route(), Tag: kind.Tag,
		Permission: api.PermissionRead, Returns: api.Page[api.GuardrailExemption]{}, Summary: "List guardrail exemptions",
		Description: "Lists the exemptions of the environment in the order of their ids, in pages; those that have ended " +
			"too. name is that of the object.",
	}, h.listExemptions)
	httpapi.Register(r, httpapi.Operation{
		ID: "getGuardrailExemption", Method: http.MethodGet, Path: one, Tag: kind.Tag,
		Permission: api.PermissionRead, Returns: api.GuardrailExemption{}, Summary: "Read a guardrail exemption",
		Description: "Returns the exemption, and whether it has ended.",
	}, h.getExemption)
	httpapi.Register(r, httpapi.Operation{
		ID: "patchGuardrailExemption", Method: http.MethodPatch, Path: one, Tag: kind.Tag,
		Permission: api.PermissionExempt, Returns: api.GuardrailExemption{}, Summary: "Change a guardrail exemption",
		Description: "Merge patch of the reason and the end.",
	}, h.patchExemption)
	httpapi.Register(r, httpapi.Operation{
		ID: "deleteGuardrailExemption", Method: http.MethodDelete, Path: one, Tag: kind.Tag,
		Permission: api.PermissionExempt, Summary: "Delete a guardrail exemption",
		Description: "Ends the exemption at once. The object that it was for stays as it is.",
	}, h.deleteExemption)
}

type createExemptionInput struct {
	httpapi.Keyed
	Body api.GuardrailExemptionCreate
}

func (h *Handler) createExemption(ctx context.Context, in *createExemptionInput) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		e, err := expandExemption(tx, &in.Body)
		if err != nil {
			return nil, err
		}
		others, err := tx.GuardrailExemptionsOf(ctx, tx.Scope, e.Kind, e.Name)
		if err != nil {
			return nil, err
		}
		for _, o := range others {
			if o.Rule == e.Rule {
				return nil, problem.New(api.CodeConflict, "/rule", "rule: the exemption %s is for this rule and this object "+
					"already; import it, or change it", o.ID)
			}
		}
		if err := tx.InsertGuardrailExemption(ctx, e); err != nil {
			return nil, err
		}
		if err := guardrails.BindExemption(ctx, tx, e); err != nil {
			return nil, err
		}
		err = tx.Audit(ctx, txn.ActionCreate, api.GuardrailExemptions.Path, e.ID, guardrails.Recorded(e))
		if err != nil {
			return nil, err
		}
		out := httpapi.Created(api.GuardrailExemptions, &e.Object, flattenExemption(tx, e))
		return out, approvals.Require(ctx, tx, ask(http.MethodPost, api.GuardrailExemptions.Route(), in.Body, e))
	})
}

// ask is what a second person is asked about an exemption.
func ask(method, path string, body any, e *store.GuardrailExemption) approvals.Ask {
	return approvals.Ask{
		Operation: api.ApproveExemption, Method: method, Path: path, Body: body, About: guardrails.Recorded(e),
		Reason: e.Reason,
	}
}

func expandExemption(tx *txn.Tx, b *api.GuardrailExemptionCreate) (*store.GuardrailExemption, error) {
	for _, c := range []struct {
		field string
		err   error
	}{
		{"/kind", api.CheckExemptKind(b.Kind)},
		{"/name", api.CheckName(b.Name)},
		{"/rule", api.CheckRule(b.Rule)},
		{"/reason", api.CheckReason(b.Reason)},
	} {
		if c.err != nil {
			return nil, problem.Refused(c.field, c.err)
		}
	}
	id, err := tx.NewID(api.GuardrailExemptions.IDPrefix)
	if err != nil {
		return nil, err
	}
	e := &store.GuardrailExemption{
		Object: store.Object{ID: id, Name: b.Name, Scope: tx.Scope, CreatedAt: tx.Now, Etag: 1},
		Kind:   b.Kind, Rule: b.Rule, Reason: b.Reason,
	}
	return e, setEnd(tx, e, b.ExpiresAt)
}

// setEnd sets the date at which an exemption ends, which must be in the future.
func setEnd(tx *txn.Tx, e *store.GuardrailExemption, text string) error {
	at, err := api.ParseExpiry(text)
	if err == nil && !tx.Now.Before(at) {
		err = api.ErrPast
	}
	if err != nil {
		return problem.Refused("/expires_at", err)
	}
	e.ExpiresAt, e.Expires = text, at
	return nil
}

func (h *Handler) listExemptions(ctx context.Context, in *httpapi.Listing) (out *httpapi.Answer, err error) {
	after, err := httpapi.PageAfter(in.PageToken, api.GuardrailExemptions.IDPrefix, "a list of guardrail exemptions")
	if err != nil {
		return nil, err
	}
	list := store.List{Name: in.Name, After: after, Limit: httpapi.PageLimit(in.PageSize)}
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		found, err := tx.GuardrailExemptions(ctx, tx.Scope, list)
		if err != nil {
			return err
		}
		out, err = httpapi.Page(in.PageSize, found, func(e *store.GuardrailExemption) string { return e.ID },
			func(e *store.GuardrailExemption) api.GuardrailExemption { return flattenExemption(tx, e) })
		return err
	})
	return out, err
}

func (h *Handler) getExemption(ctx context.Context, in *httpapi.ByID) (out *httpapi.Answer, err error) {
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		e, err := loadExemption(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		out = httpapi.Object(&e.Object, flattenExemption(tx, e))
		return nil
	})
	return out, err
}

type patchExemptionInput struct {
	httpapi.ByID
	httpapi.Conditional
	Body api.GuardrailExemptionPatch `contentType:"application/merge-patch+json"`
}

func (h *Handler) patchExemption(ctx context.Context, in *patchExemptionInput) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		e, err := loadExemption(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		if err := httpapi.CheckMatch(api.GuardrailExemptions, &e.Object, in.IfMatch); err != nil {
			return nil, err
		}
		before, end := *e, e.ExpiresAt
		if err := httpapi.PatchRequired(&e.Reason, in.Body.Reason, "/reason"); err != nil {
			return nil, err
		}
		if err := api.CheckReason(e.Reason); err != nil {
			return nil, problem.Refused("/reason", err)
		}
		if err := httpapi.PatchRequired(&end, in.Body.ExpiresAt, "/expires_at"); err != nil {
			return nil, err
		}
		if end != e.ExpiresAt {
			if err := setEnd(tx, e, end); err != nil {
				return nil, err
			}
			e.EndedAt = store.GuardrailExemption{}.EndedAt
		}
		shown := flattenExemption(tx, e)
		if reflect.DeepEqual(before, *e) {
			return httpapi.Object(&e.Object, shown), nil
		}
		e.Etag++
		if err := guardrails.SaveExemption(ctx, tx, e); err != nil {
			return nil, err
		}
		err = tx.Audit(ctx, txn.ActionUpdate, api.GuardrailExemptions.Path, e.ID, guardrails.Recorded(e))
		if err == nil && e.Expires.After(before.Expires) { // an earlier end takes away, and never waits
			path := api.GuardrailExemptions.Route(e.ID)
			err = approvals.Require(ctx, tx, ask(http.MethodPatch, path, in.Body, e))
		}
		return httpapi.Object(&e.Object, flattenExemption(tx, e)), err
	})
}

func (h *Handler) deleteExemption(ctx context.Context, in *httpapi.ByIDConditional) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		e, err := loadExemption(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		if err := httpapi.CheckMatch(api.GuardrailExemptions, &e.Object, in.IfMatch); err != nil {
			return nil, err
		}
		if err := tx.DeleteGuardrailExemption(ctx, tx.Scope, e.ID); err != nil {
			return nil, err
		}
		return httpapi.NoContent(),
			tx.Audit(ctx, txn.ActionDelete, api.GuardrailExemptions.Path, e.ID, guardrails.Recorded(e))
	})
}

func loadExemption(ctx context.Context, tx *txn.Tx, id string) (*store.GuardrailExemption, error) {
	e, err := guardrails.Exemption(ctx, tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, httpapi.NotFound(api.GuardrailExemptions, tx.Scope)
	}
	return e, err
}

func flattenExemption(tx *txn.Tx, e *store.GuardrailExemption) api.GuardrailExemption {
	o := httpapi.FlattenObject(&e.Object)
	return api.GuardrailExemption{
		ID: o.ID, Tenant: o.Tenant, Environment: o.Environment, CreatedAt: o.CreatedAt, Etag: o.Etag, Kind: e.Kind,
		Name: e.Name, Rule: e.Rule, Reason: e.Reason, ExpiresAt: e.ExpiresAt, Expired: !tx.Now.Before(e.Expires),
	}
}
