// Package exchange makes access tokens: of what a caller sends for one (RFC 8693), and for the principals that open
// one.
package exchange

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/tokens"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/workload"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// maxBody is more than any form with a token in it has: the body is read before it is known who sends it.
const maxBody = 64 << 10

// Handler serves /v1/token and /v1/access-tokens.
type Handler struct {
	engine   *credentials.Engine
	bearers  tokens.Bearers
	verifier *workload.Verifier
	refusals *refusals
	log      *slog.Logger
}

// New returns a handler.
func New(
	engine *credentials.Engine, bearers tokens.Bearers, verifier *workload.Verifier, log *slog.Logger,
) *Handler {
	return &Handler{engine: engine, bearers: bearers, verifier: verifier, refusals: newRefusals(), log: log}
}

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	httpapi.Register(r, httpapi.Operation{
		ID: "exchangeToken", Method: http.MethodPost, Path: "/v1/token", Tag: httpapi.TagTokens,
		Open: true, Limit: limits.Address, MaxBodyBytes: maxBody, Returns: keys.ExchangedAccessToken{},
		Summary: "Exchange a token for an access token",
		Description: "RFC 8693: makes a short-lived access token (qca_) of the value of a scoped token, or of the JWT of a " +
			"workload.\n\n" +
			"Of a scoped token, it is for what the scoped token is for, within `scope`: services introspect it, and it " +
			"fetches the credentials of its connector. The API does not accept it. It ends at once with the version of the " +
			"scoped token that it was made from. The exchange is a use of the version, and the proof that a pending version " +
			"is in use.\n\n" +
			"Of a JWT, it is for the API, with the role of the workload identity that the form names, within `scope`. The JWT " +
			"must be signed by the issuer of the identity, with an asymmetric algorithm and a `kid`, have exactly its " +
			"audience, be valid now within 60 seconds and not for longer than its preset allows, and have every claim of the " +
			"identity.\n\n" +
			"The request carries no principal, and is counted by its address. It takes no Idempotency-Key: nothing of the " +
			"answer is stored, and a repetition " +
			"makes another access token.\n\n" +
			"Every refusal is 400 with the code `invalid_grant` and the same text, whatever the reason; the reason is in the " +
			"audit trail of the environment of the scoped token or of the identity.",
		Form: map[string]string{
			"grant_type":    "Always " + api.GrantTokenExchange + ".",
			"subject_token": "The value that is exchanged. An access token is none that can be.",
			"subject_token_type": "What subject_token is: " + api.TokenTypeAccessToken + " for the value of a scoped token " +
				"(qct_), " + api.TokenTypeJWT + " for the JWT of a workload.",
			"identity": "Which workload identity takes the JWT: its id, or its name with tenant and environment. Required for " +
				"a JWT, and ignored otherwise.",
			"tenant":               "The tenant of the identity, where identity is a name.",
			"environment":          "The environment of the identity, where identity is a name.",
			"requested_token_type": "Absent, or " + api.TokenTypeAccessToken + ".",
			"scope": "What the access token may do, separated by spaces: within the effective scopes of the scoped token; " +
				"of a JWT, permissions that the role of the identity has. Absent is all of them.",
			"ttl": "How long the access token lives, in seconds: 10 to 3600. Absent is 900. Of a JWT, at most max_ttl of the " +
				"identity.",
		},
		FormRequires: []string{"grant_type", "subject_token", "subject_token_type"},
	}, h.exchange)
	h.mountObjects(r)
}

// asked is what an access token is asked to be.
type asked struct {
	scopes []string // empty: all that the parent has
	ttl    time.Duration

	consumer string // what the caller calls itself; empty for nothing
}

type exchangeInput struct {
	httpapi.FormInput
	httpapi.ByConsumer
}

func (h *Handler) exchange(ctx context.Context, in *exchangeInput) (*httpapi.Answer, error) {
	subject, form, err := in.Form(ctx, "subject_token")
	if err != nil {
		return nil, err
	}
	a := asked{scopes: strings.Fields(form.Get("scope"))}
	if a.consumer, err = in.ConsumerName(); err != nil {
		return nil, err
	}
	if a.ttl, err = secondsOf(form.Get("ttl")); err != nil {
		return nil, problem.Refused("/ttl", err)
	}
	switch requested := form.Get("requested_token_type"); {
	case form.Get("grant_type") != api.GrantTokenExchange:
		return nil, problem.Refused("/grant_type", errors.New("must be "+api.GrantTokenExchange))
	case requested != "" && requested != api.TokenTypeAccessToken:
		return nil, problem.Refused("/requested_token_type", errors.New("must be absent, or "+api.TokenTypeAccessToken))
	}
	switch form.Get("subject_token_type") {
	case api.TokenTypeAccessToken:
		return h.scopedToken(ctx, subject, a)
	case api.TokenTypeJWT:
		return h.jwt(ctx, subject, form, a)
	}
	return nil, problem.Refused("/subject_token_type", errors.New("must be "+api.TokenTypeAccessToken+" or "+
		api.TokenTypeJWT))
}

