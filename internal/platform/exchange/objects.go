package exchange

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/accesstokens"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

func (h *Handler) mountObjects(r *httpapi.Router) {
	one := "/v1/" + api.KindAccessTokens + "/{id}"
	httpapi.Register(r, httpapi.Operation{
		ID: "openAccessToken", Method: http.MethodPost, Path: api.ScopedTokens.Route("{id}", api.KindAccessTokens),
		Tag: httpapi.TagTokens, Permission: api.PermissionReveal, Returns: keys.OpenedAccessToken{},
		Summary: "Open an access token of a scoped token",
		Description: "Makes a short-lived access token (qca_) of the current version of a scoped token, and changes " +
			"nothing " +
			"of the scoped token or of its other access tokens. It is accepted where the scoped token is, within `scopes`, " +
			"and " +
			"ends at once with that version.\n\n" +
			"One that names the scope `" + api.ScopeReadCredentials + "` also needs the permission `" + api.PermissionWrite +
			"`. It is no use of the version. An Idempotency-Key is ignored: nothing of the answer is stored, and a repetition " +
			"opens another access token.",
	}, h.open)
	httpapi.Register(r, httpapi.Operation{
		ID: "extendAccessToken", Method: http.MethodPost, Path: one + "/extend", Tag: httpapi.TagTokens,
		Permission: api.PermissionReveal, Returns: api.AccessTokenLife{}, Summary: "Extend an access token",
		Description: "Lets an access token of a scoped token live longer, for the principal that opened it: until 12 hours " +
			"after its opening at most, and never beyond the version that it was made from. It never shortens the life. " +
			"A token that was revoked or has expired is refused (409): open another one.",
	}, h.extend)
	httpapi.Register(r, httpapi.Operation{
		ID: "revokeAccessToken", Method: http.MethodPost, Path: one + "/revoke", Tag: httpapi.TagTokens,
		Limit: limits.Reserve, Returns: api.Revocation{}, Summary: "Revoke an access token",
		Description: "Ends an access token at once, and nothing else. One that has ended is no error: the body says what " +
			"was " +
			"done.\n\nNeeds the permission `contain`, or `reveal` for the principal that opened it.",
	}, h.revoke)
}

// issue makes the access token that was asked for. The reason says why not; empty for it was made.
func issue(ctx context.Context, tx *txn.Tx, g accesstokens.Grant, a asked) (*httpapi.Answer, string, error) {
	var ok bool
	if g.Scopes, ok = narrowed(a.scopes, g.Scopes); !ok {
		return nil, refusedScope, nil
	}
	g.TTL, g.OpenedBy = a.ttl, tx.Actor
	t, value, err := accesstokens.Issue(ctx, tx, g)
	if errors.Is(err, accesstokens.ErrTooMany) {
		return nil, refusedTooMany, nil
	}
	if err != nil {
		return nil, "", err
	}
	return httpapi.Body(keys.RevealExchanged(t, value)), "", nil
}

type openInput struct {
	httpapi.ByID
	Body *api.AccessTokenOpen
}

