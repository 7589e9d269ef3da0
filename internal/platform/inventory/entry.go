package inventory

import (
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/lifecycle"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// entry shows a subject.
func (s *subject) entry(f facts, now time.Time) api.InventoryEntry {
	o := s.object
	e := api.InventoryEntry{
		Kind: s.kind, ID: o.ID, Name: o.Name, Owner: s.owner, Tenant: o.Scope.Tenant, Environment: o.Scope.Environment,
		Labels: o.Labels, ConnectorID: httpapi.TextOrNull(s.connectorID), Role: s.role, CreatedAt: o.CreatedAt.UTC(),
		Claimed: o.Claim != nil && o.Claim.Presented, Due: api.DueNone, Overdue: s.overdue(now),
		ExpiresAt: httpapi.UTC(s.expiry), Hold: lifecycle.FlattenHold(s.credential.Hold),
		Quarantine:         lifecycle.FlattenQuarantine(s.credential.Credential),
		UnusedQuarantineAt: lifecycle.UnusedQuarantineAt(s.credential.Credential, s.credential.LastUsedAt),
		LastUsedAt:         httpapi.UTC(s.lastUsed), UnusedDays: days(s.since(), now), Versions: []api.InventoryVersion{},
		Scopes: s.scopes, Exemptions: []api.InventoryExemption{},
		CertifiedUntil:     httpapi.UTC(lifecycle.CertifiedUntil(s.certified)),
		CertificationEnded: lifecycle.CertificationEnded(s.certified, now),
		Findings:           credentials.FlattenFindings(s.findings),
	}
	if current, ok := s.credential.Current(); ok {
		e.AgeDays = days(current.CurrentSince, now)
	}
	if s.versioned {
		s.showRotation(&e, now)
		s.showVersions(&e, f, now)
	}
	if r, ok := f.reuse[o.ID]; ok {
		e.Reuse = &api.InventoryReuse{Kind: r.Other.Kind, ID: r.Other.ID, OtherEnvironment: r.Other.ID == ""}
	}
	for _, x := range f.exemptions[o.ID] {
		e.Exemptions = append(e.Exemptions, api.InventoryExemption{Rule: x.Rule, Reason: x.Reason, ExpiresAt: x.ExpiresAt})
	}
	e.Risk = risk(s.exposure(e, now))
	return e
}

// showRotation shows where a subject stands in its rotation, and what is due.
func (s *subject) showRotation(e *api.InventoryEntry, now time.Time) {
	c := s.credential.Credential
	status := rotation.StatusAt(c, s.policy, now)
	e.Phase = string(status.Phase)
	if pending, unacknowledged := s.waits(); pending {
		acknowledged := !unacknowledged
		e.Acknowledged = &acknowledged
	}
	if s.kind != api.KindConnectors {
		e.Due, e.DueReason, e.DueAt = string(status.Due), status.Reason, httpapi.UTC(status.NextRotationAt)
		return
	}
	age := rotation.AgeAt(c, s.policy, s.expiry, now)
	e.DueAt = httpapi.UTC(age.DueAt)
	switch age.Status {
	case rotation.AgeDue, rotation.AgeOverdue:
		e.Due, e.DueReason = api.DueReplace, api.ReasonInterval
		if age.Status == rotation.AgeOverdue {
			e.DueReason = api.ReasonOverdue
		}
	case rotation.AgeRevoked, rotation.AgeMissing:
		e.Due, e.DueReason = api.DueReplace, age.Status
	}
	if c.Quarantine != nil && e.Due == api.DueNone {
		e.DueReason = api.ReasonQuarantined
	}
	if c.Hold != nil {
		e.Due, e.DueReason = api.DueNone, api.ReasonHeld
	}
}

// showVersions shows the valid versions, and which scopes none of them was used for.
func (s *subject) showVersions(e *api.InventoryEntry, f facts, now time.Time) {
	c := s.credential.Credential
	all := &uses.Summary{}
	nameOf := func(actor string) string { return f.names[actor] }
	for _, v := range c.Versions {
		if !v.State.Valid() {
			continue
		}
		sum, complete := f.used[s.object.ID].Of(v, now)
		if sum == nil {
			sum = &uses.Summary{}
		}
		all.Merge(sum, uses.PerVersion)
		e.Versions = append(e.Versions, api.InventoryVersion{
			Version: v.Number, State: string(v.State), IssuedAt: v.IssuedAt.UTC(), AgeDays: days(v.IssuedAt, now),
			ExpiresAt: httpapi.UTC(c.EndsAt(s.policy, v)), LastUsedAt: httpapi.UTC(v.LastUsedAt), Uses: sum.Count,
			Consumers: lifecycle.FlattenConsumers(sum, nameOf), Complete: complete,
		})
	}
	e.UnusedScopes = lifecycle.UnusedScopes(all, s.scopes)
}

// exposure is what the risk of a subject is ranked by.
func (s *subject) exposure(e api.InventoryEntry, now time.Time) exposure {
	return exposure{
		Live: s.live(now), Kind: s.kind, Role: s.role, Scopes: s.scopes, AgeDays: e.AgeDays, Owner: s.owner,
		Overdue: e.Overdue,
		// A workload identity has no value: its access tokens are short-lived.
		Rotated: s.kind == api.KindWorkloadIdentities || s.policy.Interval > 0 || !s.expiry.IsZero(),
	}
}

// days counts whole days.
func days(since, now time.Time) int64 { return max(0, int64(now.Sub(since)/(24*time.Hour))) }
