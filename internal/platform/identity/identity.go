// Package identity has the route that returns the principal of a token.
package identity

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Handler serves /v1/identity.
type Handler struct {
	runner *txn.Runner
}

// New returns a handler.
func New(runner *txn.Runner) *Handler { return &Handler{runner: runner} }

// Mount registers the route.
func (h *Handler) Mount(r *httpapi.Router) {
	r.Tag(httpapi.TagTokens, "Who calls, and whether a token is accepted.")
	r.OrNull(identity{}, "comparison_key")
	httpapi.Register(r, httpapi.Operation{
		ID: "getIdentity", Method: http.MethodGet, Path: "/v1/identity", Tag: httpapi.TagTokens, Returns: identity{},
		Summary: "Who am I", Description: "Returns the principal, its environment and its permissions. Every role may send it.",
	}, h.get)
}

// identity is api.Identity with the comparison key in clear: the one of package api prints redacted.
type identity struct {
	api.Identity
	ComparisonKey *keys.ComparisonKey `json:"comparison_key" doc:"The key of the digests of supplied secrets in this environment. Null for the roles auditor, security and runtime, which do not need it: whoever has the key and a digest can guess a weak secret."`
}

func (h *Handler) get(ctx context.Context, _ *struct{}) (*httpapi.Answer, error) {
	p := access.From(ctx).Principal
	out := identity{Identity: api.Identity{
		PrincipalID: p.ID, Name: p.Name, Role: p.Role, Permissions: api.PermissionsOf(p.Role),
		Tenant: p.Tenant, Environment: p.Environment, ExpiresAt: httpapi.UTC(p.ExpiresAt),
	}}
	err := h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		platform, err := tx.Platform(ctx)
		if err != nil {
			return err
		}
		out.PlatformID, out.Incarnation = h.runner.Platform.ID, h.runner.Platform.Incarnation
		out.RestoreConfirmed = platform.RestoreConfirmed
		if r := access.From(ctx); !r.May(api.PermissionReveal) && !r.May(api.PermissionWrite) {
			return nil
		}
		key, err := tx.Keys.Comparison(ctx, tx.Tx, tx.Scope)
		if err == nil {
			out.ComparisonKey = key.Sent()
		}
		return err
	})
	return httpapi.Body(out), err
}
