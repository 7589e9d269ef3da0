package tokens

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/accesstokens"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/connectors"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// isBearer reports whether a value has the form of what introspection and retrieval accept: a scoped token, or an
// access token that was made from one.
func isBearer(value secret.Value) bool {
	return keys.Matches(api.PrefixScopedToken, value) || keys.Matches(api.PrefixAccessToken, value)
}

// accessTokenOf finds the access token that was made from a scoped token of the caller's environment, and the scoped
// token; nil if there is none.
func accessTokenOf(
	ctx context.Context, tx *txn.Tx, h *Handler, value secret.Value,
) (*token, *store.AccessToken, error) {
	a, err := accesstokens.Find(ctx, tx, value)
	if errors.Is(err, store.ErrNotFound) || err == nil && (a.Scope != tx.Scope || a.ParentKind != api.KindScopedTokens) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	t, err := h.load(ctx, tx, a.ParentID)
	if problem.IsNotFound(err) { // deleted, and every access token that was made from it ended with that
		return nil, nil, nil
	}
	return t, a, err
}

// refOf finds the scoped token that a value belongs to, in whatever environment it is: by the value itself, or by
// that of an access token. It returns store.ErrNotFound for none.
func refOf(ctx context.Context, tx *txn.Tx, value secret.Value) (store.Ref, error) {
	if !keys.Matches(api.PrefixAccessToken, value) {
		ref, _, err := byValue(ctx, tx, value)
		return ref, err
	}
	a, err := accesstokens.Find(ctx, tx, value)
	if err == nil && a.ParentKind != api.KindScopedTokens {
		err = store.ErrNotFound
	}
	if err != nil {
		return store.Ref{}, err
	}
	return store.Ref{Scope: a.Scope, Kind: a.ParentKind, ID: a.ParentID}, nil
}

