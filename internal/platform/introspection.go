package platform

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func (r *router) introspection() {
	const path = "/v1/introspect"
	register(r, operation{
		id: "introspect", method: http.MethodPost, path: path, tag: tagTokens, open: true, secured: true,
		summary: "Is a token accepted", description: "RFC 7662, for scoped tokens of the caller's environment. Only the call of a role with the permission `use` counts as a use, and as the proof that a pending version is in use.\n\nNeeds the permission `introspect`.",
	}, r.introspect)
	formSchema(r, path, map[string]string{
		"token":           "The value to look at.",
		"token_type_hint": "Ignored.",
		"remote_addr":     "The address that presented the token. Outside the token's allowed_cidrs the token is inactive, and a token that has any is inactive without it.",
	})
}

type introspectionOutput struct {
	Body api.Introspection
}

// useInterval is how often the last use of a version is written at most. Evidence is written at once.
const useInterval = time.Second

// introspect answers from one read transaction. It writes only for a use that counts, or where a deadline has passed.
func (p *Platform) introspect(ctx context.Context, in *formInput) (*introspectionOutput, error) {
	c := callOf(ctx)
	value, form, formErr := tokenForm(c, in.RawBody)
	var found *presented
	err := p.view(ctx, func(w *work) (due []store.Ref, err error) {
		if err := p.authenticate(ctx, w.tx, c); err != nil {
			return nil, err
		}
		if err := authorize(c, api.PermissionIntrospect); err != nil {
			return nil, err
		}
		if formErr != nil {
			return nil, formErr
		}
		w.scope, w.actor = c.scope(), c.actor()
		found, due, err = w.present(ctx, value, form.Get("remote_addr"))
		return due, err
	})
	if err != nil {
		return nil, err
	}
	if found == nil {
		return &introspectionOutput{}, nil
	}
	if may(c.principal.Role, api.PermissionUse) && found.worthNoting() {
		used, err := p.noteUse(ctx, found)
		if err != nil {
			return nil, err
		}
		if !used {
			return &introspectionOutput{}, nil
		}
	}
	return &introspectionOutput{Body: found.flatten()}, nil
}

// presented is a value that is accepted.
type presented struct {
	token   *scopedToken
	version rotation.Version
	scopes  []string
	at      time.Time
}

// present looks a value up and decides whether it is accepted; nil if not.
func (w *work) present(ctx context.Context, value secret.Value, remote string) (*presented, []store.Ref, error) {
	from, err := remoteAddr(remote)
	if err != nil {
		return nil, nil, err
	}
	t, number, err := w.tokenOf(ctx, value)
	if err != nil || t == nil {
		return nil, nil, err
	}
	if due := t.parts().refIfDue(w.now); due != nil {
		return nil, due, nil
	}
	version, known := t.Credential.Lookup(number)
	if !known || !t.Credential.ValidAt(t.policy, number, w.now) || !addressAllowed(from, t.AllowedCIDRs) {
		return nil, nil, nil
	}
	c, err := w.tx.Connector(ctx, w.scope, t.ConnectorID)
	if err != nil || !c.Enabled {
		return nil, nil, err
	}
	return &presented{token: t, version: version, scopes: effectiveScopes(t.Scopes, c.AllowedScopes), at: w.now}, nil, nil
}

// tokenOf finds the scoped token that a value belongs to, in the caller's environment; nil if there is none.
func (w *work) tokenOf(ctx context.Context, value secret.Value) (*scopedToken, int64, error) {
	if !w.vault.wellFormed(PrefixScopedToken, value) {
		return nil, 0, nil
	}
	ref, number, err := w.tx.TokenByHash(ctx, w.vault.hash(value))
	if errors.Is(err, store.ErrNotFound) || err == nil && ref.Scope != w.scope {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	t, err := w.readScopedToken(ctx, ref.ID)
	return t, number, err
}

// worthNoting tells whether a use would change what is stored.
func (f *presented) worthNoting() bool {
	if f.version.State == rotation.StatePending && f.version.Evidence == nil {
		return true
	}
	return f.version.LastUsedAt.IsZero() || f.at.Sub(f.version.LastUsedAt) >= useInterval
}

// noteUse writes a use down, with the evidence that it gives. It tells whether the version is still valid.
func (p *Platform) noteUse(ctx context.Context, f *presented) (used bool, err error) {
	err = p.update(ctx, func(w *work) error {
		t, err := w.settledScopedToken(ctx, f.token.ID)
		if err != nil {
			if isNotFound(err) {
				return nil // deleted meanwhile
			}
			return err
		}
		after, done, ok := rotation.Use(t.Credential.Credential, t.policy, f.version.Number, rotation.EvidenceIntrospection, w.actor, w.now)
		if used = ok; !used {
			return nil
		}
		f.version, _ = after.Lookup(f.version.Number) // with evidence, it may end later than without
		var evidence *rotation.Evidence
		for _, d := range done {
			if err := w.auditTransition(ctx, api.KindScopedTokens, t.ID, d); err != nil {
				return err
			}
			evidence = f.version.Evidence
		}
		return w.tx.MarkUsed(ctx, t.ID, f.version.Number, w.now, evidence)
	})
	return used, err
}

func (f *presented) flatten() api.Introspection {
	t := f.token
	out := api.Introspection{
		Active: true, Scope: strings.Join(f.scopes, " "), Tenant: t.Scope.Tenant, Environment: t.Scope.Environment,
		ClientID: t.ConnectorID, Subject: t.ID, Version: f.version.Number,
	}
	if end := t.policy.EndsAt(f.version, t.Credential.ExpiresAt); !end.IsZero() {
		out.ExpiresAt = end.Unix()
	}
	return out
}

// effectiveScopes is what a token's scopes and its connector's have in common. Where one has a:* and the other a:b, it
// is a:b, whichever way round.
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
		return a, refused("/remote_addr", errors.New("must be an IP address without a port"))
	}
	return a.Unmap().WithZone(""), nil
}

// addressAllowed decides by the address ranges of a token. A token that has any is not accepted from nowhere.
func addressAllowed(from netip.Addr, ranges []string) bool {
	if ranges == nil {
		return true
	}
	return from.IsValid() && slices.ContainsFunc(ranges, func(r string) bool {
		p, err := netip.ParsePrefix(r)
		return err == nil && p.Contains(from)
	})
}
