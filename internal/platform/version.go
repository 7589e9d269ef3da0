package platform

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func registerReveal[V any](r *router, k rotatedKind[V]) {
	register(r, operation{
		id: "reveal" + k.label, method: http.MethodPost, path: "/v1/" + k.noun.kind + "/{id}/versions/{version}/reveal",
		tag: k.tag, permission: api.PermissionReveal, summary: "Reveal the value of a version",
		description: "Returns the value of a version that is valid. Makes nothing and ends nothing; every reveal is in the audit.",
	}, func(ctx context.Context, in *revealInput) (*revealed, error) {
		return revealVersion(ctx, r.Platform, k, in)
	})
}

func versions[V any](ctx context.Context, p *Platform, load loader[V], id string) (out *listed[api.Version], err error) {
	err = p.view(ctx, func(w *work) ([]store.Ref, error) {
		o, err := load(w, ctx, id)
		if err != nil {
			return nil, err
		}
		x := o.parts()
		all, err := w.tx.Versions(ctx, w.scope, id)
		if err != nil {
			return nil, err
		}
		out = &listed[api.Version]{Body: api.Page[api.Version]{Items: make([]api.Version, len(all))}}
		for i, v := range all {
			out.Body.Items[i] = flattenVersion(v, x.credential.ExpiresAt, x.policy)
		}
		return x.refIfDue(w.now), nil
	})
	return out, err
}

type revealInput struct {
	ByID
	Version int64 `path:"version" doc:"The number of the version."`
}

// revealed is the answer to a reveal. It has no etag, and is stored nowhere.
type revealed struct {
	Body *reveal
}

func revealVersion[V any](ctx context.Context, p *Platform, k rotatedKind[V], in *revealInput) (out *revealed, err error) {
	if err := settleFirst(ctx, p, k.loader(), in.ID); err != nil {
		return nil, err
	}
	err = p.update(ctx, func(w *work) error {
		o, err := k.settled(ctx, w, in.ID)
		if err != nil {
			return err
		}
		x := o.parts()
		v, err := w.revealable(ctx, x, in.Version)
		if err != nil {
			return err
		}
		sealed, err := w.tx.Secret(ctx, in.ID, v.Number)
		if err != nil {
			return err
		}
		body, err := o.reveal(w.vault, sealed, w.bound(in.ID, v.Number), utc(x.policy.EndsAt(v, x.credential.ExpiresAt)))
		if err != nil {
			return err
		}
		out = &revealed{Body: body}
		return w.audit(ctx, actionReveal, k.noun.kind, in.ID, map[string]string{"versions": itoa(v.Number)})
	})
	return out, err
}

// revealable finds a version that is valid.
func (w *work) revealable(ctx context.Context, x parts, number int64) (rotation.Version, error) {
	all, err := w.tx.Versions(ctx, w.scope, x.object.ID)
	if err != nil {
		return rotation.Version{}, err
	}
	i := slices.IndexFunc(all, func(v rotation.Version) bool { return v.Number == number })
	if i < 0 {
		return rotation.Version{}, newProblem(api.CodeNotFound, "", "the %s %q has no version of this number; its versions are at /v1/%s/%s/versions", x.noun.name, x.object.Name, x.noun.kind, x.object.ID)
	}
	if v := all[i]; v.State.Valid() {
		return v, nil
	}
	instead := "no version is valid now: reissue it first"
	if x.credential.Phase() != rotation.PhaseRevoked {
		instead = fmt.Sprintf("reveal version %d instead", x.credential.Version)
	}
	return rotation.Version{}, newProblem(api.CodeConflict, "", "version %d of the %s %q is %s since %s and cannot be revealed; %s",
		all[i].Number, x.noun.name, x.object.Name, all[i].State, all[i].EndedAt.UTC().Format(time.RFC3339), instead)
}

func flattenVersion(v rotation.Version, expiresAt time.Time, p rotation.Policy) api.Version {
	out := api.Version{
		Version: v.Number, State: string(v.State), IssuedAt: v.IssuedAt.UTC(), ExpiresAt: utc(p.EndsAt(v, expiresAt)),
		EndedAt: utc(v.EndedAt), EndReason: v.EndReason, EndedBy: v.EndedBy, PromotedBy: v.PromotedBy, LastUsedAt: utc(v.LastUsedAt),
	}
	if e := v.Evidence; e != nil {
		out.Evidence = &api.Evidence{Kind: e.Kind, At: e.At.UTC(), Actor: e.Actor}
	}
	return out
}
