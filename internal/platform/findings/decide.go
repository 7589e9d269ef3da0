package findings

import (
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/finding"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// stateUpdates is how often it is noted that a state such as overdue goes on.
const stateUpdates = 24 * time.Hour

// change is a finding that has to be written. Opened and closed ones are in the audit trail.
type change struct {
	*store.Finding
	opened, closed bool
}

// decide returns what changes of the findings of an object, by what the rules find now. valid are the numbers of the
// versions that are valid.
func decide(known []*store.Finding, found []finding.Finding, valid []int64, now time.Time) (out []change) {
	for _, f := range found {
		k := find(known, f)
		switch {
		case k == nil:
			k := &store.Finding{Finding: f.Kind, Version: f.Version, Subject: f.Subject}
			out = append(out, change{Finding: open(k, f, now), opened: true})
		case k.State == api.FindingOpen && !seenAgain(k, f):
		case k.State == api.FindingOpen:
			k.Count, k.LastSeen, k.Evidence = k.Count+1, f.At, f.Evidence
			out = append(out, change{Finding: k})
		case opensAgain(k, f):
			out = append(out, change{Finding: open(k, f, now), opened: true})
		}
	}
	for _, k := range known {
		switch still := slices.ContainsFunc(found, func(f finding.Finding) bool { return same(k, f) }); {
		case still || !ended(k, valid, now):
		case k.State == api.FindingOpen:
			end(k, rotation.ActorPlatform, api.FindingGone, now)
			k.Gone = true
			out = append(out, change{Finding: k, closed: true})
		case !k.Gone:
			k.Gone = true
			out = append(out, change{Finding: k})
		}
	}
	return out
}

func find(known []*store.Finding, f finding.Finding) *store.Finding {
	for _, k := range known {
		if same(k, f) {
			return k
		}
	}
	return nil
}

func same(k *store.Finding, f finding.Finding) bool {
	return k.Finding == f.Kind && k.Version == f.Version && k.Subject == f.Subject
}

func open(k *store.Finding, f finding.Finding, now time.Time) *store.Finding {
	if k.FirstSeen.IsZero() {
		k.FirstSeen = now
	}
	k.State, k.Evidence, k.Gone, k.Count, k.LastSeen = api.FindingOpen, f.Evidence, false, k.Count+1, f.At
	k.ClosedAt, k.ClosedBy, k.CloseReason, k.Action = time.Time{}, "", "", ""
	return k
}

func end(k *store.Finding, by, reason string, now time.Time) {
	k.State, k.ClosedAt, k.ClosedBy, k.CloseReason = api.FindingClosed, now, by, reason
}

// isState reports whether a finding is about a state that goes on, and not about something that happened.
func isState(kind string) bool { return finding.Lasts(kind) < 0 }

func seenAgain(k *store.Finding, f finding.Finding) bool {
	if isState(f.Kind) {
		return f.At.Sub(k.LastSeen) >= stateUpdates
	}
	return f.At.After(k.LastSeen)
}

// opensAgain: what somebody has acknowledged stays closed until it happens again, or comes back after it was gone.
func opensAgain(k *store.Finding, f finding.Finding) bool {
	if isState(f.Kind) {
		return k.Gone
	}
	return f.At.After(k.LastSeen) && f.At.After(k.ClosedAt)
}

// ended reports whether the cause of a finding that the rules do not find any more is gone.
func ended(k *store.Finding, valid []int64, now time.Time) bool {
	switch lasts := finding.Lasts(k.Finding); {
	case lasts < 0:
		return true
	case lasts == 0:
		return !slices.Contains(valid, k.Version)
	default:
		return now.After(k.LastSeen.Add(lasts))
	}
}
