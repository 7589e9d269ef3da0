package findings

import (
	"context"
	"errors"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/accesstokens"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// owned is an object that has or had a value, and the version of it.
type owned struct {
	store.Ref
	version int64
}

// whose finds what has or had a value, in every environment. A supplied value can be of several objects.
func (h *Handler) whose(ctx context.Context, tx *txn.Tx, value secret.Value) (all []owned, err error) {
	switch {
	case keys.Matches(api.PrefixPrincipal, value):
		p, err := access.ByToken(ctx, tx, value)
		if err == nil {
			all = []owned{{Ref: store.Ref{Scope: p.Scope, Kind: api.KindPrincipals, ID: p.ID}}}
		}
		return all, found(err)
	case keys.Matches(api.PrefixAccessToken, value):
		a, err := accesstokens.Find(ctx, tx, value)
		if err == nil {
			all = []owned{{store.Ref{Scope: a.Scope, Kind: api.KindAccessTokens, ID: a.ID}, a.ParentVersion}}
		}
		return all, found(err)
	case keys.Matches(api.PrefixScopedToken, value):
		return ofToken(ctx, tx, value)
	}
	scopes, err := tx.Scopes(ctx)
	if err != nil {
		return nil, err
	}
	if keys.IsSigningValue(value) {
		all, err = ofSigningSecret(ctx, tx, value, scopes)
	}
	if err != nil || len(all) > 0 {
		return all, err
	}
	return h.ofSupplied(ctx, tx, value, scopes)
}

// found makes no error of what was not found.
func found(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

func ofToken(ctx context.Context, tx *txn.Tx, value secret.Value) (all []owned, err error) {
	lookup, err := tx.Keys.Lookup(ctx, tx.Tx)
	if err != nil {
		return nil, err
	}
	err = keys.Find(lookup.Token(value), func(hash []byte) error {
		ref, err := tx.OwnerOfValue(ctx, hash)
		if err != nil {
			return err
		}
		ref, number, err := tx.ByValueHash(ctx, ref.Scope, hash)
		all = []owned{{ref, number}}
		return err
	})
	return all, found(err)
}

// ofSigningSecret asks in each environment: the hash of such a value is another one in each.
func ofSigningSecret(
	ctx context.Context, tx *txn.Tx, value secret.Value, scopes []store.Scope,
) (all []owned, err error) {
	lookup, err := tx.Keys.Lookup(ctx, tx.Tx)
	if err != nil {
		return nil, err
	}
	for _, scope := range scopes {
		hashes, ok := lookup.SigningValue(value, scope)
		if !ok {
			return nil, nil
		}
		err := keys.Find(hashes, func(hash []byte) error {
			ref, number, err := tx.ByValueHash(ctx, scope, hash)
			if err == nil {
				all = append(all, owned{ref, number})
			}
			return err
		})
		if found(err) != nil {
			return nil, err
		}
	}
	return all, nil
}

// ofSupplied finds the connectors that were supplied a value among their credentials. Which version had it is not kept:
// it is noted for the current one.
func (h *Handler) ofSupplied(
	ctx context.Context, tx *txn.Tx, value secret.Value, scopes []store.Scope,
) (all []owned, err error) {
	tenant := ""
	for _, scope := range scopes {
		if scope.Tenant == tenant {
			continue
		}
		tenant = scope.Tenant
		refs, err := tx.SuppliedWith(ctx, tenant, keys.SuppliedHash(tx.Keys, tenant, value))
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			if ref.Kind != api.KindConnectors {
				continue
			}
			o, err := h.engine.Load(ctx, tx.As(txn.Caller{Scope: ref.Scope}), api.Connectors, ref.ID)
			if err != nil {
				return nil, err
			}
			version := o.Parts().Credential.Version
			for _, v := range o.Parts().Credential.Versions {
				if v.State == rotation.StateCurrent {
					version = v.Number
				}
			}
			all = append(all, owned{ref, version})
		}
	}
	return all, nil
}
