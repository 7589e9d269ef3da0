package tokens

import (
	"context"
	"errors"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func (h *Handler) mountRevocation(r *httpapi.Router) {
	httpapi.Register(r, httpapi.Operation{
		ID: "revokeToken", Method: http.MethodPost, Path: "/v1/revoke", Tag: httpapi.TagTokens, Open: true, Secured: true,
		Status: http.StatusOK, Summary: "Revoke one token value",
		Description: "RFC 7009, for scoped tokens of the caller's environment. " +
			"As long as another version is valid, the token goes on with that one. " +
			"A value that is not accepted anyway gets 200 too. A pending version is cancelled, which sets a hold; " +
			"when the current one is revoked, the pending or the previous one takes its place." +
			"\n\nNeeds the permission `contain`, or the very value that is to be revoked as bearer token.",
		Form: map[string]string{"token": "The value to revoke.", "token_type_hint": "Ignored."},
	}, h.revoke)
}

func (h *Handler) revoke(ctx context.Context, in *httpapi.FormInput) (*httpapi.Answer, error) {
	caller := access.From(ctx)
	value, _, formErr := in.TokenForm(ctx)
	self := keys.Matches(keys.PrefixScopedToken, caller.Bearer) // the token itself calls, and no principal
	var target *store.Ref
	err := h.engine.View(ctx, caller.Caller(), func(tx *txn.Tx) (err error) {
		if !self {
			if err := access.Authenticate(ctx, tx, caller); err != nil {
				return err
			}
			if err := access.Authorize(caller, api.PermissionContain); err != nil {
				return err
			}
		}
		if formErr != nil {
			return formErr
		}
		target, err = h.revocable(ctx, tx.As(caller.Caller()), caller.Bearer, value, self)
		return err
	})
	if err != nil || target == nil {
		return httpapi.Body(nil), err
	}
	as := caller.Caller().In(target.Scope)
	if self {
		as.Actor = target.ID
	}
	return httpapi.Body(nil), h.engine.Update(ctx, as, func(tx *txn.Tx) error { return h.revokeValue(ctx, tx, value) })
}

// revocable finds the token that a value belongs to; nil if there is nothing to revoke.
func (h *Handler) revocable(
	ctx context.Context, tx *txn.Tx, bearer, value secret.Value, self bool,
) (*store.Ref, error) {
	unknown := problem.New(api.CodeUnauthenticated, "",
		"the scoped token of this request is not accepted, so it can revoke nothing")
	if self && !value.Equal(bearer) {
		return nil, problem.New(api.CodeForbidden, "", "a scoped token may revoke its own value only; "+
			"anything else needs a principal with the permission %q", api.PermissionContain)
	}
	ref, number, err := byValue(ctx, tx, value)
	if errors.Is(err, store.ErrNotFound) {
		if self {
			return nil, unknown
		}
		return nil, nil
	}
	if err != nil || !self && ref.Scope != tx.Scope {
		return nil, err
	}
	t, err := h.load(ctx, tx.As(tx.In(ref.Scope)), ref.ID)
	if err != nil {
		return nil, err
	}
	if self && !t.Credential.ValidAt(t.policy, number, tx.Now) {
		return nil, unknown
	}
	return &ref, nil
}

func (h *Handler) revokeValue(ctx context.Context, tx *txn.Tx, value secret.Value) error {
	t, number, err := h.tokenOf(ctx, tx, value)
	if err != nil || t == nil {
		return err // revoked meanwhile
	}
	after, done := rotation.RevokeValue(t.Credential.Credential, t.policy, number, tx.Actor, tx.Now)
	return credentials.Finish(ctx, tx, t, after, done, nil)
}
