package finding

import (
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// maxNamed is how many consumers evidence names.
const maxNamed = 5

func state(h History, s string) (Version, bool) {
	for _, v := range h.Versions {
		if v.Valid && v.State == s {
			return v, true
		}
	}
	return Version{}, false
}

// supersededUse finds a consumer that uses the current version, and used the previous one long after it began to.
func supersededUse(h History, t Thresholds) []Finding {
	current, ok := state(h, StateCurrent)
	previous, also := state(h, StatePrevious)
	if !ok || !also {
		return nil
	}
	var names []string
	var last, moved time.Time
	for _, c := range current.Consumers {
		for _, p := range previous.Consumers {
			if p.What != c.What || !p.Last.After(c.First.Add(t.MovedOn)) {
				continue
			}
			names = append(names, c.What)
			if p.Last.After(last) {
				last, moved = p.Last, c.First
			}
		}
	}
	if names == nil {
		return nil
	}
	return []Finding{{Kind: api.FindingSupersededUse, Version: previous.Number, At: last, Evidence: map[string]string{
		"consumers": named(names), "moved_on_at": stamp(moved), "last_at": stamp(last),
		"current_version": number(current.Number),
	}}}
}

// overlapEnding finds a previous version that was in use within the same time before now as is left of it.
func overlapEnding(h History, t Thresholds) []Finding {
	v, ok := state(h, StatePrevious)
	soon := h.Now.Add(t.OverlapEnding)
	if !ok || v.Deadline.IsZero() || v.Deadline.After(soon) || v.Uses.Last.Before(h.Now.Add(-t.OverlapEnding)) {
		return nil
	}
	var names []string
	for _, c := range v.Consumers {
		if !c.Last.Before(h.Now.Add(-t.OverlapEnding)) {
			names = append(names, c.What)
		}
	}
	return []Finding{{Kind: api.FindingOverlapEnding, Version: v.Number, At: v.Uses.Last, Evidence: map[string]string{
		"ends_at": stamp(v.Deadline), "last_at": stamp(v.Uses.Last), "consumers": named(names),
	}}}
}

// newest returns the number of the newest valid version; 0 for none.
func newest(h History) (out int64) {
	for _, v := range h.Versions {
		if v.Valid {
			out = v.Number
		}
	}
	return out
}

func named(names []string) string {
	if more := len(names) - maxNamed; more > 0 {
		return strings.Join(names[:maxNamed], "; ") + "; and " + number(int64(more)) + " more"
	}
	return strings.Join(names, "; ")
}

// unusedScope finds scopes that no use asked for since they were granted. It finds nothing where some uses did not say
// what they were for.
func unusedScope(h History, t Thresholds) (out []Finding) {
	current, ok := state(h, StateCurrent)
	since := h.Now.Add(-t.UnusedScope)
	asked := false
	for _, v := range h.Versions {
		if v.Unscoped > 0 && !v.Uses.Last.Before(since) {
			return nil
		}
		for _, s := range v.Scopes {
			asked = asked || !s.Last.Before(since)
		}
	}
	if !ok || !asked || !h.Complete || began(h).After(since) {
		return nil
	}
	for _, granted := range h.Granted {
		var last time.Time
		for _, v := range h.Versions {
			for _, s := range v.Scopes {
				if api.ScopeAllowed(s.What, []string{granted.Scope}) && s.Last.After(last) {
					last = s.Last
				}
			}
		}
		if last.After(since) || granted.Since.After(since) {
			continue
		}
		evidence := map[string]string{
			"scope": granted.Scope, "granted_at": stamp(granted.Since), "last_at": "never",
		}
		if !last.IsZero() {
			evidence["last_at"] = stamp(last)
		}
		out = append(out, Finding{
			Kind: api.FindingUnusedScope, Version: current.Number, Subject: granted.Scope, At: h.Now,
			Evidence: evidence,
		})
	}
	return out
}

func reusedValue(h History, _ Thresholds) []Finding {
	if len(h.ReusedBy) == 0 || newest(h) == 0 {
		return nil
	}
	return []Finding{{Kind: api.FindingReusedValue, Version: newest(h), At: h.Now, Evidence: map[string]string{
		"also_of": named(h.ReusedBy),
	}}}
}

func overdue(h History, _ Thresholds) []Finding {
	current, ok := state(h, StateCurrent)
	if h.OverdueBy == "" || !ok {
		return nil
	}
	return []Finding{{Kind: api.FindingOverdue, Version: current.Number, At: h.Now, Evidence: map[string]string{
		"reason": h.OverdueBy, "issued_at": stamp(current.IssuedAt),
	}}}
}

// unused finds a credential of which no valid version was used for long. Where uses may be missing it finds nothing.
func unused(h History, t Thresholds) []Finding {
	since := h.Now.Add(-t.Unused)
	current, ok := state(h, StateCurrent)
	if !ok || !h.Complete {
		return nil
	}
	issued, last := current.IssuedAt, time.Time{}
	for _, v := range h.Versions {
		if v.IssuedAt.Before(issued) {
			issued = v.IssuedAt
		}
		if v.Uses.Last.After(last) {
			last = v.Uses.Last
		}
	}
	if issued.After(since) || last.After(since) {
		return nil
	}
	evidence := map[string]string{"issued_at": stamp(issued), "last_at": "never"}
	if !last.IsZero() {
		evidence["last_at"] = stamp(last)
	}
	return []Finding{{Kind: api.FindingUnused, Version: current.Number, At: h.Now, Evidence: evidence}}
}
