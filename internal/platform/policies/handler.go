// Package policies has the rotation policies. How a policy applies to a credential is for package credentials.
package policies

import (
	"context"
	"errors"
	"net/http"
	"reflect"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Handler serves /v1/rotation-policies.
type Handler struct {
	engine  *credentials.Engine
	changes *httpapi.Changes
}

// New returns a handler.
func New(engine *credentials.Engine, changes *httpapi.Changes) *Handler {
	return &Handler{engine: engine, changes: changes}
}

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	h.changes.Shows(api.RotationPolicies.IDPrefix, func(ctx context.Context, tx *txn.Tx, id string) (any, error) {
		policy, err := load(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		return flatten(policy), nil
	})
	r.Tag(api.RotationPolicies.Tag, "How old a secret may get and how long two may overlap.")
	one := api.RotationPolicies.Route("{id}")
	httpapi.Register(r, httpapi.Operation{
		ID: "createRotationPolicy", Method: http.MethodPost, Path: api.RotationPolicies.Route(),
		Tag: api.RotationPolicies.Tag, Permission: api.PermissionWrite, Returns: api.RotationPolicy{},
		Status: http.StatusCreated, Summary: "Create a rotation policy",
		Description: "Makes a policy that connectors, scoped tokens and signing secrets of the environment may refer to.",
	}, h.create)
	httpapi.Register(r, httpapi.Operation{
		ID: "listRotationPolicies", Method: http.MethodGet, Path: api.RotationPolicies.Route(),
		Tag: api.RotationPolicies.Tag, Permission: api.PermissionRead, Returns: api.Page[api.RotationPolicy]{},
		Summary:     "List rotation policies",
		Description: "Lists the policies of the environment in the order of their ids, in pages.",
	}, h.list)
	httpapi.Register(r, httpapi.Operation{
		ID: "getRotationPolicy", Method: http.MethodGet, Path: one, Tag: api.RotationPolicies.Tag,
		Permission: api.PermissionRead, Returns: api.RotationPolicy{},
		Summary: "Read a rotation policy", Description: "Returns the policy. Durations are as they were given.",
	}, h.get)
	httpapi.Register(r, httpapi.Operation{
		ID: "patchRotationPolicy", Method: http.MethodPatch, Path: one, Tag: api.RotationPolicies.Tag,
		Permission: api.PermissionWrite, Returns: api.RotationPolicy{}, Summary: "Change a rotation policy",
		Description: "Merge patch. The change counts for later transitions and never moves a running deadline.",
	}, h.patch)
	httpapi.Register(r, httpapi.Operation{
		ID: "deleteRotationPolicy", Method: http.MethodDelete, Path: one, Tag: api.RotationPolicies.Tag,
		Permission: api.PermissionWrite, Returns: api.RotationPolicy{}, Status: http.StatusAccepted,
		NoContent: httpapi.DeletedText, Summary: "Delete a rotation policy",
		Description: "Connectors, scoped tokens and signing secrets refer to policies. " + httpapi.DeletionText,
	}, h.delete)
	httpapi.Register(r, httpapi.Operation{
		ID: "undeleteRotationPolicy", Method: http.MethodPost, Path: api.RotationPolicies.Route("{id}", "undelete"),
		Tag: api.RotationPolicies.Tag, Permission: api.PermissionWrite, Returns: api.RotationPolicy{},
		Summary: "Undelete a rotation policy", Description: httpapi.UndeleteText,
	}, h.undelete)
}

type createInput struct {
	httpapi.Creating
	Body api.RotationPolicyCreate
}

func (h *Handler) create(ctx context.Context, in *createInput) (*httpapi.Answer, error) {
	name := in.Body.Name
	return h.changes.Create(ctx, api.RotationPolicies, in.Creating, name, func(tx *txn.Tx) (*httpapi.Answer, error) {
		policy, err := expand(ctx, tx, &in.Body)
		if err != nil {
			return nil, err
		}
		if err := check(policy); err != nil {
			return nil, err
		}
		if err := httpapi.CheckNameFree(ctx, tx, api.RotationPolicies, policy.Name); err != nil {
			return nil, err
		}
		if err := guardrails.Check(ctx, tx, policy.ID, nil, guardrails.RotationPolicy(policy)); err != nil {
			return nil, err
		}
		if err := tx.InsertRotationPolicy(ctx, policy); err != nil {
			return nil, err
		}
		if err := bind(ctx, tx, policy); err != nil {
			return nil, err
		}
		detail := map[string]string{"name": policy.Name}
		err = tx.Audit(ctx, txn.ActionCreate, api.RotationPolicies.Path, policy.ID, detail)
		return httpapi.Created(api.RotationPolicies, &policy.Object, flatten(policy)), err
	})
}

func (h *Handler) list(ctx context.Context, in *httpapi.ObjectListing) (out *httpapi.Answer, err error) {
	list, err := in.List(api.RotationPolicies)
	if err != nil {
		return nil, err
	}
	err = h.engine.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		records, err := tx.RotationPolicies(ctx, tx.Scope, list)
		if err != nil {
			return err
		}
		out, err = httpapi.Page(in.PageSize, records, func(p *store.RotationPolicy) string { return p.ID }, flatten)
		return err
	})
	return out, err
}

