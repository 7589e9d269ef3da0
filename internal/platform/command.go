package platform

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// loader reads an object that has a credential.
type loader[V any] func(w *work, ctx context.Context, id string) (credentialed[V], error)

// registerCredential adds what everything that has a credential has in common: revoke, hold, release, versions.
func registerCredential[V any](r *router, n noun, label, tag string, load loader[V]) {
	one := "/v1/" + n.kind + "/{id}"
	register(r, operation{
		id: "revoke" + label, method: http.MethodPost, path: one + "/revoke", tag: tag, permission: api.PermissionContain,
		summary:     "Revoke versions of a " + n.name,
		description: "Ends versions at once: all of them, or every one below a number. Never blocked by a rotation in progress or a hold.",
	}, func(ctx context.Context, in *revokeInput) (*shown[V], error) {
		b := in.Body
		if err := api.CheckReason(b.Reason); err != nil {
			return nil, refused("/reason", err)
		}
		return command(ctx, r.Platform, load, in.ByID, in.Conditional, rotation.Command{
			Step: rotation.StepRevoke, Reason: b.Reason, All: b.All, Below: or(b.Below, 0), Hold: b.Hold,
		})
	})
	hold := func(step rotation.Step) func(context.Context, *holdInput) (*shown[V], error) {
		return func(ctx context.Context, in *holdInput) (*shown[V], error) {
			if err := api.CheckReason(in.Body.Reason); err != nil {
				return nil, refused("/reason", err)
			}
			return command(ctx, r.Platform, load, in.ByID, in.Conditional, rotation.Command{Step: step, Reason: in.Body.Reason})
		}
	}
	register(r, operation{
		id: "hold" + label, method: http.MethodPost, path: one + "/hold", tag: tag, permission: api.PermissionContain,
		summary:     "Hold a " + n.name,
		description: "Stops every rotation until the hold is released. Deadlines and revocation still work. A second hold replaces the reason of the first.",
	}, hold(rotation.StepHold))
	register(r, operation{
		id: "release" + label, method: http.MethodPost, path: one + "/release", tag: tag, permission: api.PermissionContain,
		summary: "Release a " + n.name, description: "Ends the hold.",
	}, hold(rotation.StepRelease))
	register(r, operation{
		id: "list" + label + "Versions", method: http.MethodGet, path: one + "/versions", tag: tag, permission: api.PermissionRead,
		summary: "List the versions of a " + n.name, description: "Returns the metadata of every version that ever was, ascending, on one page.",
	}, func(ctx context.Context, in *ByID) (*listed[api.Version], error) {
		return versions(ctx, r.Platform, load, in.ID)
	})
}

type revokeInput struct {
	ByID
	Conditional
	Body api.RevokeRequest
}

type holdInput struct {
	ByID
	Conditional
	Body api.HoldRequest
}

// command carries out a step that everything with a credential knows.
func command[V any](ctx context.Context, p *Platform, load loader[V], id ByID, head Conditional, cmd rotation.Command) (*shown[V], error) {
	if err := settleFirst(ctx, p, load, id.ID); err != nil {
		return nil, err
	}
	return asShown(change(ctx, p, head.IdempotencyKey, func(w *work) (out answer[V], err error) {
		o, err := load(w, ctx, id.ID)
		if err != nil {
			return out, err
		}
		if err := settleDeadlines(ctx, w, o); err != nil {
			return out, err
		}
		x := o.parts()
		if err := checkMatch(x.noun, x.object, head.IfMatch); err != nil {
			return out, err
		}
		cmd.Actor = w.actor
		after, done, err := rotation.Apply(x.credential.Credential, x.policy, cmd, w.now)
		if err != nil {
			return out, err
		}
		if err := finish(ctx, w, o, after, done, nil); err != nil {
			return out, err
		}
		return nowIs(x.object, o.show(w.now)), nil
	}))
}
