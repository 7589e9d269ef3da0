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

func registerReveal(r *router) {
	register(r, operation{
		id: "revealScopedToken", method: http.MethodPost, path: "/v1/" + api.KindScopedTokens + "/{id}/versions/{version}/reveal",
		tag: tagScopedTokens, permission: api.PermissionReveal, summary: "Reveal the value of a version",
		description: "Returns the value of a version that is valid. Makes nothing and ends nothing; every reveal is in the audit.",
	}, r.revealScopedToken)
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

func (p *Platform) revealScopedToken(ctx context.Context, in *revealInput) (out *revealed, err error) {
	if err := p.settleScopedToken(ctx, in.ID); err != nil {
		return nil, err
	}
	err = p.update(ctx, func(w *work) error {
		t, err := w.settledScopedToken(ctx, in.ID)
		if err != nil {
			return err
		}
		v, err := w.revealable(ctx, t, in.Version)
		if err != nil {
			return err
		}
		sealed, err := w.tx.Secret(ctx, t.ID, v.Number)
		if err != nil {
			return err
		}
		body, err := w.vault.reveal(sealed, w.bound(t.ID, v.Number), utc(t.policy.EndsAt(v, t.Credential.ExpiresAt)))
		if err != nil {
			return err
		}
		out = &revealed{Body: body}
		return w.audit(ctx, actionReveal, api.KindScopedTokens, t.ID, map[string]string{"versions": itoa(v.Number)})
	})
	return out, err
}

// revealable finds a version that is valid.
func (w *work) revealable(ctx context.Context, t *scopedToken, number int64) (rotation.Version, error) {
	all, err := w.tx.Versions(ctx, w.scope, t.ID)
	if err != nil {
		return rotation.Version{}, err
	}
	i := slices.IndexFunc(all, func(v rotation.Version) bool { return v.Number == number })
	if i < 0 {
		return rotation.Version{}, newProblem(api.CodeNotFound, "", "the scoped token %q has no version of this number; its versions are at /v1/%s/%s/versions", t.Name, api.KindScopedTokens, t.ID)
	}
	if v := all[i]; v.State.Valid() {
		return v, nil
	}
	instead := "no version is valid now: reissue the token first"
	if t.Credential.Phase() != rotation.PhaseRevoked {
		instead = fmt.Sprintf("reveal version %d instead", t.Credential.Version)
	}
	return rotation.Version{}, newProblem(api.CodeConflict, "", "version %d of the scoped token %q is %s since %s and cannot be revealed; %s",
		all[i].Number, t.Name, all[i].State, all[i].EndedAt.UTC().Format(time.RFC3339), instead)
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
