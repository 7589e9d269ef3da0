package api

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kinds of findings.
const (
	FindingNewNetwork    = "new_network"
	FindingUnusualVolume = "unusual_volume"
	FindingUnusualHours  = "unusual_hours"
	FindingSupersededUse = "superseded_use"
	FindingOverlapEnding = "overlap_ending"
	FindingFailureBurst  = "failure_burst"
	FindingUnusedScope   = "unused_scope"
	FindingReusedValue   = "reused_value"
	FindingOverdue       = "overdue"
	FindingUnused        = "unused"
	FindingLeaked        = "leaked"
)

// FindingKinds lists the kinds of findings.
func FindingKinds() []string {
	return []string{
		FindingNewNetwork, FindingUnusualVolume, FindingUnusualHours, FindingSupersededUse, FindingOverlapEnding,
		FindingFailureBurst, FindingUnusedScope, FindingReusedValue, FindingOverdue, FindingUnused, FindingLeaked,
	}
}

// ContainableFindings lists the kinds that on_finding may act on.
func ContainableFindings() []string {
	return []string{FindingLeaked, FindingNewNetwork, FindingSupersededUse}
}

// KindFindings is what routes and the audit call findings.
const KindFindings = "findings"

// FindingIDPrefix begins the id of a finding.
const FindingIDPrefix = "fin_"

// States of findings.
const (
	FindingOpen   = "open"
	FindingClosed = "closed"
)

// FindingGone is the reason of a finding that the platform closed.
const FindingGone = "its cause is gone"

// What the platform can do about a finding by itself.
const (
	OnFindingRevoke     = "revoke"     // ends the version that the finding is about
	OnFindingQuarantine = "quarantine" // makes the valid versions of the credential inactive, until it is released
)

// What the platform did by itself, as findings say it.
const (
	FindingRevoked     = "revoked"
	FindingQuarantined = "quarantined"
)

// Finding is something about a credential that somebody should look at. Nothing in it is the value of a secret.
type Finding struct {
	ID          string            `json:"id" doc:"fin_ and a ULID."`
	Tenant      string            `json:"tenant" doc:"The tenant."`
	Environment string            `json:"environment" doc:"The environment."`
	Finding     string            `json:"finding" doc:"The rule that found it, such as new_network."`
	Kind        string            `json:"kind" doc:"The kind of the object, such as scoped-tokens."`
	ObjectID    string            `json:"object_id" doc:"The id of the object."`
	Version     int64             `json:"version" doc:"The version of the credential; 0 where the finding is about all of them."`
	Subject     string            `json:"subject" doc:"What the finding is about where the object can have several of them, such as a network or a scope. Empty otherwise."`
	State       string            `json:"state" enum:"open,closed" doc:"open or closed."`
	Evidence    map[string]string `json:"evidence" doc:"What was seen: numbers, networks, consumers, times. Never a value."`
	Count       int64             `json:"count" doc:"How often it was seen."`
	FirstSeenAt time.Time         `json:"first_seen_at" doc:"When it was first seen."`
	LastSeenAt  time.Time         `json:"last_seen_at" doc:"When it was last seen."`
	Action      string            `json:"action" doc:"What the platform did because of on_finding. Empty for nothing."`
	ClosedAt    *time.Time        `json:"closed_at" doc:"When it was closed. Null while it is open."`
	ClosedBy    string            `json:"closed_by" doc:"Who closed it: the id of a principal, or platform. Empty while it is open."`
	CloseReason string            `json:"close_reason" doc:"Why it was closed. Empty while it is open."`
}

