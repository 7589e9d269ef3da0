package tokens

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/connectors"
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

func (h *Handler) mountIntrospection(r *httpapi.Router) {
	httpapi.Register(r, httpapi.Operation{
		ID: "introspect", Method: http.MethodPost, Path: "/v1/introspect", Tag: httpapi.TagTokens,
		Permission: api.PermissionIntrospect, Limit: limits.Introspection, Returns: api.Introspection{},
		Summary: "Is a token accepted",
		Description: "RFC 7662, for scoped tokens of the caller's environment. " +
			"Only the call of a role with the permission `use` counts as a use, and as the proof that a pending version " +
			"is in use.",
		Form: map[string]string{
			"token":           "The value to look at.",
			"token_type_hint": "Ignored.",
			"remote_addr": "The address that presented the token. Outside the token's allowed_cidrs the token is inactive, " +
				"and a token that has any is inactive without it.",
		},
	}, h.introspect)
}

// inactive is the answer about every value that is not accepted.
func inactive() *httpapi.Answer { return httpapi.Body(api.Introspection{}) }

// useInterval is the least time between two writes of a version's last use. Evidence is written at once.
const useInterval = time.Second

// introspect answers from one read transaction. It writes only for a use that counts, or where a deadline has passed.
func (h *Handler) introspect(ctx context.Context, in *httpapi.FormInput) (*httpapi.Answer, error) {
	caller := access.From(ctx)
	value, form, err := in.TokenForm(ctx)
	if err != nil {
		return nil, err
	}
	from, err := remoteAddr(form.Get("remote_addr"))
	if err != nil {
		return nil, err
	}
	var found *Presented
	err = h.engine.View(ctx, caller.Caller(), func(tx *txn.Tx) (err error) {
		found, err = h.present(ctx, tx, value, from)
		return err
	})
	if err != nil {
		return nil, err
	}
	if found == nil {
		return inactive(), nil
	}
	if caller.May(api.PermissionUse) && found.worthNoting() {
		used, err := h.noteUse(ctx, found, rotation.EvidenceIntrospection)
		if err != nil {
			return nil, err
		}
		if !used {
			return inactive(), nil
		}
	}
	return httpapi.Body(found.flatten()), nil
}

// Presented is a value that is accepted.
type Presented struct {
	token   *token
	version rotation.Version
	scopes  []string
	at      time.Time
}

// present looks a value up and decides whether it is accepted; nil if not.
func (h *Handler) present(ctx context.Context, tx *txn.Tx, value secret.Value, from netip.Addr) (*Presented, error) {
	t, number, err := h.tokenOf(ctx, tx, value)
	if err != nil || t == nil {
		return nil, err
	}
	version, known := t.Credential.Lookup(number)
	if !known || !t.Credential.ValidAt(t.policy, number, tx.Now) || !addressAllowed(from, t.AllowedCIDRs) {
		return nil, nil
	}
	c, err := connectors.Read(ctx, tx, t.ConnectorID)
	if err != nil || !c.Enabled {
		return nil, err
	}
	return &Presented{
		token: t, version: version, scopes: effectiveScopes(t.Scopes, c.AllowedScopes), at: tx.Now,
	}, nil
}

// tokenOf finds the token that a value belongs to, in the caller's environment; nil if there is none.
func (h *Handler) tokenOf(ctx context.Context, tx *txn.Tx, value secret.Value) (*token, int64, error) {
	if !keys.Matches(keys.PrefixScopedToken, value) {
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
	hash := tx.Keys.TokenHash(value)
	if ref, number, err = tx.TokenByHash(ctx, hash); err != nil {
		return ref, number, err
	}
	bound, err := tx.Keys.Rows().Secret(ref.Scope, ref.ID, number, hash)
	return ref, number, tx.CheckBound(ctx, bound, err)
}

// worthNoting reports whether a use would change what is stored.
func (p *Presented) worthNoting() bool {
	if p.version.State == rotation.StatePending && p.version.Evidence == nil {
		return true
	}
	return p.version.LastUsedAt.IsZero() || p.at.Sub(p.version.LastUsedAt) >= useInterval
}

// noteUse records a use, and the evidence that it gives. It reports whether the version is still valid. A use that
// cannot be written now is kept.
func (h *Handler) noteUse(ctx context.Context, p *Presented, evidenceKind string) (used bool, err error) {
	err = h.engine.TryUpdate(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		t, err := h.load(ctx, tx, p.token.ID)
		if problem.IsNotFound(err) {
			return nil // deleted meanwhile
		}
		if err != nil {
			return err
		}
		after, done, ok := rotation.Use(t.Credential.Credential, t.policy, p.version.Number,
			evidenceKind, tx.Actor, tx.Now)
		if used = ok; !used {
			return nil
		}
		p.version, _ = after.Lookup(p.version.Number) // with evidence, it may end later than without
		var evidence *rotation.Evidence
		for _, d := range done {
			if err := credentials.Audit(ctx, tx, api.ScopedTokens.Path, t.ID, d); err != nil {
				return err
			}
			evidence = p.version.Evidence
		}
		return tx.MarkUsed(ctx, t.ID, p.version.Number, tx.Now, evidence)
	})
	if errors.Is(err, store.ErrUnavailable) {
		return keepUse(h.engine, p, evidenceKind, access.From(ctx).Actor()), nil
	}
	return used, err
}

// keepUse is noteUse in memory, by what was read.
func keepUse(engine *credentials.Engine, p *Presented, evidenceKind, actor string) (used bool) {
	t := p.token
	after, _, used := rotation.Use(t.Credential.Credential, t.policy, p.version.Number, evidenceKind, actor, p.at)
	if used {
		p.version, _ = after.Lookup(p.version.Number)
		engine.Keep(store.Ref{Scope: t.Scope, Kind: api.ScopedTokens.Path, ID: t.ID}, credentials.Use{
			Number: p.version.Number, Evidence: evidenceKind, Actor: actor, At: p.at,
		})
	}
	return used
}

func (p *Presented) flatten() api.Introspection {
	t := p.token
	out := api.Introspection{
		Active: true, Scope: strings.Join(p.scopes, " "), Tenant: t.Scope.Tenant, Environment: t.Scope.Environment,
		ClientID: t.ConnectorID, Subject: t.ID, Version: p.version.Number,
	}
	if end := t.Credential.EndsAt(t.policy, p.version); !end.IsZero() {
		out.ExpiresAt = end.Unix()
	}
	return out
}

// effectiveScopes returns what the scopes of a token and of its connector have in common. Where one of them has a:* and
// the other a:b, that is a:b.
func effectiveScopes(scopes, allowed []string) []string {
	if allowed == nil {
		return slices.Sorted(slices.Values(scopes))
	}
	var out []string
	for _, s := range scopes {
		if api.ScopeAllowed(s, allowed) {
			out = append(out, s)
			continue
		}
		for _, a := range allowed {
			if api.ScopeAllowed(a, []string{s}) {
				out = append(out, a)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func remoteAddr(s string) (netip.Addr, error) {
	if s == "" {
		return netip.Addr{}, nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return a, problem.Refused("/remote_addr", errors.New("must be an IP address without a port"))
	}
	return a.Unmap().WithZone(""), nil
}

// addressAllowed decides by the address ranges of a token. A token that has ranges needs an address.
func addressAllowed(from netip.Addr, ranges []string) bool {
	if ranges == nil {
		return true
	}
	return from.IsValid() && slices.ContainsFunc(ranges, func(r string) bool {
		p, err := netip.ParsePrefix(r)
		return err == nil && p.Contains(from)
	})
}
