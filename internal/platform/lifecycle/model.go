package lifecycle

import (
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// flattenVersion shows a version. nameOf returns the name of an actor.
func flattenVersion(
	v rotation.Version, c rotation.Credential, p rotation.Policy, u api.VersionUses, nameOf func(string) string,
) api.Version {
	out := api.Version{
		Version: v.Number, State: string(v.State), IssuedAt: v.IssuedAt.UTC(), ExpiresAt: httpapi.UTC(c.EndsAt(p, v)),
		EndedAt: httpapi.UTC(v.EndedAt), EndReason: v.EndReason, EndedBy: v.EndedBy, PromotedBy: v.PromotedBy,
		LastUsedAt: httpapi.UTC(v.LastUsedAt), EndedByName: nameOf(v.EndedBy), PromotedByName: nameOf(v.PromotedBy), Uses: u,
	}
	if e := v.Evidence; e != nil {
		out.Evidence = &api.Evidence{Kind: e.Kind, At: e.At.UTC(), Actor: e.Actor, ActorName: nameOf(e.Actor)}
	}
	return out
}

// FlattenValid shows the valid versions of a credential, whose order is that of their numbers.
func FlattenValid(c rotation.Credential) []api.ValidVersion {
	out := []api.ValidVersion{}
	for _, v := range c.Versions {
		if !v.State.Valid() {
			continue
		}
		valid := api.ValidVersion{
			Version: v.Number, IssuedAt: v.IssuedAt.UTC(), LastUsedAt: httpapi.UTC(v.LastUsedAt),
		}
		if e := v.Evidence; e != nil {
			valid.EvidenceAt = httpapi.UTC(e.At)
		}
		out = append(out, valid)
	}
	return out
}

// FlattenHold shows a hold; null for none.
func FlattenHold(h *rotation.Hold) *api.Hold {
	if h == nil {
		return nil
	}
	return &api.Hold{Reason: h.Reason, At: h.At.UTC(), By: h.By, ByName: h.ByName}
}

// FlattenQuarantine shows a quarantine, with the valid versions that it covers; null for none.
func FlattenQuarantine(c rotation.Credential) *api.Quarantine {
	q := c.Quarantine
	if q == nil {
		return nil
	}
	covers := c.Quarantined()
	if covers == nil {
		covers = []int64{}
	}
	return &api.Quarantine{
		Reason: q.Reason, At: q.At.UTC(), Until: q.Until.UTC(), By: q.By, ByName: q.ByName, Versions: covers,
	}
}

// UnusedQuarantineAt shows when a quarantine begins that is announced because nobody uses the credential; null for
// none.
func UnusedQuarantineAt(c rotation.Credential, lastUsed time.Time) *time.Time {
	return httpapi.UTC(c.UnusedQuarantineAt(lastUsed))
}

// FlattenRotation shows where a credential stands in its rotation.
func FlattenRotation(s rotation.Status) api.Rotation {
	return api.Rotation{
		Phase: string(s.Phase), Due: string(s.Due), Reason: s.Reason,
		RequiresAcknowledgement: s.RequiresAcknowledgement, Acknowledged: s.Acknowledged,
		CurrentVersion: httpapi.NumberOrNull(s.CurrentVersion), PendingVersion: httpapi.NumberOrNull(s.PendingVersion),
		PreviousVersion: httpapi.NumberOrNull(s.PreviousVersion), NextVersion: s.NextVersion,
		PendingExpiresAt: httpapi.UTC(s.PendingExpiresAt), PreviousExpiresAt: httpapi.UTC(s.PreviousExpiresAt),
		CurrentExpiresAt: httpapi.UTC(s.CurrentExpiresAt),
		LastRotatedAt:    httpapi.UTC(s.LastRotatedAt), NextRotationAt: httpapi.UTC(s.NextRotationAt),
		DeadlinePaused: s.DeadlinePaused,
	}
}

// maxVersion is exact in every JSON parser, and far from an overflow.
const maxVersion = 1 << 53

// CheckNumber checks the number of a version, or one that a configuration counts its values with; nil is none.
func CheckNumber(field string, n *int64) error {
	if n != nil && (*n < 1 || *n > maxVersion) {
		return problem.Refused(field, errors.New("must be at least 1 and at most 2^53"))
	}
	return nil
}