func (h *Handler) get(ctx context.Context, in *httpapi.Reading) (out *httpapi.Answer, err error) {
	err = h.engine.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		policy, err := load(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		out = httpapi.Object(&policy.Object, flatten(policy))
		return nil
	})
	return h.changes.Claimed(ctx, in, out, err)
}

type patchInput struct {
	httpapi.ByID
	httpapi.Conditional
	Body api.RotationPolicyPatch `contentType:"application/merge-patch+json"`
}

func (h *Handler) patch(ctx context.Context, in *patchInput) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		policy, err := load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		if err := h.engine.SettlePolicy(ctx, tx, policy.ID); err != nil {
			return nil, err
		}
		if err := httpapi.CheckMatch(api.RotationPolicies, &policy.Object, in.IfMatch); err != nil {
			return nil, err
		}
		if err := httpapi.CheckChangeable(api.RotationPolicies, &policy.Object); err != nil {
			return nil, err
		}
		before := *policy
		if err := merge(policy, &in.Body); err != nil {
			return nil, err
		}
		if err := check(policy); err != nil {
			return nil, err
		}
		if policy.Name != before.Name {
			if err := httpapi.CheckNameFree(ctx, tx, api.RotationPolicies, policy.Name); err != nil {
				return nil, err
			}
		}
		if reflect.DeepEqual(before, *policy) {
			return httpapi.Object(&policy.Object, flatten(policy)), nil
		}
		if err := checkGuardrails(ctx, tx, &before, policy); err != nil {
			return nil, err
		}
		policy.Etag++
		if err := save(ctx, tx, policy); err != nil {
			return nil, err
		}
		after := flatten(policy)
		err = tx.Audit(ctx, txn.ActionUpdate, api.RotationPolicies.Path, policy.ID,
			httpapi.Differences(flatten(&before), after))
		return httpapi.Object(&policy.Object, after), err
	})
}

func (h *Handler) delete(ctx context.Context, in *httpapi.Deleting) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		policy, err := load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		return httpapi.Delete(ctx, tx, in, inUse(ctx, tx, policy))
	})
}

func (h *Handler) undelete(ctx context.Context, in *httpapi.Undeleting) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		policy, err := load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		return httpapi.Undelete(ctx, tx, in, inUse(ctx, tx, policy))
	})
}

// inUse is a policy as what others refer to.
func inUse(ctx context.Context, tx *txn.Tx, policy *store.RotationPolicy) httpapi.InUse {
	return httpapi.InUse{
		Kind: api.RotationPolicies, Object: &policy.Object, Show: func() any { return flatten(policy) },
		Save: func() error {
			policy.Etag++
			return save(ctx, tx, policy)
		},
	}
}

func load(ctx context.Context, tx *txn.Tx, id string) (*store.RotationPolicy, error) {
	policy, err := tx.RotationPolicy(ctx, tx.Scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, httpapi.NotFound(api.RotationPolicies, tx.Scope)
	}
	if err != nil {
		return nil, err
	}
	bound, err := tx.Keys.Rows().Policy(policy)
	return policy, tx.CheckBound(ctx, bound, err)
}

func save(ctx context.Context, tx *txn.Tx, policy *store.RotationPolicy) error {
	if err := tx.UpdateRotationPolicy(ctx, policy); err != nil {
		return err
	}
	return bind(ctx, tx, policy)
}

// bind binds the columns of a policy that was just written to its row.
func bind(ctx context.Context, tx *txn.Tx, policy *store.RotationPolicy) error {
	bound, err := tx.Keys.Rows().Policy(policy)
	return tx.Bind(ctx, bound, err)
}
