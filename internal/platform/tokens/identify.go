package tokens

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/lifecycle"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func (h *Handler) mountIdentify(r *httpapi.Router) {
	httpapi.Register(r, httpapi.Operation{
		ID: "identify", Method: http.MethodPost, Path: "/v1/identify", Tag: httpapi.TagTokens,
		Permission: api.PermissionRead, Limit: limits.Identify, Returns: api.Identification{}, Summary: "What is this value",
		Description: "Returns the object of the caller's environment that has or had a value, such as one found in a " +
			"log: a scoped token (qct_), an access token (qca_), a principal's token (qcp_), or a signing secret (whsec_, " +
			"whpk_). An access token is recognised until a day after its expiry. " +
			"Also of a value that has ended, and of one whose object was deleted (`closed_at`). It is no use of the value, " +
			"and changes nothing. White space around the value is removed. " +
			"Each principal may send it 60 times a minute.",
		Form:         map[string]string{"token": "The value to identify."},
		FormRequires: []string{"token"},
	}, h.identify)
}

func (h *Handler) identify(ctx context.Context, in *httpapi.FormInput) (*httpapi.Answer, error) {
	value, _, err := in.TokenForm(ctx)
	if err != nil {
		return nil, err
	}
	var out api.Identification
	err = h.engine.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) (err error) {
		if keys.Matches(api.PrefixPrincipal, value) {
			out, err = identifyPrincipal(ctx, tx, value)
			return err
		}
		if keys.Matches(api.PrefixAccessToken, value) {
			out, err = identifyAccess(ctx, tx, h, value)
			return err
		}
		ref, number, err := whose(ctx, tx, value)
		if errors.Is(err, store.ErrNotFound) {
			out, err = identifyClosed(ctx, tx, value)
			return err
		}
		if err == nil {
			out, err = h.identifyVersion(ctx, tx, ref, number)
		}
		return err
	})
	return httpapi.Body(out), err
}

// whose finds the version that a value belongs or belonged to. It returns store.ErrNotFound for none.
func whose(ctx context.Context, tx *txn.Tx, value secret.Value) (ref store.Ref, number int64, err error) {
	lookup, err := tx.Keys.Lookup(ctx, tx.Tx)
	if err != nil {
		return ref, 0, err
	}
	hashes := lookup.Token(value)
	signing := keys.IsSigningValue(value)
	if signing {
		var ok bool
		if hashes, ok = lookup.SigningValue(value, tx.Scope); !ok {
			return ref, 0, store.ErrNotFound
		}
	}
	err = keys.Find(hashes, func(hash []byte) (err error) {
		ref, number, err = tx.ByValueHash(ctx, tx.Scope, hash)
		return err
	})
	if !signing || !errors.Is(err, store.ErrNotFound) {
		return ref, number, err
	}
	return unhashed(ctx, tx, lookup, hashes[0])
}

// unhashed looks among the values that were stored before their hashes were kept: it opens each, and compares.
func unhashed(ctx context.Context, tx *txn.Tx, lookup keys.Lookup, newest []byte) (store.Ref, int64, error) {
	found, err := tx.WithoutValueHash(ctx, tx.Scope, api.KindSigningSecrets)
	if err != nil {
		return store.Ref{}, 0, err
	}
	for _, s := range found {
		key, err := tx.Keys.OpenSigningKey(ctx, tx.Tx, s.Value, tx.Bound(s.ID, s.Number))
		if err != nil {
			return store.Ref{}, 0, err
		}
		if slices.Equal(lookup.Signing(key, tx.Scope)[0], newest) {
			return s.Ref, s.Number, nil
		}
	}
	return store.Ref{}, 0, store.ErrNotFound
}