// FindingClose closes a finding.
type FindingClose struct {
	Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"Why nobody has to look at it any more."`
}

// FindingThresholds say when rules find something. What is absent has its default.
type FindingThresholds struct {
	Learning        *string `json:"learning,omitempty" doc:"For how long a credential must have been used before new_network, unusual_volume and unusual_hours find anything, a duration of 1d to 35d. 14d if absent."`
	SharedNetwork   *int64  `json:"shared_network,omitempty" doc:"new_network: a network that so many other credentials of the environment used before is no finding, 1 to 1000. 3 if absent."`
	VolumeFactor    *int64  `json:"volume_factor,omitempty" doc:"unusual_volume: over how many times the busiest hour of the 35 days before, 2 to 1000. 5 if absent."`
	VolumeLeast     *int64  `json:"volume_least,omitempty" doc:"unusual_volume: from how many uses in an hour, at least 1. 100 if absent."`
	MovedOn         *string `json:"moved_on,omitempty" doc:"superseded_use: how long after its first use of the newer version a consumer may still use the previous one, a duration of at most 30d. 1h if absent."`
	OverlapEnding   *string `json:"overlap_ending,omitempty" doc:"overlap_ending: how long before the end of the previous version, a duration of 1m to 30d. 2h if absent."`
	FailuresPerHour *int64  `json:"failures_per_hour,omitempty" doc:"failure_burst: from how many refused uses in an hour, at least 1. 50 if absent."`
	UnusedScope     *string `json:"unused_scope,omitempty" doc:"unused_scope: for how long a scope was not used, a duration of at least 1d. 90d if absent."`
	Unused          *string `json:"unused,omitempty" doc:"unused: for how long a credential was not used, a duration of at least 1d. 90d if absent."`
}

const (
	shortestLearning = 24 * time.Hour
	longestLearning  = 35 * 24 * time.Hour
	mostShared       = 1000
)

// checkThresholds checks the thresholds of an environment policy.
func checkThresholds(t *FindingThresholds) error {
	if t == nil {
		return nil
	}
	for _, d := range []struct {
		name              string
		text              *string
		shortest, longest time.Duration
	}{
		{"learning", t.Learning, shortestLearning, longestLearning},
		{"moved_on", t.MovedOn, 0, longestOverlap},
		{"overlap_ending", t.OverlapEnding, time.Minute, longestOverlap},
		{"unused_scope", t.UnusedScope, shortestLearning, maxDuration},
		{"unused", t.Unused, shortestLearning, maxDuration},
	} {
		if err := checkLimit(d.text, d.shortest, d.longest); err != nil {
			return fmt.Errorf("has as %s what %w", d.name, err)
		}
	}
	for _, n := range []struct {
		name        string
		number      *int64
		least, most int64
	}{
		{"shared_network", t.SharedNetwork, 1, mostShared},
		{"volume_factor", t.VolumeFactor, 2, mostShared},
		{"volume_least", t.VolumeLeast, 1, 1 << 40},
		{"failures_per_hour", t.FailuresPerHour, 1, 1 << 40},
	} {
		if n.number != nil && (*n.number < n.least || *n.number > n.most) {
			return fmt.Errorf("has as %s what must be %d to %d", n.name, n.least, n.most)
		}
	}
	return nil
}

// checkOnFinding checks what the platform does by itself.
func checkOnFinding(actions map[string]string) error {
	for kind, action := range actions {
		switch {
		case !slices.Contains(FindingKinds(), kind):
			return fmt.Errorf("has a key that is no kind of finding; it can have %s",
				strings.Join(ContainableFindings(), ", "))
		case !slices.Contains(ContainableFindings(), kind):
			return fmt.Errorf("must not have %s: anyone can cause such a finding, and could so end a credential that is "+
				"in use; it can have %s", kind, strings.Join(ContainableFindings(), ", "))
		case action == "hold":
			return fmt.Errorf("must not have hold for %s: a hold stops rotation, and not the use of a credential; it can "+
				"have %s or %s", kind, OnFindingRevoke, OnFindingQuarantine)
		case action != OnFindingRevoke && action != OnFindingQuarantine:
			return fmt.Errorf("has for %s what must be %s or %s", kind, OnFindingRevoke, OnFindingQuarantine)
		}
	}
	return nil
}
