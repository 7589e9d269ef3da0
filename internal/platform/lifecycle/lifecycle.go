// Package lifecycle has the routes that every kind of object with a credential has in common: revoke, hold, release,
// quarantine, release-quarantine and versions, and for what is rotated the steps and reveal. It decides nothing:
// package credentials does, and the domain shows the object.
package lifecycle

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Handler serves the routes of one kind.
type Handler struct {
	Kind    api.Kind
	Label   string // in the ids of operations, such as "ScopedToken"
	Returns any    // a value of the type that shows the object
	Engine  *credentials.Engine
	Changes *httpapi.Changes
}

// operation returns an operation on one object. The path is what follows the id.
func (h *Handler) operation(id, method, path, permission string) httpapi.Operation {
	return httpapi.Operation{
		ID: id, Method: method, Path: h.Kind.Route("{id}", path), Tag: h.Kind.Tag, Permission: permission,
		Returns: h.Returns,
	}
}

// Mount registers what every kind with a credential has.
func (h *Handler) Mount(r *httpapi.Router) {
	h.Changes.Shows(h.Kind.IDPrefix, func(ctx context.Context, tx *txn.Tx, id string) (any, error) {
		o, err := h.Engine.Load(ctx, tx, h.Kind, id)
		if err != nil {
			return nil, err
		}
		return o.Show(tx.Now), nil
	})
	r.OrNull(h.Returns, "hold")
	r.OrNull(h.Returns, "quarantine")
	r.OrNull(api.Version{}, "evidence")
	op := h.operation("revoke"+h.Label, http.MethodPost, "revoke", api.PermissionContain)
	op.Summary = "Revoke versions of a " + h.Kind.Singular
	op.Description = "Ends versions at once: all of them, or every one below a number. " +
		"Never blocked by a rotation in progress or a hold. With `hold` on an object that is on hold, both reasons are kept."
	op.Limit = limits.Reserve
	httpapi.Register(r, op, h.revoke)

	op = h.operation("hold"+h.Label, http.MethodPost, "hold", api.PermissionContain)
	op.Summary = "Hold a " + h.Kind.Singular
	op.Description = "Stops every rotation until the hold is released. Deadlines and revocation still work. " +
		"A second hold replaces the reason of the first."
	op.Limit = limits.Reserve
	httpapi.Register(r, op, h.hold(rotation.StepHold))

	op = h.operation("release"+h.Label, http.MethodPost, "release", api.PermissionContain)
	op.Summary, op.Description = "Release a "+h.Kind.Singular, "Ends the hold."
	httpapi.Register(r, op, h.hold(rotation.StepRelease))

	h.mountQuarantine(r)

	op = h.operation("list"+h.Label+"Versions", http.MethodGet, "versions", api.PermissionRead)
	op.Summary = "List the versions of a " + h.Kind.Singular
	op.Description = "Returns the metadata of every version that ever was, ascending, on one page, " +
		"with who used it, from which networks and for which scopes (`uses`)."
	if h.Kind.Path == api.KindConnectors {
		op.Description += " Of the versions that the refreshes of a connector of type oauth2 have ended, the newest ones " +
			"stay; the audit trail has all."
	}
	op.Returns = api.Page[api.Version]{}
	httpapi.Register(r, op, h.versions)
}

// Get reads one object of the kind. The domain registers it, with its own description.
func (h *Handler) Get(ctx context.Context, in *httpapi.Reading) (out *httpapi.Answer, err error) {
	err = h.Engine.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		o, err := h.Engine.Load(ctx, tx, h.Kind, in.ID)
		if err != nil {
			return err
		}
		out = httpapi.Object(o.Parts().Object, o.Show(tx.Now))
		return nil
	})
	return h.Changes.Claimed(ctx, in, out, err)
}

type revokeInput struct {
	httpapi.ByID
	httpapi.Conditional
	Body api.RevokeRequest
}