func (h *Handler) identifyVersion(
	ctx context.Context, tx *txn.Tx, ref store.Ref, number int64,
) (api.Identification, error) {
	kind, _ := api.KindAt(ref.Kind)
	o, err := h.engine.Load(ctx, tx, kind, ref.ID)
	if err != nil {
		return api.Identification{}, err
	}
	p := o.Parts()
	all, err := credentials.Versions(ctx, tx, p)
	if err != nil {
		return api.Identification{}, err
	}
	i := slices.IndexFunc(all, func(v rotation.Version) bool { return v.Number == number })
	if i < 0 {
		return api.Identification{}, nil
	}
	v := all[i]
	name, err := tx.PrincipalName(ctx, tx.Scope, v.EndedBy)
	out := api.Identification{
		Found: true, Kind: ref.Kind, ID: ref.ID, Name: p.Object.Name, Owner: p.Owner, Version: number,
		State: string(v.State), ExpiresAt: httpapi.UTC(p.Credential.EndsAt(p.Policy, v)),
		EndedAt: httpapi.UTC(v.EndedAt), EndReason: v.EndReason, EndedBy: v.EndedBy, EndedByName: name,
	}
	if slices.Contains(p.Credential.Quarantined(), number) {
		out.Quarantine = lifecycle.FlattenQuarantine(p.Credential.Credential)
	}
	if t, is := o.(*token); is && err == nil && v.State.Valid() {
		out.InactiveReason, err = inactiveReason(ctx, tx, t)
	}
	return out, err
}

// closedBy finds the version that a value was of whose object was deleted. It returns store.ErrNotFound for none.
func closedBy(ctx context.Context, tx *txn.Tx, value secret.Value) (v store.ClosedValue, err error) {
	lookup, err := tx.Keys.Lookup(ctx, tx.Tx)
	if err != nil {
		return v, err
	}
	hashes := lookup.Token(value)
	if keys.IsSigningValue(value) {
		var ok bool
		if hashes, ok = lookup.SigningValue(value, tx.Scope); !ok {
			return v, store.ErrNotFound
		}
	}
	err = keys.Find(hashes, func(hash []byte) (err error) {
		v, err = tx.ClosedByHash(ctx, tx.Scope, hash)
		return err
	})
	return v, err
}

// identifyClosed says what a value was whose object was deleted.
func identifyClosed(ctx context.Context, tx *txn.Tx, value secret.Value) (out api.Identification, err error) {
	v, err := closedBy(ctx, tx, value)
	if errors.Is(err, store.ErrNotFound) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	t := v.Tombstone
	name, err := tx.PrincipalName(ctx, tx.Scope, v.EndedBy)
	return api.Identification{
		Found: true, Kind: t.Kind, ID: t.ID, Name: t.Name, Owner: t.Owner, Version: v.Number,
		State: string(rotation.StateRevoked), EndedAt: httpapi.UTC(v.EndedAt), EndReason: v.EndReason, EndedBy: v.EndedBy,
		EndedByName: name, ClosedAt: httpapi.UTC(t.ClosedAt),
	}, err
}

func identifyPrincipal(ctx context.Context, tx *txn.Tx, value secret.Value) (api.Identification, error) {
	p, err := access.ByToken(ctx, tx, value)
	if errors.Is(err, store.ErrNotFound) || err == nil && p.Scope != tx.Scope {
		return api.Identification{}, nil
	}
	if err != nil {
		return api.Identification{}, err
	}
	out := api.Identification{
		Found: true, Kind: api.KindPrincipals, ID: p.ID, Name: p.Name, State: api.PrincipalActive,
		ExpiresAt: httpapi.UTC(p.ExpiresAt),
	}
	switch {
	case !p.EndedAt.IsZero():
		out.State, out.EndedAt = api.PrincipalRevoked, httpapi.UTC(p.EndedAt)
		out.EndReason, out.EndedBy = p.EndReason, p.EndedBy
		out.EndedByName, err = tx.PrincipalName(ctx, tx.Scope, p.EndedBy)
	case !p.LiveAt(tx.Now):
		out.State, out.EndedAt = api.PrincipalExpired, httpapi.UTC(p.ExpiresAt)
		out.EndReason, out.EndedBy = rotation.ReasonExpired, rotation.ActorPlatform
	}
	return out, err
}
