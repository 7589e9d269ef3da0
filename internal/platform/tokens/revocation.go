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
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func (h *Handler) mountRevocation(r *httpapi.Router) {
	httpapi.Register(r, httpapi.Operation{
		ID: "revokeToken", Method: http.MethodPost, Path: "/v1/revoke", Tag: httpapi.TagTokens, Limit: limits.Reserve,
		Authenticate: h.authenticate, Returns: api.Revocation{}, Summary: "Revoke one token value",
		Description: "RFC 7009, for scoped tokens, access tokens and principals of the caller's environment. " +
			"As long as another version is valid, the token goes on with that one. " +
			"A value that is not accepted anyway gets 200 too. The body says what was done, to a caller that has the " +
			"permission `read` and to the value itself; for others it is empty. A pending version is cancelled, which sets " +
			"a hold; when the current one is revoked, the pending or the previous one takes its place. White space around " +
			"the value is removed. A value of a signing secret (whsec_, whsk_, whpk_) is refused with the code " +
			"`unsupported_token_type`." +
			"\n\nNeeds the permission `contain`, for the token of a principal (qcp_) `manage_principals`, or the very value " +
			"that is to be revoked as bearer token.",
		Form:         map[string]string{"token": "The value to revoke.", "token_type_hint": "Ignored."},
		FormRequires: []string{"token"},
	}, h.revoke)
}

// authenticate finds the principal that calls, or the scoped token that calls for itself: with its own value, or with
// that of an access token.
func (h *Handler) authenticate(ctx context.Context, caller *access.Request) (id string, err error) {
	if !isBearer(caller.Bearer) {
		err := access.Authenticate(ctx, h.runner, caller)
		return caller.Actor(), err
	}
	err = h.engine.View(ctx, caller.Caller(), func(tx *txn.Tx) error {
		ref, err := refOf(ctx, tx, caller.Bearer)
		if errors.Is(err, store.ErrNotFound) {
			return notAccepted()
		}
		id = ref.ID
		return err
	})
	if problem.Has(err, api.CodeUnauthenticated) && keys.Matches(api.PrefixAccessToken, caller.Bearer) {
		err := access.Authenticate(ctx, h.runner, caller) // it was made from something else
		return caller.Actor(), err
	}
	return id, err
}

func notAccepted() error {
	return problem.New(api.CodeUnauthenticated, "",
		"the scoped token of this request is not accepted, so it can revoke nothing")
}

func (h *Handler) revoke(ctx context.Context, in *httpapi.FormInput) (*httpapi.Answer, error) {
	caller := access.From(ctx)
	value, _, formErr := in.TokenForm(ctx)
	self := caller.Principal == nil // the token itself calls
	var target *store.Ref
	var out api.Revocation
	err := h.engine.View(ctx, caller.Caller(), func(tx *txn.Tx) (err error) {
		if !self {
			if err := mayRevoke(caller, value); err != nil {
				return err
			}
		}
		if formErr != nil {
			return formErr
		}
		if keys.IsSigningValue(value) {
			return unsupported()
		}
		if keys.Matches(api.PrefixAccessToken, value) && (!self || value.Equal(caller.Bearer)) {
			return nil
		}
		target, out.Reason, err = h.revocable(ctx, tx, caller.Bearer, value, self)
		return err
	})
	if err != nil {
		return nil, err
	}
	if keys.Matches(api.PrefixAccessToken, value) {
		return revokeAccess(ctx, h, caller, value, self)
	}
	switch {
	case target != nil:
		as := caller.Caller().In(target.Scope)
		if self {
			as.Actor = target.ID
		}
		err = h.engine.Update(ctx, as, func(tx *txn.Tx) (err error) {
			out, err = h.revokeValue(ctx, tx, value)
			return err
		})
	case keys.Matches(api.PrefixPrincipal, value):
		err = h.engine.Update(ctx, caller.Caller(), func(tx *txn.Tx) (err error) {
			out, err = revokePrincipal(ctx, tx, value)
			return err
		})
	}
	if err == nil && !self && !value.Equal(caller.Bearer) && !caller.May(api.PermissionRead) {
		return httpapi.Empty(), nil
	}
	return httpapi.Body(out), err
}

