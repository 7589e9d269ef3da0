package workload

import (
	"context"
	"maps"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// expand makes an identity of what the caller sent.
func expand(ctx context.Context, tx *txn.Tx, b *api.WorkloadIdentityCreate) (*store.WorkloadIdentity, error) {
	object, err := httpapi.NewObject(ctx, tx, kind, httpapi.Naming{Name: b.Name, Prefix: b.NamePrefix}, b.Description,
		b.Labels)
	if err != nil {
		return nil, err
	}
	return &store.WorkloadIdentity{
		Object: object, Owner: b.Owner, Role: b.Role, Preset: b.Preset,
		Issuer: httpapi.ValueOr(b.Issuer, api.IssuerOf(b.Preset)), Audience: b.Audience, Claims: orEmpty(b.Claims),
		MaxTTL: httpapi.ValueOr(b.MaxTTL, api.DefaultMaxTTL), AllowedCIDRs: b.AllowedCIDRs, JWKS: b.JWKS,
	}, nil
}

func merge(to *store.WorkloadIdentity, p *api.WorkloadIdentityPatch) error {
	for _, required := range []struct {
		to    *string
		from  api.Optional[string]
		field string
	}{
		{&to.Name, p.Name, "/name"},
		{&to.Owner, p.Owner, "/owner"},
		{&to.Role, p.Role, "/role"},
		{&to.Preset, p.Preset, "/preset"},
		{&to.Audience, p.Audience, "/audience"},
	} {
		if err := httpapi.PatchRequired(required.to, required.from, required.field); err != nil {
			return err
		}
	}
	if err := httpapi.PatchRequired(&to.Claims, p.Claims, "/claims"); err != nil {
		return err
	}
	httpapi.PatchNullable(&to.Description, p.Description)
	httpapi.PatchDefault(&to.Labels, p.Labels, nil)
	httpapi.PatchDefault(&to.Issuer, p.Issuer, api.IssuerOf(to.Preset))
	httpapi.PatchDefault(&to.MaxTTL, p.MaxTTL, api.DefaultMaxTTL)
	httpapi.PatchDefault(&to.AllowedCIDRs, p.AllowedCIDRs, nil)
	httpapi.PatchNullable(&to.JWKS, p.JWKS)
	return nil
}

func check(w *store.WorkloadIdentity) error {
	if err := httpapi.CheckObject(&w.Object); err != nil {
		return err
	}
	for _, member := range []struct {
		field string
		err   error
	}{
		{"/owner", api.CheckOwner(w.Owner)},
		{"/role", api.CheckRole(w.Role)},
		{"/preset", api.CheckPreset(w.Preset)},
		{"/issuer", api.CheckIssuerGiven(w.Preset, w.Issuer)},
		{"/issuer", api.CheckIssuer(w.Issuer)},
		{"/audience", api.CheckAudience(w.Audience)},
		{"/max_ttl", api.CheckMaxTTL(w.MaxTTL)},
	} {
		if member.err != nil {
			return problem.Refused(member.field, member.err)
		}
	}
	for claim, value := range w.Claims {
		if err := api.CheckClaimPattern(value); err != nil {
			return problem.Refused(problem.Pointer("claims", claim), err)
		}
	}
	if wrong := api.CheckWorkloadIdentity(w.Preset, w.Issuer, w.Claims); len(wrong) > 0 {
		return problem.Refused("/"+wrong[0].Where, wrong[0].Err)
	}
	if w.JWKS != nil {
		if err := checkJWKS(*w.JWKS); err != nil {
			return problem.Refused("/jwks", err)
		}
	}
	return httpapi.CheckSet("allowed_cidrs", w.AllowedCIDRs, api.MaxCIDRs, api.CheckCIDR)
}

func flatten(w *store.WorkloadIdentity) api.WorkloadIdentity {
	return api.WorkloadIdentity{
		Object: httpapi.FlattenObject(&w.Object), Owner: w.Owner, Role: w.Role, Preset: w.Preset, Issuer: w.Issuer,
		Audience: w.Audience, Claims: maps.Clone(w.Claims), MaxTTL: w.MaxTTL, AllowedCIDRs: w.AllowedCIDRs, JWKS: w.JWKS,
		LastUsedAt: httpapi.UTC(w.LastUsedAt),
	}
}

func orEmpty(claims map[string]string) map[string]string {
	if claims == nil {
		return map[string]string{}
	}
	return claims
}

// about is what a second person is told of an identity that is to be written. A random name is left out: it differs
// each time.
func about(w *store.WorkloadIdentity, prefix string) map[string]string {
	out := map[string]string{
		"name": w.Name, "role": w.Role, "issuer": w.Issuer, "audience": w.Audience,
		"keys": "fetched from the issuer", "max_ttl": w.MaxTTL,
	}
	if prefix != "" {
		out["name"] = prefix + "*"
	}
	if w.JWKS != nil {
		out["keys"] = "uploaded"
	}
	for path, value := range w.Claims {
		out["claim "+path] = value
	}
	return out
}
