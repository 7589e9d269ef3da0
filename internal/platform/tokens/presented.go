package tokens

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/connectors"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/consents"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Presented is a value that is accepted.
type Presented struct {
	token   *token
	version rotation.Version
	scopes  []string
	at      time.Time
	access  *store.AccessToken // that was presented instead of the value of the version; nil for none
}

// Known is what was read of a value: the token and the version that it belongs to.
type Known struct {
	token     *token
	number    int64
	connector *store.Connector
	consent   *store.Consent     // of the connector; nil: it has none
	access    *store.AccessToken // nil: the value is that of the version itself
}

// presented finds what decides whether a value is accepted, among what was verified before where nothing was changed
// since; nil if it belongs to no token of the caller's environment. at is the time that counts.
func (h *Handler) presented(
	ctx context.Context, caller *access.Request, value secret.Value,
) (k *Known, at time.Time, err error) {
	if !isBearer(value) {
		return nil, at, nil
	}
	inMemory := h.runner.Keys.MemoryHash(value)
	if k, ok := h.known.Find(inMemory, caller.State); ok && !k.PastDeadline(caller.State.Now) {
		if k.token.Scope != caller.Caller().Scope {
			return nil, at, nil
		}
		return k, caller.State.Now, nil
	}
	err = h.engine.View(ctx, caller.Caller(), func(tx *txn.Tx) (err error) {
		at = tx.Now
		k, err = h.lookUp(ctx, tx, value)
		return err
	})
	if err != nil || k == nil {
		return nil, at, err
	}
	h.known.Keep(inMemory, caller.State, k)
	return k, at, nil
}

// lookUp reads what decides about a value; nil if it belongs to no token of the caller's environment.
func (h *Handler) lookUp(ctx context.Context, tx *txn.Tx, value secret.Value) (*Known, error) {
	t, number, err := h.tokenOf(ctx, tx, value)
	var a *store.AccessToken
	if keys.Matches(api.PrefixAccessToken, value) {
		if t, a, err = accessTokenOf(ctx, tx, h, value); a != nil {
			number = a.ParentVersion
		}
	}
	if err != nil || t == nil {
		return nil, err
	}
	c, err := connectors.Read(ctx, tx, t.ConnectorID)
	if err != nil {
		return nil, err
	}
	consent, err := consents.Of(ctx, tx, c.ConsentID)
	if err != nil {
		return nil, err
	}
	return &Known{t, number, c, consent, a}, nil
}

// PastDeadline reports whether a deadline has passed that has to be settled first.
func (k *Known) PastDeadline(now time.Time) bool {
	return k.token.Credential.PastDeadline(now)
}

func (k *Known) ref() store.Ref { return k.token.ref() }

func (t *token) ref() store.Ref {
	return store.Ref{Scope: t.Scope, Kind: api.ScopedTokens.Path, ID: t.ID}
}

// Accept decides whether the value is accepted from an address now; nil if not.
func (k *Known) Accept(from netip.Addr, now time.Time) *Presented {
	if k.refused(from, now) != "" {
		return nil
	}
	t := k.token
	version, _ := t.Credential.Lookup(k.number)
	scopes := allowedScopes(t, k.connector, k.consent)
	if k.access != nil {
		scopes = within(k.access.Scopes, scopes)
	}
	return &Presented{token: t, version: version, scopes: scopes, at: now, access: k.access}
}

// refused returns why a value is not accepted from an address now; empty where it is.
func (k *Known) refused(from netip.Addr, now time.Time) string {
	t := k.token
	switch {
	case k.access != nil && !k.access.LiveAt(now):
		return RefusedEnded
	case slices.Contains(t.Credential.Quarantined(), k.number):
		return RefusedQuarantined
	case !t.Credential.ValidAt(t.policy, k.number, now):
		return RefusedEnded
	case !access.AddressAllowed(from, t.AllowedCIDRs):
		return RefusedAddress
	case !k.connector.Enabled:
		return RefusedConnector
	}
	return refusedByConsent(t, k.connector, k.consent)
}

// tokenOf finds the token that a value belongs to, in the caller's environment; nil if there is none.
func (h *Handler) tokenOf(ctx context.Context, tx *txn.Tx, value secret.Value) (*token, int64, error) {
	if !keys.Matches(api.PrefixScopedToken, value) {
		return nil, 0, nil
	}
	ref, number, err := byValue(ctx, tx, value)
	if errors.Is(err, store.ErrNotFound) || err == nil && ref.Scope != tx.Scope {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	t, err := h.load(ctx, tx, ref.ID)
	return t, number, err
}

// byValue finds the credential and the version that a value belongs to.
func byValue(ctx context.Context, tx *txn.Tx, value secret.Value) (ref store.Ref, number int64, err error) {
	ref, number, hash, err := unchecked(ctx, tx, value)
	if err != nil {
		return ref, number, err
	}
	bound, err := tx.Keys.Rows().Secret(ref.Scope, ref.ID, number, hash)
	return ref, number, tx.CheckBound(ctx, bound, err)
}

// unchecked is byValue without a check of the row, for a decision that only ends something. It returns the hash that
// the value was found by.
func unchecked(
	ctx context.Context, tx *txn.Tx, value secret.Value,
) (ref store.Ref, number int64, by []byte, err error) {
	lookup, err := tx.Keys.Lookup(ctx, tx.Tx)
	if err != nil {
		return ref, 0, nil, err
	}
	err = keys.Find(lookup.Token(value), func(hash []byte) (err error) {
		by = hash
		ref, number, err = tx.TokenByHash(ctx, hash)
		return err
	})
	return ref, number, by, err
}

// isEvidence reports whether the use proves that a pending version is in use. That of an access token does not: a
// principal may have opened it, without the consumer having the version; and where the consumer exchanged the version
// for it, that was the proof.
func (p *Presented) isEvidence() bool {
	return p.access == nil && p.version.State == rotation.StatePending && p.version.Evidence == nil
}

// keepUse is Use in memory, by what was read.
func keepUse(engine *credentials.Engine, p *Presented, evidenceKind, actor string) (used bool) {
	t := p.token
	after, _, used := rotation.Use(t.Credential.Credential, t.policy, p.version.Number, evidenceKind, actor, p.at)
	if used {
		p.version, _ = after.Lookup(p.version.Number)
		engine.Keep(t.ref(), credentials.Use{
			Number: p.version.Number, Evidence: evidenceKind, Actor: actor, At: p.at,
		})
	}
	return used
}