func (h *Handler) revoke(ctx context.Context, in *revokeInput) (*httpapi.Answer, error) {
	b := in.Body
	if err := api.CheckReason(b.Reason); err != nil {
		return nil, problem.Refused("/reason", err)
	}
	return h.apply(ctx, in.ByID, in.Conditional, rotation.Command{
		Step: rotation.StepRevoke, Reason: b.Reason, All: b.All, Below: httpapi.ValueOr(b.Below, 0), Hold: b.Hold,
	})
}

type holdInput struct {
	httpapi.ByID
	httpapi.Conditional
	Body api.HoldRequest
}

func (h *Handler) hold(step rotation.Step) func(context.Context, *holdInput) (*httpapi.Answer, error) {
	return func(ctx context.Context, in *holdInput) (*httpapi.Answer, error) {
		if err := api.CheckReason(in.Body.Reason); err != nil {
			return nil, problem.Refused("/reason", err)
		}
		return h.apply(ctx, in.ByID, in.Conditional, rotation.Command{Step: step, Reason: in.Body.Reason})
	}
}

// apply takes a step that every kind with a credential has.
func (h *Handler) apply(
	ctx context.Context, id httpapi.ByID, head httpapi.Conditional, cmd rotation.Command,
) (*httpapi.Answer, error) {
	if err := h.Engine.SettleFirst(ctx, access.CallerOf(ctx), h.Kind, id.ID); err != nil {
		return nil, err
	}
	return h.Changes.Do(ctx, head.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		o, err := h.Engine.Load(ctx, tx, h.Kind, id.ID)
		if err != nil {
			return nil, err
		}
		object := o.Parts().Object
		if err := httpapi.CheckMatch(h.Kind, object, head.IfMatch); err != nil {
			return nil, err
		}
		if err := credentials.Apply(ctx, tx, o, cmd, nil); err != nil {
			return nil, err
		}
		return httpapi.Object(object, o.Show(tx.Now)), nil
	})
}

func (h *Handler) versions(ctx context.Context, in *httpapi.ByID) (out *httpapi.Answer, err error) {
	err = h.Engine.ViewUses(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		o, err := h.Engine.Load(ctx, tx, h.Kind, in.ID)
		if err != nil {
			return err
		}
		p := o.Parts()
		all, err := credentials.Versions(ctx, tx, p)
		if err != nil {
			return err
		}
		used, err := h.Engine.Uses(ctx, tx, p, all)
		if err != nil {
			return err
		}
		names, err := namesOf(ctx, tx, all, used)
		if err != nil {
			return err
		}
		nameOf := func(actor string) string { return names[actor] }
		page := api.Page[api.Version]{Items: make([]api.Version, len(all))}
		for i, v := range all {
			sum, complete := used.Of(v, tx.Now)
			shown := flattenUses(sum, p.Scopes, complete, nameOf)
			page.Items[i] = flattenVersion(v, p.Credential.Credential, p.Policy, shown, nameOf)
		}
		out = httpapi.Body(page)
		return nil
	})
	return out, err
}

// namesOf returns the names of the principals that did something to versions or used them, by their ids.
func namesOf(
	ctx context.Context, tx *txn.Tx, versions []rotation.Version, used credentials.Used,
) (map[string]string, error) {
	names := map[string]string{}
	for _, v := range versions {
		actors := []string{v.EndedBy, v.PromotedBy}
		if v.Evidence != nil {
			actors = append(actors, v.Evidence.Actor)
		}
		sum, _ := used.Of(v, tx.Now)
		for by := range sum.Consumers {
			actors = append(actors, by.Actor)
		}
		for _, actor := range actors {
			if _, known := names[actor]; known || actor == "" {
				continue
			}
			name, err := tx.PrincipalName(ctx, tx.Scope, actor)
			if err != nil {
				return nil, err
			}
			names[actor] = name
		}
	}
	return names, nil
}
