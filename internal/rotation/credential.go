package rotation

import "time"

// Phase says where in a rotation a credential is. It follows from the versions and is never stored.
type Phase string

// The phases of a credential, by the versions that are valid in them.
const (
	PhaseStable   Phase = "stable"   // current
	PhaseStaged   Phase = "staged"   // current and pending
	PhaseDraining Phase = "draining" // current and previous
	PhaseRevoked  Phase = "revoked"  // none
)

// Credential is everything the rules need to know about one secret.
type Credential struct {
	Versions       []Version // every valid version at least; ended ones are carried along untouched
	Highest        int64     // the highest number ever given out under this name, cancelled ones included
	Version        int64     // the number a consumer should hold; keeps its last value in phase revoked; 0 before the first version
	Hold           *Hold
	ExpiresAt      time.Time // zero: never
	RequestedAfter int64     // a rotation request is open while the current number is not above it (see Request)
	NotEnforced    bool      // a probe found that the receiver verifies nothing, so the pending version cannot prove itself
}

// Phase computes the phase from the stored versions, as of the last settling.
func (c Credential) Phase() Phase {
	switch {
	case c.find(StateCurrent) < 0:
		return PhaseRevoked
	case c.find(StatePending) >= 0:
		return PhaseStaged
	case c.find(StatePrevious) >= 0:
		return PhaseDraining
	}
	return PhaseStable
}

// PhaseEnds returns the deadline at which the phase ends by itself; zero for stable and revoked.
func (c Credential) PhaseEnds() time.Time {
	for _, s := range []State{StatePending, StatePrevious} {
		if i := c.find(s); i >= 0 {
			return c.Versions[i].Deadline
		}
	}
	return time.Time{}
}

// Current returns a copy of the current version.
func (c Credential) Current() (Version, bool) { return c.in(StateCurrent) }

// Pending returns a copy of the pending version.
func (c Credential) Pending() (Version, bool) { return c.in(StatePending) }

// Previous returns a copy of the previous version.
func (c Credential) Previous() (Version, bool) { return c.in(StatePrevious) }

// Unproven returns a copy of the version that has still to be seen in use: the pending one, or in an overlap the current one that was promoted
// without that.
func (c Credential) Unproven() (Version, bool) {
	v, ok := c.Pending()
	if _, draining := c.Previous(); draining {
		v, ok = c.Current()
	}
	return v, ok && v.Evidence == nil
}

// Lookup returns a copy of the version with this number.
func (c Credential) Lookup(number int64) (Version, bool) {
	for i := range c.Versions {
		if c.Versions[i].Number == number {
			return c.Versions[i], true
		}
	}
	return Version{}, false
}

// NextVersion is the number the next issued version will have.
func (c Credential) NextVersion() int64 { return c.Highest + 1 }

// NextDeadline is the first moment at which Settle will have something to do; zero when there is none.
func (c Credential) NextDeadline() time.Time {
	at := c.PhaseEnds()
	if !c.ExpiresAt.IsZero() && c.Phase() != PhaseRevoked && (at.IsZero() || !at.Before(c.ExpiresAt)) {
		at = c.ExpiresAt
	}
	return at
}

// ValidAt decides whether a version is accepted at a moment, from the stored timestamps alone: a deadline that
// nobody has settled yet counts all the same.
func (c Credential) ValidAt(p Policy, number int64, now time.Time) bool {
	v, ok := c.Lookup(number)
	if !ok || !v.State.Valid() || c.expired(now) {
		return false
	}
	switch v.State {
	case StatePrevious:
		return now.Before(v.Deadline)
	case StatePending:
		return now.Before(v.Deadline) || p.atStageDeadline(v).promotes
	}
	pending, staged := c.Pending()
	if !staged || now.Before(pending.Deadline) || !p.atStageDeadline(pending).promotes {
		return true
	}
	return now.Before(pending.Deadline.Add(p.Overlap))
}

// expired tells whether the credential's own end has come; it is valid strictly before it.
func (c Credential) expired(now time.Time) bool {
	return !c.ExpiresAt.IsZero() && !now.Before(c.ExpiresAt)
}

func (c Credential) find(s State) int {
	for i := range c.Versions {
		if c.Versions[i].State == s {
			return i
		}
	}
	return -1
}

func (c Credential) in(s State) (Version, bool) {
	i := c.find(s)
	if i < 0 {
		return Version{}, false
	}
	return c.Versions[i], true
}
