// Package identity has the route that returns who calls.
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
	egress []string
}

// New returns a handler. egress are the addresses that the platform delivers from; nil where nobody states them.
func New(runner *txn.Runner, egress []string) *Handler {
	return &Handler{runner: runner, egress: egress}
}

// Mount registers the route.
func (h *Handler) Mount(r *httpapi.Router) {
	r.Tag(httpapi.TagTokens, "Who calls, and whether a token is accepted.")
	httpapi.Register(r, httpapi.Operation{
		ID:      "getIdentity",
		Method:  http.MethodGet,
		Path:    "/v1/identity",
		Tag:     httpapi.TagTokens,
		Returns: identity{},
		Summary: "Who am I",
		Description: "Returns the principal, the workload identity or the person that calls, its environment and its " +
			"permissions. Every role may send it.",
	}, h.get)
}

// identity is api.Identity with the comparison keys in clear: those of package api print redacted.
type identity struct {
	api.Identity
	ComparisonKeys []keys.ComparisonKey `json:"comparison_keys" nullable:"false" doc:"The keys of the digests of supplied secrets in this environment that are in use, the newest last: it makes new digests. Compare a value with a digest only under the key whose number the digest begins with. Empty for the roles auditor, security and runtime, which do not need them: whoever has a key and a digest can guess a weak secret."`
}

func (h *Handler) get(ctx context.Context, _ *struct{}) (*httpapi.Answer, error) {
	caller := access.From(ctx)
	p := caller.Principal
	out := identity{ComparisonKeys: []keys.ComparisonKey{}, Identity: api.Identity{
		PrincipalID: p.ID, Name: p.Name, Role: p.Role, Roles: caller.AllRoles(), Permissions: caller.Permissions(),
		Tenant: p.Tenant, Environment: p.Environment, ExpiresAt: httpapi.UTC(p.ExpiresAt),
		EgressAddresses: h.egress,
	}}
	err := h.runner.View(ctx, caller.Caller(), func(tx *txn.Tx) error {
		platform, err := tx.Platform(ctx)
		if err != nil {
			return err
		}
		out.PlatformID, out.Incarnation = h.runner.Platform.ID, h.runner.Platform.Incarnation
		out.RestoreConfirmed = platform.RestoreConfirmed
		if caller.May(api.PermissionRead) {
			if out.Objects, err = tx.Objects(ctx, tx.Scope); err != nil {
				return err
			}
		}
		if !caller.May(api.PermissionReveal) && !caller.May(api.PermissionWrite) {
			return nil
		}
		comparison, err := tx.Keys.Comparison(ctx, tx.Tx, tx.Scope)
		out.ComparisonKeys = comparison.Sent()
		return err
	})
	return httpapi.Body(out), err
}
