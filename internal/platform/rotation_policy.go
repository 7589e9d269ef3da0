package platform

import (
	"context"
	"errors"
	"net/http"
	"reflect"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

func (r *router) rotationPolicies() {
	const path = "/v1/" + api.KindRotationPolicies
	register(r, operation{
		id: "createRotationPolicy", method: http.MethodPost, path: path, tag: tagRotationPolicies, permission: api.PermissionWrite,
		summary: "Create a rotation policy", status: http.StatusCreated,
		description: "Makes a policy that connectors, scoped tokens and signing secrets of the environment may refer to.",
	}, r.createRotationPolicy)
	register(r, operation{
		id: "listRotationPolicies", method: http.MethodGet, path: path, tag: tagRotationPolicies, permission: api.PermissionRead,
		summary: "List rotation policies", description: "Lists the policies of the environment in the order of their ids, in pages.",
	}, r.listRotationPolicies)
	register(r, operation{
		id: "getRotationPolicy", method: http.MethodGet, path: path + "/{id}", tag: tagRotationPolicies, permission: api.PermissionRead,
		summary: "Read a rotation policy", description: "Returns the policy. Durations are as they were given.",
	}, r.getRotationPolicy)
	register(r, operation{
		id: "patchRotationPolicy", method: http.MethodPatch, path: path + "/{id}", tag: tagRotationPolicies, permission: api.PermissionWrite,
		summary: "Change a rotation policy", description: "Merge patch. The change counts for later transitions and never moves a running deadline.",
	}, r.patchRotationPolicy)
	register(r, operation{
		id: "deleteRotationPolicy", method: http.MethodDelete, path: path + "/{id}", tag: tagRotationPolicies, permission: api.PermissionWrite,
		summary: "Delete a rotation policy", description: "Refused while a connector, a scoped token or a signing secret refers to it.",
	}, r.deleteRotationPolicy)
}

type createRotationPolicyInput struct {
	Keyed
	Body api.RotationPolicyCreate
}

func (p *Platform) createRotationPolicy(ctx context.Context, in *createRotationPolicyInput) (*created[api.RotationPolicy], error) {
	return asCreated(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[api.RotationPolicy], err error) {
		b := in.Body
		policy := &store.RotationPolicy{
			Interval: b.Interval, Overlap: or(b.Overlap, api.DefaultOverlap), MaxStage: or(b.MaxStage, api.DefaultMaxStage),
			MaxAge: b.MaxAge, QuietPeriod: b.QuietPeriod,
			RequireAcknowledgement: or(b.RequireAcknowledgement, api.DefaultRequireAcknowledgement),
			OnStageTimeout:         or(b.OnStageTimeout, api.DefaultOnStageTimeout),
		}
		if policy.Object, err = w.newObject(nounRotationPolicy, b.Name, b.Description, b.Labels); err != nil {
			return out, err
		}
		if err := checkRotationPolicy(policy); err != nil {
			return out, err
		}
		if err := w.nameFree(ctx, nounRotationPolicy, policy.Name); err != nil {
			return out, err
		}
		if err := w.tx.InsertRotationPolicy(ctx, policy); err != nil {
			return out, err
		}
		err = w.audit(ctx, actionCreate, api.KindRotationPolicies, policy.ID, map[string]string{"name": policy.Name})
		return createdAt(nounRotationPolicy, &policy.Object, flattenRotationPolicy(policy)), err
	}))
}

func (p *Platform) listRotationPolicies(ctx context.Context, in *listing) (out *listed[api.RotationPolicy], err error) {
	list, err := in.list(nounRotationPolicy)
	if err != nil {
		return nil, err
	}
	err = p.view(ctx, func(w *work) ([]store.Ref, error) {
		records, err := w.tx.RotationPolicies(ctx, w.scope, list)
		if err != nil {
			return nil, err
		}
		out = pageOf(*in, records, func(r *store.RotationPolicy) string { return r.ID }, flattenRotationPolicy)
		return nil, nil
	})
	return out, err
}

func (p *Platform) getRotationPolicy(ctx context.Context, in *ByID) (out *shown[api.RotationPolicy], err error) {
	err = p.view(ctx, func(w *work) ([]store.Ref, error) {
		policy, err := w.rotationPolicy(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		out, err = asShown(nowIs(&policy.Object, flattenRotationPolicy(policy)), nil)
		return nil, err
	})
	return out, err
}

type patchRotationPolicyInput struct {
	ByID
	Conditional
	Body api.RotationPolicyPatch `contentType:"application/merge-patch+json"`
}

func (p *Platform) patchRotationPolicy(ctx context.Context, in *patchRotationPolicyInput) (*shown[api.RotationPolicy], error) {
	return asShown(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[api.RotationPolicy], err error) {
		policy, err := w.settledRotationPolicy(ctx, in.ID)
		if err != nil {
			return out, err
		}
		if err := checkMatch(nounRotationPolicy, &policy.Object, in.IfMatch); err != nil {
			return out, err
		}
		before := *policy
		if err := mergeRotationPolicy(policy, &in.Body); err != nil {
			return out, err
		}
		if err := checkRotationPolicy(policy); err != nil {
			return out, err
		}
		if policy.Name != before.Name {
			if err := w.nameFree(ctx, nounRotationPolicy, policy.Name); err != nil {
				return out, err
			}
		}
		if reflect.DeepEqual(before, *policy) {
			return nowIs(&policy.Object, flattenRotationPolicy(policy)), nil
		}
		policy.Etag++
		if err := w.tx.UpdateRotationPolicy(ctx, policy); err != nil {
			return out, err
		}
		after := flattenRotationPolicy(policy)
		err = w.audit(ctx, actionUpdate, api.KindRotationPolicies, policy.ID,
			map[string]string{"changed": differences(flattenRotationPolicy(&before), after)})
		return nowIs(&policy.Object, after), err
	}))
}

type deleteInput struct {
	ByID
	Conditional
}

func (p *Platform) deleteRotationPolicy(ctx context.Context, in *deleteInput) (*deleted, error) {
	return asDeleted(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[deleted], err error) {
		policy, err := w.rotationPolicy(ctx, in.ID)
		if err != nil {
			return out, err
		}
		if err := checkMatch(nounRotationPolicy, &policy.Object, in.IfMatch); err != nil {
			return out, err
		}
		if err := w.unreferenced(ctx, nounRotationPolicy, &policy.Object); err != nil {
			return out, err
		}
		if err := w.tx.DeleteRotationPolicy(ctx, w.scope, policy.ID); err != nil {
			return out, err
		}
		return gone(), w.audit(ctx, actionDelete, api.KindRotationPolicies, policy.ID, map[string]string{"name": policy.Name})
	}))
}

func (w *work) rotationPolicy(ctx context.Context, id string) (*store.RotationPolicy, error) {
	policy, err := w.tx.RotationPolicy(ctx, w.scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nounRotationPolicy.notFound(w.scope)
	}
	return policy, err
}

// settledRotationPolicy reads a policy to change it: deadlines that have passed are carried out under the policy as it was.
func (w *work) settledRotationPolicy(ctx context.Context, id string) (*store.RotationPolicy, error) {
	policy, err := w.rotationPolicy(ctx, id)
	if err != nil {
		return nil, err
	}
	refs, err := w.tx.CredentialsDueOfPolicy(ctx, w.scope, id, w.now)
	if err != nil {
		return nil, err
	}
	for _, ref := range refs {
		if err := w.settleRef(ctx, ref); err != nil {
			return nil, err
		}
	}
	return policy, nil
}