// earlier returns the earlier one of two times, of which the zero time is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// revokeAccess ends an access token by its value: for the value itself, or for a principal of its environment that may
// contain.
func revokeAccess(
	ctx context.Context, h *Handler, caller *access.Request, value secret.Value, self bool,
) (*httpapi.Answer, error) {
	var out api.Revocation
	as := caller.Caller()
	err := h.engine.View(ctx, as, func(tx *txn.Tx) error {
		a, err := accesstokens.Find(ctx, tx, value)
		switch {
		case errors.Is(err, store.ErrNotFound) && self:
			return notAccepted()
		case errors.Is(err, store.ErrNotFound):
			return nil
		case err == nil && self:
			as.Scope, as.Actor = a.Scope, a.ID
			if !a.LiveAt(tx.Now) {
				return notAccepted()
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = h.engine.Update(ctx, as, func(tx *txn.Tx) error {
		out = api.Revocation{Reason: api.RevocationUnknown}
		a, err := accesstokens.Find(ctx, tx, value)
		if errors.Is(err, store.ErrNotFound) || err == nil && a.Scope != tx.Scope {
			return nil
		}
		if err != nil {
			return err
		}
		revoked, err := accesstokens.Revoke(ctx, tx, a, accesstokens.ReasonTokenRevoked)
		if out.Reason = api.RevocationAlreadyEnded; revoked {
			out = api.Revocation{Revoked: true, Kind: api.KindAccessTokens, ID: a.ID, Version: a.ParentVersion}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if !self && !value.Equal(caller.Bearer) && !caller.May(api.PermissionRead) {
		return httpapi.Empty(), nil
	}
	return httpapi.Body(out), nil
}

// identifyAccess says which access token a value is, and whether it is accepted. It ends with the workload identity, or
// with the version of the scoped token, that it was made from, whatever its own row says.
func identifyAccess(ctx context.Context, tx *txn.Tx, h *Handler, value secret.Value) (api.Identification, error) {
	a, err := accesstokens.Find(ctx, tx, value)
	if errors.Is(err, store.ErrNotFound) || err == nil && a.Scope != tx.Scope {
		return api.Identification{}, nil
	}
	if err != nil {
		return api.Identification{}, err
	}
	out := api.Identification{Found: true, State: api.PrincipalActive}
	switch a.ParentKind {
	case api.KindWorkloadIdentities:
		w, err := tx.WorkloadIdentity(ctx, tx.Scope, a.ParentID)
		if errors.Is(err, store.ErrNotFound) { // deleted, and its access tokens ended with it
			return api.Identification{}, nil
		}
		if err != nil {
			return out, err
		}
		out.Name, out.Owner = w.Name, w.Owner
	case api.KindScopedTokens:
		out, err = h.identifyVersion(ctx, tx, store.Ref{Scope: a.Scope, Kind: a.ParentKind, ID: a.ParentID}, a.ParentVersion)
		if problem.IsNotFound(err) {
			return api.Identification{}, nil
		}
		if err != nil {
			return out, err
		}
		if rotation.State(out.State).Valid() {
			out.State = api.PrincipalActive
		}
	}
	out.Kind, out.ID, out.ParentID = api.KindAccessTokens, a.ID, a.ParentID
	if out.State != api.PrincipalActive {
		return out, nil
	}
	if !a.LiveAt(tx.Now) {
		out.Quarantine = nil // it has ended, and comes back with no release
	}
	out.ExpiresAt = httpapi.UTC(a.ExpiresAt)
	switch {
	case !a.EndedAt.IsZero():
		out.State, out.EndedAt = api.PrincipalRevoked, httpapi.UTC(a.EndedAt)
		out.EndReason, out.EndedBy = a.EndReason, a.EndedBy
		out.EndedByName, err = tx.PrincipalName(ctx, tx.Scope, a.EndedBy)
	case !a.LiveAt(tx.Now):
		out.State, out.EndedAt = api.PrincipalExpired, httpapi.UTC(a.ExpiresAt)
		out.EndReason, out.EndedBy = rotation.ReasonExpired, rotation.ActorPlatform
	}
	return out, err
}

// Exchange decides what an access token may be that a value of a scoped token is exchanged for, and records that as a
// use of its version: only a consumer that has the value can exchange it, so it proves that a pending version is in
// use. What is made of it proves nothing more: an access token can be handed on. The reason says why it is refused;
// empty for it is not.
func (b Bearers) Exchange(
	ctx context.Context, tx *txn.Tx, caller *access.Request, value secret.Value, consumer string,
) (g accesstokens.Grant, reason string, err error) {
	k, err := b.tokens.lookUp(ctx, tx, value)
	if err != nil || k == nil {
		return g, RefusedEnded, err
	}
	if reason = k.refused(caller.Address, tx.Now); reason != "" {
		return g, reason, nil
	}
	p := k.Accept(caller.Address, tx.Now)
	if len(p.scopes) == 0 {
		return g, RefusedNoScopes, nil
	}
	used, err := use(ctx, tx, k.token, p, rotation.EvidenceExchange)
	if err != nil || !used {
		return g, RefusedEnded, err
	}
	noted := p.UseBy(caller, UseOf{How: rotation.EvidenceExchange, Consumer: consumer, From: caller.Address})
	tx.OnCommit(func() { b.tokens.engine.Used(k.ref(), p.version.Number, noted) })
	return grant(k.token, p.version, p.scopes), "", nil
}

// Opening decides what an access token may be that a principal opens. It is made from the current version: a pending
// one may be cancelled. It is no use of the version, and no use of the access token proves that a version has reached
// the consumer, which has no part in it.
func (b Bearers) Opening(ctx context.Context, tx *txn.Tx, id string) (g accesstokens.Grant, err error) {
	t, err := b.tokens.load(ctx, tx, id)
	if err != nil {
		return g, err
	}
	c, err := connectors.Read(ctx, tx, t.ConnectorID)
	if err != nil {
		return g, err
	}
	current, ok := t.Credential.Current()
	if t.Credential.Quarantine.Covers(current.Number) {
		return g, inQuarantine(t, "no access token can be made from it")
	}
	if !ok || !t.Credential.ValidAt(t.policy, current.Number, tx.Now) {
		return g, problem.New(api.CodeConflict, "", "no version of the scoped token %q is valid, so no access token can be "+
			"made from it; reissue it first", t.Name)
	}
	if !c.Enabled {
		return g, disabled(t, c)
	}
	consent, err := consentTo(ctx, tx, t, c)
	if err != nil {
		return g, err
	}
	scopes := allowedScopes(t, c, consent)
	if len(scopes) == 0 {
		return g, problem.New(api.CodeConflict, "", "the connector %q allows none of the scopes of the scoped token %q; "+
			"widen "+
			"its allowed_scopes, or correct the scopes of the token", c.Name, t.Name)
	}
	return grant(t, current, scopes), nil
}

// Extending returns when an access token ends at the latest because of the version that it was made from; zero for
// never. It refuses one whose version has ended.
func (b Bearers) Extending(ctx context.Context, tx *txn.Tx, a *store.AccessToken) (notAfter time.Time, err error) {
	t, err := b.tokens.load(ctx, tx, a.ParentID)
	if problem.IsNotFound(err) {
		return notAfter, problem.New(api.CodeConflict, "", "the scoped token of this access token was deleted, which "+
			"ended the "+
			"access token")
	}
	if err != nil {
		return notAfter, err
	}
	c, err := connectors.Read(ctx, tx, t.ConnectorID)
	if err != nil {
		return notAfter, err
	}
	v, ok := t.Credential.Lookup(a.ParentVersion)
	if t.Credential.Quarantine.Covers(a.ParentVersion) {
		return notAfter, inQuarantine(t, "no access token that was made from it is accepted")
	}
	if !ok || !t.Credential.ValidAt(t.policy, a.ParentVersion, tx.Now) {
		return notAfter, problem.New(api.CodeConflict, "", "version %d of the scoped token %q has ended, and the access "+
			"tokens "+
			"that were made from it have ended with it; open another one", a.ParentVersion, t.Name)
	}
	if !c.Enabled {
		return notAfter, disabled(t, c)
	}
	if _, err := consentTo(ctx, tx, t, c); err != nil {
		return notAfter, err
	}
	return t.Credential.EndsAt(t.policy, v), nil
}

func grant(t *token, v rotation.Version, scopes []string) accesstokens.Grant {
	return accesstokens.Grant{
		Kind: api.KindScopedTokens, ParentID: t.ID, Version: v.Number, Scopes: scopes,
		NotAfter: t.Credential.EndsAt(t.policy, v),
	}
}

// Exchanged finds the scoped token whose value is exchanged, in whatever environment it is, even if the value has
// ended. It returns store.ErrNotFound for none.
func (b Bearers) Exchanged(ctx context.Context, r *access.Request, value secret.Value) (ref store.Ref, err error) {
	err = b.tokens.runner.View(ctx, r.Caller(), func(tx *txn.Tx) error {
		lookup, err := tx.Keys.Lookup(ctx, tx.Tx)
		if err != nil {
			return err
		}
		return keys.Find(lookup.Token(value), func(hash []byte) (err error) {
			ref, err = tx.OwnerOfValue(ctx, hash)
			return err
		})
	})
	if err == nil && ref.Kind != api.KindScopedTokens {
		err = store.ErrNotFound
	}
	return ref, err
}
