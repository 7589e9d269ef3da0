package tokens

import (
	"context"
	"errors"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Bearers are the scoped tokens that call the API for themselves.
type Bearers struct{ tokens *Handler }

// NewBearers returns the scoped tokens of a handler.
func NewBearers(h *Handler) Bearers { return Bearers{h} }

// Authenticate finds the scoped token that calls, and notes it in the request. Whether it is accepted is for Accept to
// decide.
func (b Bearers) Authenticate(ctx context.Context, r *access.Request) (id string, err error) {
	if !keys.Matches(keys.PrefixScopedToken, r.Bearer) {
		return "", BearerRefused(r)
	}
	err = b.tokens.engine.View(ctx, r.Caller(), func(tx *txn.Tx) error {
		ref, _, err := byValue(ctx, tx, r.Bearer)
		if errors.Is(err, store.ErrNotFound) {
			return BearerRefused(r)
		}
		if err == nil {
			id, r.Token = ref.ID, &ref
		}
		return err
	})
	return id, err
}

// Accept decides whether the scoped token of a request is accepted from the address of the request.
func (b Bearers) Accept(ctx context.Context, tx *txn.Tx, r *access.Request) (*Presented, error) {
	p, err := b.tokens.present(ctx, tx, r.Bearer, r.Address)
	if err == nil && p == nil {
		err = BearerRefused(r)
	}
	return p, err
}

// BearerRefused is the one answer to every scoped token that is not accepted. It does not say why: a thief must not
// learn whether a value is worth to be tried elsewhere.
func BearerRefused(r *access.Request) error {
	from := "an address that is not known"
	if r.Address.IsValid() {
		from = r.Address.String()
	}
	return problem.New(api.CodeUnauthenticated, "", "send a scoped token as Authorization: Bearer qct_… that is valid, "+
		"whose connector is enabled and whose allowed_cidrs, if it has any, contain the address of the caller, which is %s; "+
		"the token of this request is not accepted", from)
}

// Use records a use of the version that was presented, and the evidence that it gives. It reports whether the version
// is still valid.
func (b Bearers) Use(ctx context.Context, p *Presented, evidenceKind string) (bool, error) {
	if !p.worthNoting() {
		return true, nil
	}
	return b.tokens.noteUse(ctx, p, evidenceKind)
}

// ID returns the id of the token.
func (p *Presented) ID() string { return p.token.ID }

// ConnectorID returns the id of the token's connector.
func (p *Presented) ConnectorID() string { return p.token.ConnectorID }

// Has reports whether the token and its connector both name a scope.
func (p *Presented) Has(scope string) bool { return slices.Contains(p.scopes, scope) }
