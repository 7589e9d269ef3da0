// Package access finds out who calls and decides what the caller may do. It makes environments and principals. It
// registers no route: package httpapi calls it before it passes a request on.
package access

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Request is what is known of the caller of one request.
type Request struct {
	ID        string
	Address   netip.Addr       // where the request comes from; the zero address if that is not known
	UserAgent string           // as the audit has it
	Bearer    secret.Value     // as it was sent; empty for none
	Principal *store.Principal // nil until the request is authenticated; made from the identity of a workload that calls
	// Narrowed are the permissions that the access token of a workload was narrowed to, of those that the role of its
	// identity has. Nil for a principal: it has all permissions of its role.
	Narrowed []string
	Person   *Person    // who is signed in, where it is a person who calls; nil otherwise
	Roles    []string   // of the person in the environment
	Token    *store.Ref // the scoped token that calls for itself, instead of a principal
	Uses     *Uses      // where the use of the principal is noted; nil for nowhere
	State    txn.State  // of what decides about access, as the request came
	Failed   *Failed    // set where the caller is known and was not let in
}

type requestKey struct{}

// With returns a context that has the request.
func With(ctx context.Context, r *Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// From returns the request of a context. Outside a request it returns an empty one, so callers need no check.
func From(ctx context.Context) *Request {
	if r, ok := ctx.Value(requestKey{}).(*Request); ok {
		return r
	}
	return &Request{}
}

// Shown returns what the memory of the process knows the caller by, before it is authenticated.
func (r *Request) Shown() secret.Value {
	if r.Person != nil {
		return secret.New(r.Person.Session.ID + " in " + r.Person.Environment)
	}
	return r.Bearer
}

// Actor returns the id that the audit names; empty before the request is authenticated.
func (r *Request) Actor() string {
	switch {
	case r.Token != nil:
		return r.Token.ID
	case r.Principal != nil:
		return r.Principal.ID
	}
	return ""
}

// Caller returns on whose behalf transactions of the request run.
func (r *Request) Caller() txn.Caller {
	c := txn.Caller{Actor: r.Actor(), RequestID: r.ID, UserAgent: r.UserAgent}
	if r.Address.IsValid() {
		c.Address = r.Address.String()
	}
	if r.Principal != nil {
		c.Scope, c.ActorName, c.Role = r.Principal.Scope, r.Principal.Name, strings.Join(r.AllRoles(), ", ")
	}
	if r.Narrowed != nil {
		c.Workload = r.Principal.ID
	}
	if r.Token != nil {
		c.Scope = r.Token.Scope
	}
	return c
}

// CallerOf returns on whose behalf transactions of a context's request run.
func CallerOf(ctx context.Context) txn.Caller { return From(ctx).Caller() }

// Authenticate finds the principal of a request by its bearer token, or the workload identity by an access token of
// it. It reads the database only for what has the form of a token.
func Authenticate(ctx context.Context, runner *txn.Runner, r *Request) error {
	switch {
	case r.Person != nil:
		return person(ctx, runner, r)
	case r.Bearer.IsEmpty():
		return problem.New(api.CodeUnauthenticated, "",
			"send the token of a principal as Authorization: Bearer qcp_…, "+
				"or an access token (qca_…) of a workload identity")
	case keys.Matches(api.PrefixAccessToken, r.Bearer):
		return workload(ctx, runner, r)
	case keys.Matches(api.PrefixPrincipal, r.Bearer):
		return static(ctx, runner, r)
	case keys.Matches(api.PrefixCommand, r.Bearer):
		return command(ctx, runner, r)
	}
	return unknown()
}

// static finds the principal that a token identifies.
func static(ctx context.Context, runner *txn.Runner, r *Request) error {
	r.State = runner.State(ctx)
	inMemory := runner.Keys.MemoryHash(r.Bearer)
	principal, known := runner.Principals.Find(inMemory, r.State)
	now := r.State.Now
	if !known {
		err := runner.View(ctx, r.Caller(), func(tx *txn.Tx) (err error) {
			now = tx.Now
			principal, err = read(ctx, tx, r.Bearer)
			return err
		})
		if err != nil {
			return err
		}
		runner.Principals.Keep(inMemory, r.State, principal)
	}
	if err := checkLive(principal, now); err != nil {
		r.failed(principal.Scope, api.KindPrincipals, principal.ID, endedBy(principal.EndedAt))
		return err
	}
	r.Principal = principal
	r.Uses.note(principal, now)
	return nil
}

func unknown() error {
	return problem.New(api.CodeUnauthenticated, "", "the token of this request is not the token of a principal; "+
		"check that it was copied whole and belongs to this platform")
}

// ByToken finds a principal by its token, even if it has expired or was ended. It returns store.ErrNotFound for none.
func ByToken(ctx context.Context, tx *txn.Tx, token secret.Value) (p *store.Principal, err error) {
	lookup, err := tx.Keys.Lookup(ctx, tx.Tx)
	if err != nil {
		return nil, err
	}
	err = keys.Find(lookup.Token(token), func(hash []byte) (err error) {
		p, err = tx.PrincipalByHash(ctx, hash)
		return err
	})
	return p, err
}

// read finds a principal by its token, and checks its row.
func read(ctx context.Context, tx *txn.Tx, token secret.Value) (*store.Principal, error) {
	principal, err := ByToken(ctx, tx, token)
	if errors.Is(err, store.ErrNotFound) {
		return nil, unknown()
	}
	if err != nil {
		return nil, err
	}
	bound, err := tx.Keys.Rows().Principal(principal, principal.TokenHash)
	return principal, tx.CheckBound(ctx, bound, err)
}

// checkLive refuses a principal that was ended or has expired.
func checkLive(p *store.Principal, now time.Time) error {
	if at := p.EndedAt; !at.IsZero() {
		return problem.New(api.CodeUnauthenticated, "",
			"the token of this principal was revoked at %s; make another with quickconnectd token create",
			at.Format(time.RFC3339))
	}
	if !p.ExpiresAt.IsZero() && !now.Before(p.ExpiresAt) {
		return problem.New(api.CodeUnauthenticated, "",
			"the token of this principal expired at %s; make another with quickconnectd token create",
			p.ExpiresAt.Format(time.RFC3339))
	}
	return nil
}