// open is no Change: its answer has a value, so nothing of it may be stored for a repetition.
func (h *Handler) open(ctx context.Context, in *openInput) (out *httpapi.Answer, err error) {
	body := httpapi.ValueOr(in.Body, api.AccessTokenOpen{})
	ttl, err := ttlOf(body.TTL)
	if err != nil {
		return nil, err
	}
	if body.Scopes != nil && len(body.Scopes) == 0 {
		return nil, problem.Refused("/scopes", errors.New("must have at least one scope, or be absent"))
	}
	caller := access.From(ctx)
	if err := h.engine.SettleFirst(ctx, caller.Caller(), api.ScopedTokens, in.ID); err != nil {
		return nil, err
	}
	err = h.engine.Update(ctx, caller.Caller(), func(tx *txn.Tx) error {
		g, err := h.bearers.Opening(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if g.Scopes, err = opened(body.Scopes, g.Scopes); err != nil {
			return err
		}
		if err := checkReadsCredentials(caller, g.Scopes); err != nil {
			return err
		}
		if body.TTL != nil {
			if err := guardrails.CheckTTL(ctx, tx, g.Kind, g.ParentID, ttl); err != nil {
				return err
			}
		}
		g.TTL, g.OpenedBy = ttl, caller.Principal.ID
		t, value, err := accesstokens.Issue(ctx, tx, g)
		if errors.Is(err, accesstokens.ErrTooMany) {
			return problem.New(api.CodeConflict, "", "the scoped token %s has too many access tokens that have not ended; "+
				"revoke those that are not in use, or wait until they end by themselves", in.ID)
		}
		if err == nil {
			out = httpapi.Body(keys.RevealOpened(t, value, accesstokens.EndsAtLatest(t.CreatedAt, g.NotAfter)))
		}
		return err
	})
	return out, err
}

func ttlOf(given *string) (time.Duration, error) {
	if given == nil {
		return api.DefaultAccessTokenTTL, nil
	}
	ttl, err := api.ParseDuration(*given)
	if err == nil {
		err = api.CheckAccessTokenTTL(ttl)
	}
	if err != nil {
		return 0, problem.Refused("/ttl", err)
	}
	return ttl, nil
}

// opened is narrowed for a caller that may know which scope is too much.
func opened(scopes, granted []string) ([]string, error) {
	if out, ok := narrowed(scopes, granted); ok {
		return out, nil
	}
	i := slices.IndexFunc(scopes, func(s string) bool { return !api.ScopeAllowed(s, granted) })
	return nil, problem.New(api.CodeInvalid, problem.Pointer("scopes", strconv.Itoa(i)), "scopes has a scope that is not "+
		"among the effective scopes of the scoped token; leave it out, or widen the scopes of the token and the "+
		"allowed_scopes of its connector first")
}

// checkReadsCredentials refuses an access token that opens more than the permission to reveal covers.
func checkReadsCredentials(caller *access.Request, scopes []string) error {
	if !slices.Contains(scopes, api.ScopeReadCredentials) || caller.May(api.PermissionWrite) {
		return nil
	}
	return problem.New(api.CodeForbidden, "/scopes", "the access token would have the scope %s, so it opens the "+
		"credentials "+
		"of the connector: that also needs the permission %q, which role %q does not have; ask for scopes without it",
		api.ScopeReadCredentials, api.PermissionWrite, caller.Principal.Role)
}

type extendInput struct {
	httpapi.ByID
	Body *api.AccessTokenExtend
}

func (h *Handler) extend(ctx context.Context, in *extendInput) (out *httpapi.Answer, err error) {
	ttl, err := ttlOf(httpapi.ValueOr(in.Body, api.AccessTokenExtend{}).TTL)
	if err != nil {
		return nil, err
	}
	caller := access.From(ctx)
	err = h.engine.Update(ctx, caller.Caller(), func(tx *txn.Tx) error {
		t, err := accesstokens.ByID(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if err := checkExtendable(caller, t, tx.Now); err != nil {
			return err
		}
		notAfter, err := h.bearers.Extending(ctx, tx, t)
		if err != nil {
			return err
		}
		if err := accesstokens.Extend(ctx, tx, t, ttl, notAfter); err != nil {
			return err
		}
		out = httpapi.Body(api.AccessTokenLife{
			ID: t.ID, ExpiresAt: t.ExpiresAt.UTC(), EndsAtLatest: accesstokens.EndsAtLatest(t.CreatedAt, notAfter).UTC(),
			ExpiresIn: int64(t.ExpiresAt.Sub(tx.Now) / time.Second),
		})
		return nil
	})
	return out, err
}

// checkExtendable refuses to extend what another principal opened, what was not made from a scoped token, and what has
// ended.
func checkExtendable(caller *access.Request, t *store.AccessToken, now time.Time) error {
	switch {
	case t.OpenedBy != caller.Principal.ID:
		return problem.New(api.CodeForbidden, "", "another principal opened this access token, and only that one may extend "+
			"it; open another one")
	case t.ParentKind != api.KindScopedTokens:
		return problem.New(api.CodeConflict, "", "this access token was not made from a scoped token, and cannot be "+
			"extended; "+
			"exchange again")
	case !t.EndedAt.IsZero():
		return problem.New(api.CodeConflict, "", "this access token was revoked at %s, and is not revived; open another one",
			t.EndedAt.UTC().Format(time.RFC3339))
	case !t.LiveAt(now):
		return problem.New(api.CodeConflict, "", "this access token expired at %s, and is not revived; open another one",
			t.ExpiresAt.UTC().Format(time.RFC3339))
	}
	return checkReadsCredentials(caller, t.Scopes)
}

func (h *Handler) revoke(ctx context.Context, in *httpapi.ByID) (out *httpapi.Answer, err error) {
	caller := access.From(ctx)
	if !caller.May(api.PermissionReveal) {
		if err := access.Authorize(caller, api.PermissionContain); err != nil {
			return nil, err
		}
	}
	err = h.engine.Update(ctx, caller.Caller(), func(tx *txn.Tx) error {
		t, err := accesstokens.ByID(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if t.OpenedBy != caller.Principal.ID || !caller.May(api.PermissionReveal) {
			if err := access.Authorize(caller, api.PermissionContain); err != nil {
				return err
			}
		}
		revoked, err := accesstokens.Revoke(ctx, tx, t, accesstokens.ReasonRevoked)
		done := api.Revocation{Reason: api.RevocationAlreadyEnded}
		if revoked {
			done = api.Revocation{Revoked: true, Kind: api.KindAccessTokens, ID: t.ID, Version: t.ParentVersion}
		}
		out = httpapi.Body(done)
		return err
	})
	return out, err
}
