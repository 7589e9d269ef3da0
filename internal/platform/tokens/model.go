package tokens

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/lifecycle"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// expand makes a token of what the caller sent.
func expand(ctx context.Context, tx *txn.Tx, b *api.ScopedTokenCreate) (*token, error) {
	object, err := httpapi.NewObject(ctx, tx, api.ScopedTokens, httpapi.Naming{Name: b.Name, Prefix: b.NamePrefix},
		b.Description, b.Labels)
	if err != nil {
		return nil, err
	}
	return &token{ScopedToken: &store.ScopedToken{
		Object: object, Owner: b.Owner, ConnectorID: b.ConnectorID, Scopes: b.Scopes, AllowedCIDRs: b.AllowedCIDRs,
		ExpiresAt: b.ExpiresAt, RotationPolicyID: httpapi.ValueOr(b.RotationPolicyID, ""),
		RotateWhenChanged: b.RotateWhenChanged, MinimumVersion: b.MinimumVersion,
		DeletionProtection: httpapi.ValueOr(b.DeletionProtection, false), RateLimit: b.RateLimitPerMinute,
		UnusedExpiry:   b.UnusedExpiry,
		CertifiedUntil: b.CertifiedUntil,
	}}, nil
}

func merge(to *store.ScopedToken, p *api.ScopedTokenPatch) error {
	if err := httpapi.PatchRequired(&to.Name, p.Name, "/name"); err != nil {
		return err
	}
	if err := httpapi.PatchRequired(&to.Owner, p.Owner, "/owner"); err != nil {
		return err
	}
	if err := httpapi.PatchRequired(&to.Scopes, p.Scopes, "/scopes"); err != nil {
		return err
	}
	httpapi.PatchNullable(&to.Description, p.Description)
	httpapi.PatchDefault(&to.Labels, p.Labels, nil)
	httpapi.PatchDefault(&to.AllowedCIDRs, p.AllowedCIDRs, nil)
	httpapi.PatchNullable(&to.ExpiresAt, p.ExpiresAt)
	httpapi.PatchDefault(&to.RotationPolicyID, p.RotationPolicyID, "")
	httpapi.PatchDefault(&to.RotateWhenChanged, p.RotateWhenChanged, nil)
	httpapi.PatchNullable(&to.MinimumVersion, p.MinimumVersion)
	httpapi.PatchDefault(&to.DeletionProtection, p.DeletionProtection, false)
	httpapi.PatchNullable(&to.RateLimit, p.RateLimitPerMinute)
	httpapi.PatchNullable(&to.UnusedExpiry, p.UnusedExpiry)
	httpapi.PatchNullable(&to.CertifiedUntil, p.CertifiedUntil)
	return nil
}

func check(t *store.ScopedToken) error {
	if err := httpapi.CheckObject(&t.Object); err != nil {
		return err
	}
	if err := api.CheckOwner(t.Owner); err != nil {
		return problem.Refused("/owner", err)
	}
	if len(t.Scopes) == 0 {
		return problem.Refused("/scopes", errors.New("must have at least one scope"))
	}
	if err := httpapi.CheckScopes("scopes", t.Scopes); err != nil {
		return err
	}
	if err := httpapi.CheckSet("allowed_cidrs", t.AllowedCIDRs, api.MaxCIDRs, api.CheckCIDR); err != nil {
		return err
	}
	if err := api.CheckTriggers(t.RotateWhenChanged); err != nil {
		return problem.Refused("/rotate_when_changed", err)
	}
	if err := lifecycle.CheckNumber("/minimum_version", t.MinimumVersion); err != nil {
		return err
	}
	if t.RateLimit != nil {
		if err := api.CheckTokenRate(*t.RateLimit); err != nil {
			return problem.Refused("/rate_limit_per_minute", err)
		}
	}
	if t.UnusedExpiry != nil {
		if err := api.CheckUnused(*t.UnusedExpiry); err != nil {
			return problem.Refused("/unused_expiry", err)
		}
	}
	if _, err := expiryOf(t.ExpiresAt); err != nil {
		return err
	}
	if err := lifecycle.CheckCertifiedUntil(t.CertifiedUntil); err != nil {
		return err
	}
	if t.RotationPolicyID == "" && t.ExpiresAt == nil {
		return problem.Refused("/rotation_policy_id",
			errors.New("or expires_at is required: without one of them the token would never end"))
	}
	return nil
}

// expiryOf reads expires_at. Null is the zero time, which stands for never.
func expiryOf(text *string) (time.Time, error) {
	if text == nil {
		return time.Time{}, nil
	}
	at, err := api.ParseExpiry(*text)
	if err != nil {
		return time.Time{}, problem.Refused("/expires_at", err)
	}
	return at.Truncate(time.Microsecond), nil
}

func (t *token) flatten(now time.Time) api.ScopedToken {
	c := t.Credential.Credential
	status := rotation.StatusAt(c, t.policy, now)
	return api.ScopedToken{
		Object: httpapi.FlattenObject(&t.Object),
		Rotated: api.Rotated{
			Owner: t.Owner, RotateWhenChanged: t.RotateWhenChanged,
			MinimumVersion: t.MinimumVersion, DeletionProtection: t.DeletionProtection,
			Version: status.Version, Rotation: lifecycle.FlattenRotation(status), RotationRequested: c.Requested(),
			Quarantine:         lifecycle.FlattenQuarantine(c),
			UnusedQuarantineAt: lifecycle.UnusedQuarantineAt(c, t.Credential.LastUsedAt),
			Hold:               lifecycle.FlattenHold(c.Hold), LastUsedAt: httpapi.UTC(t.Credential.LastUsedAt),
			Uses:          httpapi.FlattenUses(&t.Object, now, t.ConnectorID, t.RotationPolicyID),
			ValidVersions: lifecycle.FlattenValid(c), Findings: credentials.FlattenFindings(t.Credential.Findings),
			Certification: lifecycle.FlattenCertification(t.CertifiedUntil, now),
		},
		ConnectorID: t.ConnectorID, Scopes: t.Scopes, AllowedCIDRs: t.AllowedCIDRs,
		ExpiresAt: t.ExpiresAt, RotationPolicyID: httpapi.TextOrNull(t.RotationPolicyID),
		RateLimitPerMinute: t.RateLimit, UnusedExpiry: t.UnusedExpiry,
	}
}
