package tokens

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func (h *Handler) mountIntrospection(r *httpapi.Router) {
	httpapi.Register(r, httpapi.Operation{
		ID: "introspect", Method: http.MethodPost, Path: "/v1/introspect", Tag: httpapi.TagTokens,
		Permission: api.PermissionIntrospect, Limit: limits.Introspection, Returns: api.Introspection{},
		Summary: "Is a token accepted",
		Description: "RFC 7662, for scoped tokens of the caller's environment, and for access tokens that were made from " +
			"them. " +
			"Only the call of a role with the permission `use` counts as a use, and as the proof that a pending version " +
			"is in use. That of an access token (qca_) is a use of the version that it was made from, and no such proof.\n\n" +
			"Such a call about a token that is accepted, and above its `rate_limit_per_minute`, is answered with 429, the " +
			"code `token_rate_limited` and `Retry-After`, and never with `active: false`. It counts as no use.",
		Form: map[string]string{
			"token":           "The value to look at.",
			"token_type_hint": "Ignored.",
			"required_scope": "What the token is needed for: scopes without a wildcard, separated by spaces. They are " +
				"recorded with the use, and change nothing of the answer: compare them with its scope.",
			"remote_addr": "The address that presented the token. Outside the token's allowed_cidrs the token is inactive, " +
				"and a token that has any is inactive without it. Its network is recorded with the use.",
		},
		FormRequires: []string{"token"},
	}, h.introspect)
}

// inactive is the answer about every value that is not accepted.
func inactive() *httpapi.Answer { return httpapi.Body(api.Introspection{}) }

type introspectInput struct {
	httpapi.FormInput
	httpapi.ByConsumer
}

// introspect writes only for a use that is evidence, or where a deadline has passed.
func (h *Handler) introspect(ctx context.Context, in *introspectInput) (*httpapi.Answer, error) {
	caller := access.From(ctx)
	value, form, err := in.TokenForm(ctx)
	if err != nil {
		return nil, err
	}
	of := UseOf{How: rotation.EvidenceIntrospection}
	if of.From, err = remoteAddr(form.Get("remote_addr")); err != nil {
		return nil, err
	}
	if of.Scopes, err = requiredScopes(form.Get("required_scope")); err != nil {
		return nil, err
	}
	if of.Consumer, err = in.ConsumerName(); err != nil {
		return nil, err
	}
	known, at, err := h.presented(ctx, caller, value)
	if err != nil {
		return nil, err
	}
	if known == nil {
		return inactive(), h.looks.ended(ctx, caller, value, of.From)
	}
	h.looks.note(caller, known.ref(), known.number, known.refused(of.From, at), of.From, at)
	found := known.Accept(of.From, at)
	if found == nil {
		if caller.May(api.PermissionUse) {
			credentials.Refused(h.engine, known.ref(), known.number, at)
		}
		return inactive(), nil
	}
	if caller.May(api.PermissionUse) {
		bearers := NewBearers(h)
		if err := bearers.Admit(found); err != nil {
			return nil, err
		}
		used, err := bearers.Use(ctx, found, of)
		if err != nil {
			return nil, err
		}
		if !used {
			return inactive(), nil
		}
	}
	return httpapi.Body(found.flatten()), nil
}

func (p *Presented) flatten() api.Introspection {
	t := p.token
	out := api.Introspection{
		Active: true, Scope: strings.Join(p.scopes, " "), Tenant: t.Scope.Tenant, Environment: t.Scope.Environment,
		ClientID: t.ConnectorID, Subject: t.ID, Version: p.version.Number,
	}
	end := t.Credential.EndsAt(t.policy, p.version)
	if p.access != nil {
		end = earlier(end, p.access.ExpiresAt)
	}
	if !end.IsZero() {
		out.ExpiresAt = end.Unix()
	}
	return out
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
