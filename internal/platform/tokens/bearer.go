package tokens

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/writebehind"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Bearers are the scoped tokens that call the API for themselves.
type Bearers struct{ tokens *Handler }

// NewBearers returns the scoped tokens of a handler.
func NewBearers(h *Handler) Bearers { return Bearers{h} }

// Authenticate finds the scoped token that calls, and notes it in the request. Whether it is accepted is for Accept to
// decide.
func (b Bearers) Authenticate(ctx context.Context, r *access.Request) (id string, err error) {
	if !isBearer(r.Bearer) {
		return "", BearerRefused(r)
	}
	r.State = b.tokens.runner.State(ctx)
	if k, ok := b.tokens.known.Find(b.tokens.runner.Keys.MemoryHash(r.Bearer), r.State); ok {
		ref := k.ref()
		r.Token = &ref
		return ref.ID, nil
	}
	err = b.tokens.engine.View(ctx, r.Caller(), func(tx *txn.Tx) error {
		ref, err := refOf(ctx, tx, r.Bearer)
		if errors.Is(err, store.ErrNotFound) {
			return BearerRefused(r)
		}
		if err == nil {
			id, r.Token = ref.ID, &ref
		}
		return err
	})
	if problem.Has(err, api.CodeUnauthenticated) {
		if unread := b.ended(ctx, r); unread != nil {
			return "", unread
		}
	}
	return id, err
}

// ended notes in the request that it has the value of a version that has ended, if that is so.
func (b Bearers) ended(ctx context.Context, r *access.Request) error {
	ref, err := b.Exchanged(ctx, r, r.Bearer)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		r.Failed = &access.Failed{Of: ref, Reason: RefusedEnded}
	}
	return err
}

// LookUp reads what decides about the scoped token of a request. The error is BearerRefused where there is no such
// token.
func (b Bearers) LookUp(ctx context.Context, tx *txn.Tx, r *access.Request) (*Known, error) {
	k, err := b.tokens.lookUp(ctx, tx, r.Bearer)
	if err == nil && k == nil {
		err = BearerRefused(r)
	}
	if err == nil {
		b.tokens.known.Keep(tx.Keys.MemoryHash(r.Bearer), r.State, k)
	}
	return k, err
}

// Refuse is BearerRefused where the token is known, which is an event of the audit.
func (b Bearers) Refuse(r *access.Request, k *Known, now time.Time) error {
	b.tokens.looks.behind.Note(writebehind.Event{
		Action: writebehind.ActionAuthenticate, Of: k.ref(), Version: k.number, From: r.Address,
		Refusal: k.refused(r.Address, now), By: r.Caller(), At: now,
	})
	return BearerRefused(r)
}

// BearerRefused is the one answer to every scoped token that is not accepted. It does not say why: a thief must not
// learn whether a value is worth to be tried elsewhere.
func BearerRefused(r *access.Request) error {
	from := "an address that is not known"
	if r.Address.IsValid() {
		from = r.Address.String()
	}
	return problem.New(api.CodeUnauthenticated, "", "send a scoped token (qct_…), or an access token that was made from "+
		"one (qca_…), as Authorization: Bearer, that is valid, whose connector is enabled and whose allowed_cidrs, if it "+
		"has any, contain the address of the caller, which is %s; "+
		"the token of this request is not accepted", from)
}

// Admit counts a use of an accepted token under its rate_limit_per_minute, or refuses it. The versions of a token count
// together. It comes before Use: what is refused is no use, and no evidence.
func (b Bearers) Admit(p *Presented) error {
	if p.token.RateLimit == nil {
		return nil
	}
	refusal := b.tokens.rates.Take(p.token.ID, *p.token.RateLimit, p.at)
	if refusal == nil {
		return nil
	}
	out := httpapi.Limited(api.CodeTokenRateLimited, refusal,
		"the scoped token %q is accepted, but its rate_limit_per_minute allows %s; wait as long as Retry-After says",
		p.token.Name, refusal.Rate)
	out.Limit.Who = p.token.ID
	return out
}

// Use records a use, and the evidence that it gives. It reports whether the version is still valid. Evidence is
// written before the answer; where it cannot be written now, it is kept. Who used it for what is written soon.
func (b Bearers) Use(ctx context.Context, p *Presented, of UseOf) (used bool, err error) {
	caller := access.From(ctx)
	if used, err = b.prove(ctx, p, of.How); used {
		b.tokens.engine.Used(p.token.ref(), p.version.Number, p.UseBy(caller, of))
	}
	return used, err
}

// prove writes the evidence that a use gives, if it gives any. It reports whether the version is still valid.
func (b Bearers) prove(ctx context.Context, p *Presented, evidenceKind string) (used bool, err error) {
	if !p.isEvidence() {
		return true, nil
	}
	err = b.tokens.engine.TryUpdate(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		t, err := b.tokens.load(ctx, tx, p.token.ID)
		if problem.IsNotFound(err) {
			return nil // deleted meanwhile
		}
		if err != nil {
			return err
		}
		used, err = use(ctx, tx, t, p, evidenceKind)
		return err
	})
	if errors.Is(err, store.ErrUnavailable) {
		return keepUse(b.tokens.engine, p, evidenceKind, access.From(ctx).Actor()), nil
	}
	return used, err
}

// use records a use in a transaction, and the evidence that it gives.
func use(ctx context.Context, tx *txn.Tx, t *token, p *Presented, evidenceKind string) (used bool, err error) {
	after, done, ok := rotation.Use(t.Credential.Credential, t.policy, p.version.Number, evidenceKind, tx.Actor, tx.Now)
	if !ok {
		return false, nil
	}
	p.version, _ = after.Lookup(p.version.Number) // with evidence, it may end later than without
	var evidence *rotation.Evidence
	for _, d := range done {
		if err := credentials.Audit(ctx, tx, api.ScopedTokens.Path, t.ID, d); err != nil {
			return false, err
		}
		evidence = p.version.Evidence
	}
	return true, tx.MarkUsed(ctx, t.ID, p.version.Number, tx.Now, evidence)
}

// ID returns the id of the token.
func (p *Presented) ID() string { return p.token.ID }

// ConnectorID returns the id of the token's connector.
func (p *Presented) ConnectorID() string { return p.token.ConnectorID }

// Has reports whether the token and its connector both name a scope.
func (p *Presented) Has(scope string) bool { return slices.Contains(p.scopes, scope) }
