// Package tokens has the scoped tokens: their routes, and the routes that take a value: introspection (RFC 7662),
// revocation (RFC 7009) and identification.
package tokens

import (
	"context"
	"errors"
	"net/http"
	"reflect"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/connectors"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/lifecycle"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/writebehind"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Handler serves /v1/scoped-tokens, /v1/introspect, /v1/revoke and /v1/identify.
type Handler struct {
	engine  *credentials.Engine
	changes *httpapi.Changes
	runner  *txn.Runner
	known   txn.Verified[*Known] // by the keyed hash of a value
	rates   *limits.Tokens
	looks   looks
}

// New returns a handler, and makes scoped tokens known to the engine.
func New(
	engine *credentials.Engine, changes *httpapi.Changes, runner *txn.Runner, behind *writebehind.Log,
) *Handler {
	h := &Handler{
		engine: engine, changes: changes, runner: runner, rates: limits.NewTokens(), looks: looks{engine, behind},
	}
	engine.Register(api.ScopedTokens, func(ctx context.Context, tx *txn.Tx, id string) (credentials.Object, error) {
		return h.load(ctx, tx, id)
	})
	return h
}

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	shared := lifecycle.Handler{
		Kind: api.ScopedTokens, Label: "ScopedToken", Returns: api.ScopedToken{}, Engine: h.engine, Changes: h.changes,
	}
	r.Tag(api.ScopedTokens.Tag, "Least-privilege tokens of a connector, and their rotation.")
	one := api.ScopedTokens.Route("{id}")
	httpapi.Register(r, httpapi.Operation{
		ID: "createScopedToken", Method: http.MethodPost, Path: api.ScopedTokens.Route(), Tag: api.ScopedTokens.Tag,
		Permission: api.PermissionWrite, Returns: api.ScopedToken{}, Status: http.StatusCreated,
		Summary: "Create a scoped token",
		Description: "Makes a token and its first version. The value is not in the answer: reveal it. " +
			"A name that existed before continues its numbers.",
	}, h.create)
	httpapi.Register(r, httpapi.Operation{
		ID: "listScopedTokens", Method: http.MethodGet, Path: api.ScopedTokens.Route(), Tag: api.ScopedTokens.Tag,
		Permission: api.PermissionRead, Returns: api.Page[api.ScopedToken]{}, Summary: "List scoped tokens",
		Description: "Lists the tokens of the environment in the order of their ids, in pages.",
	}, h.list)
	httpapi.Register(r, httpapi.Operation{
		ID: "getScopedToken", Method: http.MethodGet, Path: one, Tag: api.ScopedTokens.Tag,
		Permission: api.PermissionRead, Returns: api.ScopedToken{}, Summary: "Read a scoped token",
		Description: "Returns the token and where it stands in its rotation, and never a value.",
	}, shared.Get)
	httpapi.Register(r, httpapi.Operation{
		ID: "patchScopedToken", Method: http.MethodPatch, Path: one, Tag: api.ScopedTokens.Tag,
		Permission: api.PermissionWrite, Returns: api.ScopedToken{}, Summary: "Change a scoped token",
		Description: "Merge patch. Raising minimum_version revokes every version below it in the same transaction.",
	}, h.patch)
	httpapi.Register(r, httpapi.Operation{
		ID: "deleteScopedToken", Method: http.MethodDelete, Path: one, Tag: api.ScopedTokens.Tag,
		Permission: api.PermissionWrite, Summary: "Delete a scoped token",
		Description: "Ends every version at once, in any phase. Refused while deletion_protection is true.",
	}, h.delete)
	shared.MountRotation(r)
	shared.Mount(r)
	h.mountIntrospection(r)
	h.mountRevocation(r)
	h.mountIdentify(r)
}

type createInput struct {
	httpapi.Creating
	Body api.ScopedTokenCreate
}

func (h *Handler) create(ctx context.Context, in *createInput) (*httpapi.Answer, error) {
	return h.changes.Create(ctx, api.ScopedTokens, in.Creating, in.Body.Name, func(tx *txn.Tx) (*httpapi.Answer, error) {
		t, err := expand(ctx, tx, &in.Body)
		if err != nil {
			return nil, err
		}
		if err := check(t.ScopedToken); err != nil {
			return nil, err
		}
		expiry, err := expiryOf(t.ExpiresAt)
		if err != nil {
			return nil, err
		}
		if !expiry.IsZero() && !tx.Now.Before(expiry) {
			return nil, problem.Refused("/expires_at", errors.New("must be in the future"))
		}
		if _, err := connectors.ForNewUse(ctx, tx, t.ConnectorID); err != nil {
			return nil, err
		}
		if err := checkScopesAllowed(ctx, tx, t.ScopedToken); err != nil {
			return nil, err
		}
		if t.policy, err = credentials.PolicyNamed(ctx, tx, t.RotationPolicyID, ""); err != nil {
			return nil, err
		}
		if err := guardrails.Check(ctx, tx, t.ID, nil, t.subject()); err != nil {
			return nil, err
		}
		if err := httpapi.CheckNameFree(ctx, tx, api.ScopedTokens, t.Name); err != nil {
			return nil, err
		}
		first, err := credentials.StartNumber(ctx, tx, api.ScopedTokens, t.Name, in.Body.NamePrefix)
		if err != nil {
			return nil, err
		}
		lowest := max(first, httpapi.ValueOr(t.MinimumVersion, 1))
		after, done := rotation.Create(tx.Now, tx.Actor, lowest, expiry)
		err = credentials.Record(ctx, tx, t.Parts(), after, []rotation.Transition{done}, t.issue(tx))
		if err != nil {
			return nil, err
		}
		if err := tx.InsertScopedToken(ctx, t.ScopedToken); err != nil {
			return nil, err
		}
		if err := t.bind(ctx, tx); err != nil {
			return nil, err
		}
		return httpapi.Created(api.ScopedTokens, &t.Object, t.Show(tx.Now)), nil
	})
}

