package platform

import (
	"context"
	"errors"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func (r *router) revocation() {
	const path = "/v1/revoke"
	register(r, operation{
		id: "revokeToken", method: http.MethodPost, path: path, tag: tagTokens, open: true, secured: true, status: http.StatusOK,
		summary: "Revoke one token value", description: "RFC 7009, for scoped tokens of the caller's environment. As long as another version is valid, the token goes on with that one. A value that is not accepted anyway gets 200 too. " +
			"A pending version is cancelled, which sets a hold; when the current one is revoked, the pending or the previous one takes its place.\n\nNeeds the permission `contain`, or the very value that is to be revoked as bearer token.",
	}, r.revokeToken)
	formSchema(r, path, map[string]string{"token": "The value to revoke.", "token_type_hint": "Ignored."})
}

func (p *Platform) revokeToken(ctx context.Context, in *formInput) (*deleted, error) {
	c := callOf(ctx)
	value, _, formErr := tokenForm(c, in.RawBody)
	self := p.vault.wellFormed(PrefixScopedToken, c.bearer)
	var target *store.Ref
	err := p.view(ctx, func(w *work) (due []store.Ref, err error) {
		if !self {
			if err := p.authenticate(ctx, w.tx, c); err != nil {
				return nil, err
			}
			if err := authorize(c, api.PermissionContain); err != nil {
				return nil, err
			}
		}
		if formErr != nil {
			return nil, formErr
		}
		target, due, err = w.revocable(ctx, c, value, self)
		return due, err
	})
	if err != nil || target == nil {
		return &deleted{}, err
	}
	return &deleted{}, p.update(ctx, func(w *work) error { return w.revokeValue(ctx, *target, value, self) })
}

// revocable finds the scoped token that a value belongs to; nil if there is nothing to revoke.
func (w *work) revocable(ctx context.Context, c *call, value secret.Value, self bool) (*store.Ref, []store.Ref, error) {
	unknown := newProblem(api.CodeUnauthenticated, "", "the scoped token of this request is not accepted, so it can revoke nothing")
	if self && !value.Equal(c.bearer) {
		return nil, nil, newProblem(api.CodeForbidden, "", "a scoped token may revoke its own value only; anything else needs a principal with the permission %q", api.PermissionContain)
	}
	ref, number, err := w.tx.TokenByHash(ctx, w.vault.hash(value))
	if errors.Is(err, store.ErrNotFound) {
		if self {
			return nil, nil, unknown
		}
		return nil, nil, nil
	}
	if err != nil || !self && ref.Scope != c.scope() {
		return nil, nil, err
	}
	w.scope = ref.Scope
	t, err := w.readScopedToken(ctx, ref.ID)
	if err != nil {
		return nil, nil, err
	}
	if due := t.parts().refIfDue(w.now); due != nil {
		return nil, due, nil
	}
	if self && !t.Credential.ValidAt(t.policy, number, w.now) {
		return nil, nil, unknown
	}
	return &ref, nil, nil
}

func (w *work) revokeValue(ctx context.Context, ref store.Ref, value secret.Value, self bool) error {
	w.scope = ref.Scope
	if self {
		w.actor = ref.ID
	}
	t, number, err := w.tokenOf(ctx, value)
	if err != nil || t == nil {
		return err // revoked meanwhile
	}
	if err := settleDeadlines(ctx, w, t); err != nil {
		return err
	}
	after, done := rotation.RevokeValue(t.Credential.Credential, t.policy, number, w.actor, w.now)
	return finish(ctx, w, t, after, done, nil)
}
