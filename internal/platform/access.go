package platform

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// authenticate finds out who calls, from the bearer token of the call.
func (p *Platform) authenticate(ctx context.Context, tx *store.Tx, c *call) error {
	if c.bearer.IsEmpty() {
		return newProblem(api.CodeUnauthenticated, "", "send the token of a principal as Authorization: Bearer qcp_…")
	}
	unknown := newProblem(api.CodeUnauthenticated, "", "the token of this request is not the token of a principal; check that it was copied whole and belongs to this platform")
	if !p.vault.wellFormed(PrefixPrincipal, c.bearer) {
		return unknown
	}
	principal, err := tx.PrincipalByHash(ctx, p.vault.hash(c.bearer))
	if errors.Is(err, store.ErrNotFound) {
		return unknown
	}
	if err != nil {
		return err
	}
	if !principal.ExpiresAt.IsZero() && !p.clock.Now().Before(principal.ExpiresAt) {
		return newProblem(api.CodeUnauthenticated, "", "the token of this principal expired at %s; make another with quickconnectd token create",
			principal.ExpiresAt.Format(time.RFC3339))
	}
	c.principal = principal
	return nil
}

// authorize checks that the role of the principal has a permission.
func authorize(c *call, permission string) error {
	if may(c.principal.Role, permission) {
		return nil
	}
	var roles []string
	for _, role := range api.Roles() {
		if may(role, permission) {
			roles = append(roles, role)
		}
	}
	return newProblem(api.CodeForbidden, "", "this needs the permission %q, which role %q does not have; roles that have it: %s",
		permission, c.principal.Role, strings.Join(roles, ", "))
}

// guarded lets a request through to its operation if the principal has the permission.
func (p *Platform) guarded(permission string) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		ctx := hc.Context()
		c := callOf(ctx)
		err := p.store.View(ctx, func(tx *store.Tx) error { return p.authenticate(ctx, tx, c) })
		if err == nil {
			err = authorize(c, permission)
		}
		if err != nil {
			p.refuse(hc, err)
			return
		}
		next(hc)
	}
}

// refuse answers in the place of an operation.
func (p *Platform) refuse(hc huma.Context, err error) {
	_, w := humago.Unwrap(hc)
	p.problemOf(hc.Context(), err).write(w)
}
