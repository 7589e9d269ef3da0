package platform

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

func (r *router) identity() {
	register(r, operation{
		id: "getIdentity", method: http.MethodGet, path: "/v1/identity", tag: tagTokens,
		summary: "Who am I", description: "Returns who calls, where, and what it may do. Every role may ask.",
	}, r.getIdentity)
}

// identity is api.Identity with the comparison key as it is sent: api's own prints redacted.
type identity struct {
	api.Identity
	ComparisonKey *comparisonKey `json:"comparison_key" doc:"The key of the digests of supplied secrets in this environment. Null for role runtime."`
}

type identityOutput struct {
	Body identity
}

func (p *Platform) getIdentity(ctx context.Context, _ *struct{}) (*identityOutput, error) {
	who := callOf(ctx).principal
	out := identity{Identity: api.Identity{
		PrincipalID: who.ID, Name: who.Name, Role: who.Role, Permissions: api.PermissionsOf(who.Role),
		Tenant: who.Tenant, Environment: who.Environment, ExpiresAt: utc(who.ExpiresAt),
	}}
	if who.Role == api.RoleRuntime {
		return &identityOutput{Body: out}, nil
	}
	err := p.view(ctx, func(w *work) ([]store.Ref, error) {
		key, err := w.vault.comparisonKey(ctx, w.tx, w.scope)
		if err == nil {
			out.ComparisonKey = key.sent()
		}
		return nil, err
	})
	return &identityOutput{Body: out}, err
}
