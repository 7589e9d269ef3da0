package platform

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// maxVersion is what every JSON parser can still count, and far from overflow.
const maxVersion = 1 << 53

func mergeScopedToken(to *store.ScopedToken, p *api.ScopedTokenPatch) error {
	if err := patchRequired(&to.Name, p.Name, "/name"); err != nil {
		return err
	}
	if err := patchRequired(&to.Owner, p.Owner, "/owner"); err != nil {
		return err
	}
	if err := patchRequired(&to.Scopes, p.Scopes, "/scopes"); err != nil {
		return err
	}
	patchNullable(&to.Description, p.Description)
	patchDefault(&to.Labels, p.Labels, nil)
	patchDefault(&to.AllowedCIDRs, p.AllowedCIDRs, nil)
	patchNullable(&to.ExpiresAt, p.ExpiresAt)
	patchDefault(&to.RotationPolicyID, p.RotationPolicyID, "")
	patchDefault(&to.RotateWhenChanged, p.RotateWhenChanged, nil)
	patchNullable(&to.MinimumVersion, p.MinimumVersion)
	patchDefault(&to.DeletionProtection, p.DeletionProtection, false)
	return nil
}

func checkScopedToken(t *store.ScopedToken) error {
	if err := checkObject(&t.Object); err != nil {
		return err
	}
	if err := api.CheckOwner(t.Owner); err != nil {
		return refused("/owner", err)
	}
	if len(t.Scopes) == 0 {
		return refused("/scopes", errors.New("must have at least one scope"))
	}
	if err := checkScopes("scopes", t.Scopes); err != nil {
		return err
	}
	if err := checkSet("allowed_cidrs", t.AllowedCIDRs, api.MaxCIDRs, api.CheckCIDR); err != nil {
		return err
	}
	if err := api.CheckTriggers(t.RotateWhenChanged); err != nil {
		return refused("/rotate_when_changed", err)
	}
	if err := checkMinimumVersion(t.MinimumVersion); err != nil {
		return err
	}
	if _, err := expiryOf(t.ExpiresAt); err != nil {
		return err
	}
	if t.RotationPolicyID == "" && t.ExpiresAt == nil {
		return refused("/rotation_policy_id", errors.New("or expires_at is required: without one of them the token would never end"))
	}
	return nil
}

func checkMinimumVersion(n *int64) error {
	if n != nil && (*n < 1 || *n > maxVersion) {
		return refused("/minimum_version", errors.New("must be at least 1 and at most 2^53"))
	}
	return nil
}

// checkScopes checks every scope of a member.
func checkScopes(member string, scopes []string) error {
	return checkSet(member, scopes, api.MaxScopes, api.CheckScope)
}

// checkSet checks the size of a set and every entry of it.
func checkSet(member string, entries []string, most int, check func(string) error) error {
	if len(entries) > most {
		return refused(pointer(member), fmt.Errorf("must have at most %d entries", most))
	}
	for i, entry := range entries {
		field := pointer(member, itoa(int64(i)))
		if err := check(entry); err != nil {
			return newProblem(api.CodeInvalid, field, "%s: one entry %v", member, err)
		}
		if slices.Contains(entries[:i], entry) {
			return newProblem(api.CodeInvalid, field, "%s: one entry is there twice", member)
		}
	}
	return nil
}

// expiryOf reads expires_at; nil is never, the zero time.
func expiryOf(text *string) (time.Time, error) {
	if text == nil {
		return time.Time{}, nil
	}
	at, err := api.ParseExpiry(*text)
	if err != nil {
		return time.Time{}, refused("/expires_at", err)
	}
	return at.Truncate(time.Microsecond), nil
}

func flattenScopedToken(t *store.ScopedToken, p rotation.Policy, now time.Time) api.ScopedToken {
	c := t.Credential.Credential
	status := rotation.StatusAt(c, p, now)
	return api.ScopedToken{
		Object: flattenObject(&t.Object),
		Rotated: api.Rotated{
			Owner: t.Owner, RotateWhenChanged: t.RotateWhenChanged,
			MinimumVersion: t.MinimumVersion, DeletionProtection: t.DeletionProtection,
			Version: status.Version, Rotation: flattenRotation(status), RotationRequested: c.Requested(),
			Hold: flattenHold(c.Hold), LastUsedAt: utc(t.Credential.LastUsedAt),
		},
		ConnectorID: t.ConnectorID, Scopes: t.Scopes, AllowedCIDRs: t.AllowedCIDRs,
		ExpiresAt: t.ExpiresAt, RotationPolicyID: textOrNull(t.RotationPolicyID),
	}
}

func flattenRotation(s rotation.Status) api.Rotation {
	return api.Rotation{
		Phase: string(s.Phase), Due: string(s.Due), Reason: s.Reason,
		RequiresAcknowledgement: s.RequiresAcknowledgement, Acknowledged: s.Acknowledged,
		CurrentVersion: numberOrNull(s.CurrentVersion), PendingVersion: numberOrNull(s.PendingVersion), PreviousVersion: numberOrNull(s.PreviousVersion),
		NextVersion: s.NextVersion, PendingExpiresAt: utc(s.PendingExpiresAt), PreviousExpiresAt: utc(s.PreviousExpiresAt),
		LastRotatedAt: utc(s.LastRotatedAt), NextRotationAt: utc(s.NextRotationAt),
	}
}

func valid(versions []rotation.Version) (out []int64) {
	for _, v := range versions {
		if v.State.Valid() {
			out = append(out, v.Number)
		}
	}
	return out
}