// mayRevoke refuses what a principal may not end. Every principal may end its own token, and every workload the access
// token that it calls with. Another access token of a workload identity is contained like one of a scoped token: it
// lives for an hour at most, and the identity stays.
func mayRevoke(caller *access.Request, value secret.Value) error {
	switch {
	case value.Equal(caller.Bearer):
		return nil
	case !keys.Matches(api.PrefixPrincipal, value):
		return access.Authorize(caller, api.PermissionContain)
	}
	return access.Authorize(caller, api.PermissionManagePrincipals)
}

// revokePrincipal ends a principal by its token. It also ends the last deployer of an environment: a token that leaked
// must die.
func revokePrincipal(ctx context.Context, tx *txn.Tx, value secret.Value) (api.Revocation, error) {
	p, err := access.ByToken(ctx, tx, value)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && p.Scope != tx.Scope:
		return api.Revocation{Reason: api.RevocationUnknown}, nil
	case err != nil:
		return api.Revocation{}, err
	case !p.LiveAt(tx.Now):
		return api.Revocation{Reason: api.RevocationAlreadyEnded}, nil
	}
	out := api.Revocation{Revoked: true, Kind: api.KindPrincipals, ID: p.ID}
	return out, access.End(ctx, tx, p, access.ReasonTokenRevoked)
}

// unsupported refuses a value that only its object's own route can end.
func unsupported() error {
	return problem.New(api.CodeUnsupportedToken, "/token",
		"this is a value of a signing secret, which /v1/revoke cannot end; nothing was revoked. "+
			"End it with POST %s; POST /v1/identify with the value returns the id", api.SigningSecrets.Route("{id}", "revoke"))
}

// revocable finds the token that a value belongs to. It returns nil and the reason if there is nothing to revoke.
func (h *Handler) revocable(
	ctx context.Context, tx *txn.Tx, bearer, value secret.Value, self bool,
) (target *store.Ref, reason string, err error) {
	if self && !value.Equal(bearer) {
		return nil, "", problem.New(api.CodeForbidden, "", "a scoped token may revoke its own value only; "+
			"anything else needs a principal with the permission %q", api.PermissionContain)
	}
	ref, number, _, err := unchecked(ctx, tx, value)
	missing := errors.Is(err, store.ErrNotFound)
	switch {
	case missing && self:
		return nil, "", notAccepted()
	case missing || err == nil && !self && ref.Scope != tx.Scope:
		reason, err = reasonOf(ctx, tx, value)
		return nil, reason, err
	case err != nil:
		return nil, "", err
	}
	t, err := h.load(ctx, tx.As(tx.In(ref.Scope)), ref.ID)
	if err != nil {
		return nil, "", err
	}
	if self && !t.Credential.ValidAt(t.policy, number, tx.Now) {
		return nil, "", notAccepted()
	}
	return &ref, "", nil
}

// reasonOf says why there is nothing to revoke. A value of another environment is as unknown as one that never was.
func reasonOf(ctx context.Context, tx *txn.Tx, value secret.Value) (string, error) {
	_, _, err := whose(ctx, tx, value)
	if errors.Is(err, store.ErrNotFound) {
		return api.RevocationUnknown, nil
	}
	return api.RevocationAlreadyEnded, err
}

func (h *Handler) revokeValue(ctx context.Context, tx *txn.Tx, value secret.Value) (out api.Revocation, err error) {
	t, number, err := h.tokenOf(ctx, tx, value)
	if err != nil {
		return out, err
	}
	if t == nil { // revoked meanwhile
		out.Reason, err = reasonOf(ctx, tx, value)
		return out, err
	}
	after, done := rotation.RevokeValue(t.Credential.Credential, t.policy, number, tx.Actor, tx.Now)
	if err := credentials.Finish(ctx, tx, t, after, done, nil); err != nil {
		return out, err
	}
	if len(done) == 0 {
		return api.Revocation{Reason: api.RevocationAlreadyEnded}, nil
	}
	return api.Revocation{Revoked: true, Kind: api.ScopedTokens.Path, ID: t.ID, Version: number}, nil
}