// secondsOf reads a ttl.
func secondsOf(text string) (time.Duration, error) {
	if text == "" {
		return api.DefaultAccessTokenTTL, nil
	}
	n, err := strconv.ParseUint(text, 10, 32)
	ttl := time.Duration(n) * time.Second
	if err != nil || api.CheckAccessTokenTTL(ttl) != nil {
		return 0, errors.New("must be a number of seconds, from " + seconds(api.MinAccessTokenTTL) + " to " +
			seconds(api.MaxAccessTokenTTL))
	}
	return ttl, nil
}

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }

// narrowed returns the scopes that an access token gets: those that were asked for, where all of them are within what
// its parent has.
func narrowed(scopes, granted []string) (out []string, ok bool) {
	if len(scopes) == 0 {
		return granted, true
	}
	for _, s := range scopes {
		if !api.ScopeAllowed(s, granted) {
			return nil, false
		}
	}
	out = slices.Sorted(slices.Values(scopes))
	return slices.Compact(out), true
}

// Reasons why an exchange is refused, besides those of the subject's own package.
const (
	refusedUnknown = "unknown"
	refusedScope   = "scope"
	refusedTooMany = "too_many"
)

const actionRefused = "refuse_exchange"

// refusal is the one answer to every exchange that is refused. It does not say why: a thief must not learn whether a
// value is worth to be tried elsewhere.
func refusal() error {
	out := problem.New(api.CodeInvalidGrant, "", "the subject token was not exchanged: it must be valid and accepted "+
		"from the address of this request, and scope must be within what it may do; an access token cannot be exchanged; a "+
		"JWT must be what its workload identity says; the audit trail of the environment of the token or identity has the "+
		"reason")
	out.OAuth = api.CodeInvalidGrant
	return out
}

// refused notes why an exchange was refused: in the log, and in the audit trail of the environment of a subject that
// is known. A caller that repeats itself must not fill the audit: the same refusals are written once a minute, with
// their count.
func (h *Handler) refused(ctx context.Context, tx *txn.Tx, subject store.Ref, why workload.Refusal, name string) error {
	caller := access.From(ctx)
	h.log.InfoContext(ctx, "exchange refused", "reason", why.Reason, "subject", subject.ID, "request_id", caller.ID)
	if tx == nil {
		return nil
	}
	key := h.refusals.key(subject, caller.Address, why)
	count := h.refusals.due(key, tx.Now)
	tx.OnCommit(func() { h.refusals.note(key, count, tx.Now, tx.Caller, name) })
	if count == 0 {
		return nil
	}
	return auditRefusals(ctx, tx, key, count, name)
}

// scopedToken exchanges the value of a scoped token.
func (h *Handler) scopedToken(ctx context.Context, value secret.Value, a asked) (*httpapi.Answer, error) {
	caller := access.From(ctx)
	ref, err := h.bearers.Exchanged(ctx, caller, value)
	if errors.Is(err, store.ErrNotFound) {
		_ = h.refused(ctx, nil, ref, workload.Refusal{Reason: refusedUnknown}, "")
		return nil, refusal()
	}
	if err != nil {
		return nil, err
	}
	caller.Token = &ref
	var out *httpapi.Answer
	err = h.engine.Update(ctx, caller.Caller(), func(tx *txn.Tx) error {
		out = nil
		g, reason, err := h.bearers.Exchange(ctx, tx, caller, value, a.consumer)
		if err != nil {
			return err
		}
		if reason == "" {
			out, reason, err = issue(ctx, tx, g, a)
		}
		if err == nil && reason != "" {
			err = h.refused(ctx, tx, ref, workload.Refusal{Reason: reason}, "")
		}
		return err
	})
	if err == nil && out == nil {
		err = refusal()
	}
	return out, err
}