type listInput struct {
	httpapi.ObjectListing
	httpapi.ByOwner
	httpapi.ByConnector
	lifecycle.ByAge
	lifecycle.ByExpiry
}

func (h *Handler) list(ctx context.Context, in *listInput) (out *httpapi.Answer, err error) {
	list, err := in.List(api.ScopedTokens)
	if err != nil {
		return nil, err
	}
	list.Owner, list.ConnectorID = in.Owner, in.ConnectorID
	selection, err := in.Selection(in.ByExpiry)
	if err != nil {
		return nil, err
	}
	err = h.engine.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		records, err := tx.ScopedTokens(ctx, tx.Scope, list)
		if err != nil {
			return err
		}
		found := make([]*token, len(records))
		for i, record := range records {
			if found[i], err = h.settled(ctx, tx, record); err != nil {
				return err
			}
		}
		selects := func(t *token) bool {
			return selection.Takes(t.Credential.Credential, t.policy, t.Credential.ExpiresAt, tx.Now)
		}
		out, err = httpapi.Selected(in.PageSize, found, func(t *token) string { return t.ID }, selects,
			func(t *token) api.ScopedToken { return t.flatten(tx.Now) })
		return err
	})
	return out, err
}

type patchInput struct {
	httpapi.ByID
	httpapi.Conditional
	Body api.ScopedTokenPatch `contentType:"application/merge-patch+json"`
}

func (h *Handler) patch(ctx context.Context, in *patchInput) (*httpapi.Answer, error) {
	if err := h.engine.SettleFirst(ctx, access.CallerOf(ctx), api.ScopedTokens, in.ID); err != nil {
		return nil, err
	}
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		t, err := h.load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		err = httpapi.CheckMatchSettled(api.ScopedTokens, &t.Object, &t.Credential, in.IfMatch)
		if err != nil {
			return nil, err
		}
		before, shownBefore, was := *t.ScopedToken, t.Show(tx.Now), t.subject()
		if err := t.patchMetadata(ctx, tx, &before, &in.Body); err != nil {
			return nil, err
		}
		if err := guardrails.Check(ctx, tx, t.ID, &was, t.subject()); err != nil {
			return nil, err
		}
		done, err := t.patchCredential(ctx, tx, &in.Body)
		if err != nil {
			return nil, err
		}
		if len(done) == 0 && reflect.DeepEqual(before, *t.ScopedToken) {
			return httpapi.Object(&t.Object, t.Show(tx.Now)), nil
		}
		t.Parts().Touch()
		if err := t.Save(ctx, tx); err != nil {
			return nil, err
		}
		after := t.Show(tx.Now)
		err = tx.Audit(ctx, txn.ActionUpdate, api.ScopedTokens.Path, t.ID, httpapi.Differences(shownBefore, after))
		return httpapi.Object(&t.Object, after), err
	})
}

func (h *Handler) delete(ctx context.Context, in *httpapi.ByIDConditional) (*httpapi.Answer, error) {
	if err := h.engine.SettleFirst(ctx, access.CallerOf(ctx), api.ScopedTokens, in.ID); err != nil {
		return nil, err
	}
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		t, err := h.load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		if err := httpapi.CheckMatch(api.ScopedTokens, &t.Object, in.IfMatch); err != nil {
			return nil, err
		}
		if t.DeletionProtection {
			return nil, problem.New(api.CodeConflict, "",
				"the scoped token %q is protected; set deletion_protection to false first", t.Name)
		}
		ref := store.Ref{Scope: tx.Scope, Kind: api.ScopedTokens.Path, ID: t.ID}
		if err := txn.Bury(ctx, tx, ref); err != nil {
			return nil, err
		}
		if err := tx.DeleteScopedToken(ctx, tx.Scope, t.ID); err != nil {
			return nil, err
		}
		return httpapi.NoContent(), txn.AuditClosed(ctx, tx, ref, credentials.Deleted(t.Parts()))
	})
}
