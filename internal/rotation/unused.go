package rotation

import "time"

// UnusedNotice is how long before it begins a quarantine is announced that comes because nobody uses a credential. A
// limit is longer.
const UnusedNotice = 14 * 24 * time.Hour

// Announcement says that a credential is put in quarantine because nobody uses it. A use after it ends it.
type Announcement struct {
	At  time.Time // when it was announced
	Due time.Time // when the quarantine begins, at least UnusedNotice later
}

// UnusedFacts are what UnusedAt goes by besides the credential.
type UnusedFacts struct {
	Limit    time.Duration // unused for so long, it is put in quarantine; zero for never
	LastUsed time.Time     // of any version; zero for never
	Impaired []Span        // when uses may not have been recorded
	Paused   bool          // the clock is in doubt
}

// Span is the time from one moment to another.
type Span struct{ From, Until time.Time }

// Why a quarantine for want of use comes or does not. Only with UnusedDue it begins.
const (
	UnusedPaused      = "clock_in_doubt"
	UnusedOff         = "no_limit"
	UnusedRevoked     = "no_valid_version"
	UnusedQuarantined = "in_quarantine"
	UnusedImpaired    = "use_not_recorded" // uses may be missing: the time counts from when they were recorded again
	UnusedInUse       = "in_use"
	UnusedAnnounced   = "announced"
	UnusedDue         = "due"
)

// Unused is what is to be done about a credential because nobody uses it.
type Unused struct {
	Reason    string
	Since     time.Time     // from when on the absence of a use counts
	Announced *Announcement // what is announced from now on; nil for nothing
	Next      time.Time     // when to look again, if nothing changes before; zero for never
}

// UnusedAt decides whether a credential that nobody uses is put in quarantine, or whether that is announced.
//
// The time counts from the last use of any version. It counts from UnusedFrom where that is later: from when it had its
// first version, or its first one after none was valid, or from the end of its last quarantine. A rotation is no use,
// and a hold stops nothing. Where uses may not have been recorded since then, the time counts from the end of that:
// what nobody knows of must not look like nothing.
//
// A quarantine comes UnusedNotice after its announcement at the earliest, also where the limit was set or shortened
// today.
func UnusedAt(c Credential, f UnusedFacts, now time.Time) Unused {
	switch {
	case f.Paused:
		return Unused{Reason: UnusedPaused, Announced: c.Announced, Next: now}
	case f.Limit == 0:
		return Unused{Reason: UnusedOff}
	case c.Quarantine != nil:
		return Unused{Reason: UnusedQuarantined}
	case c.Phase() == PhaseRevoked:
		return Unused{Reason: UnusedRevoked}
	}
	out := Unused{Reason: UnusedInUse, Since: later(f.LastUsed, c.UnusedFrom)}
	for _, s := range f.Impaired {
		if s.Until.After(out.Since) && !s.From.After(now) {
			out.Reason, out.Since = UnusedImpaired, s.Until
		}
	}
	if out.Next = out.Since.Add(f.Limit - UnusedNotice); now.Before(out.Next) {
		return out
	}
	said := Announcement{At: now}
	if c.announcedAfter(out.Since) {
		said.At = c.Announced.At
	}
	said.Due = later(out.Since.Add(f.Limit), said.At.Add(UnusedNotice))
	out.Reason, out.Announced, out.Next = UnusedAnnounced, &said, said.Due
	if !now.Before(said.Due) {
		out.Reason = UnusedDue
	}
	return out
}

// UnusedQuarantineAt is when the announced quarantine begins; zero for none. A last use after the announcement, and
// whatever else ends it, counts before that is settled.
func (c Credential) UnusedQuarantineAt(lastUsed time.Time) time.Time {
	if c.Quarantine != nil || c.Phase() == PhaseRevoked || !c.announcedAfter(later(lastUsed, c.UnusedFrom)) {
		return time.Time{}
	}
	return c.Announced.Due
}

// announcedAfter reports whether a quarantine is announced since the moment from which on it is not used.
func (c Credential) announcedAfter(since time.Time) bool {
	return c.Announced != nil && since.Before(c.Announced.At)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
