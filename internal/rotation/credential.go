// Package rotation holds the rules for the versions of a credential: how they are issued, overlap and end.
//
// Everything here is a pure function over plain values: no I/O, no clock, no randomness. The caller passes the moment,
// stores what comes back, and writes one audit event per Transition. No function changes its arguments.
package rotation

import "time"

// State says what one version is to its credential.
type State string

// The states of a version. Pending, current and previous versions are valid. The others never become valid again.
const (
	StatePending  State = "pending"
	StateCurrent  State = "current"
	StatePrevious State = "previous"
	StateRetired  State = "retired"
	StateRevoked  State = "revoked"
)

// Valid reports whether a version in this state is accepted, deadlines aside (see Credential.ValidAt).
func (s State) Valid() bool {
	return s == StatePending || s == StateCurrent || s == StatePrevious
}

// The kinds of evidence.
const (
	EvidenceAcknowledgement = "acknowledgement" // a principal stated it
	EvidenceIntrospection   = "introspection"   // a runtime principal introspected the pending version
	EvidenceExchange        = "exchange"        // the pending version was exchanged for an access token
	EvidenceRetrieval       = "retrieval"       // the pending version retrieved its connector's credentials
	EvidenceProbe           = "probe"           // a receiver verified the pending signing secret
)

// Evidence is the proof that a pending version is in use.
type Evidence struct {
	Kind  string
	At    time.Time
	Actor string
}

// Version is one value of a credential, without the value.
type Version struct {
	Number        int64
	State         State
	IssuedAt      time.Time
	CurrentSince  time.Time // zero unless current, previous, or ended after having been current
	PreviousSince time.Time // zero unless previous, or retired from it
	Deadline      time.Time // when it ends by itself, or a stage does: pending, previous, and current if Bounded
	EndedAt       time.Time
	EndedBy       string
	EndReason     string
	PromotedBy    string // who made it current; empty for a version issued as current
	Forced        bool   // made current without the required evidence
	Evidence      *Evidence
	LastUsedAt    time.Time
	RolledBack    bool // pending after a rollback: it is cancelled at its deadline, whatever the evidence

	// Bounded says that a newer version was revoked in the overlap with this one. It keeps the deadline of that overlap,
	// in whatever state, so that no consumer keeps an old value for good.
	Bounded bool
}

// Hold stops every rotation of a credential until it is released. Revocation and deadlines still work.
type Hold struct {
	Reason string
	At     time.Time
	By     string
	ByName string // the name of By; empty where it has none
}

// Phase says how far a rotation of a credential is. It follows from the versions and is never stored.
type Phase string

// The phases of a credential, by the versions that are valid in them.
const (
	PhaseStable   Phase = "stable"   // current
	PhaseStaged   Phase = "staged"   // current and pending
	PhaseDraining Phase = "draining" // current and previous
	PhaseRevoked  Phase = "revoked"  // none
)

// Credential is everything that the rules need of one secret.
type Credential struct {
	Versions []Version // every valid version at least; the rules leave ended ones untouched
	Highest  int64     // the highest number ever given out under this name, cancelled ones included
	Version  int64     // the number a consumer should hold; 0 before the first; phase revoked keeps the last one
	Hold     *Hold
	// Quarantine is why its versions up to a number are refused; nil for none.
	Quarantine *Quarantine
	ExpiresAt  time.Time // zero: never

	// UnusedFrom is from when on the absence of a use counts, if there was none since: see UnusedAt.
	UnusedFrom time.Time
	// Announced is the quarantine that comes because nobody uses it; nil for none.
	Announced *Announcement

	// RequestedAfter is the highest number at the time of the last request for a rotation. The request is open until
	// the current number is above it (see Request).
	RequestedAfter int64
	// NotEnforced says that a probe found a receiver that verifies nothing, so the pending version cannot be proven.
	NotEnforced bool
}

// Phase computes the phase from the stored versions, as of the last settling.
func (c Credential) Phase() Phase { return c.Numbers().Phase }

// PhaseEnds returns the deadline at which the phase ends by itself; zero for revoked, and for stable unless the current
// version is bounded.
func (c Credential) PhaseEnds() (at time.Time) {
	for i := range c.Versions {
		v := &c.Versions[i]
		if v.State.Valid() && !v.Deadline.IsZero() && (at.IsZero() || v.Deadline.Before(at)) {
			at = v.Deadline
		}
	}
	return at
}

// CurrentEnds returns the deadline of a current version that is bounded; zero otherwise.
func (c Credential) CurrentEnds() time.Time {
	v, _ := c.Current()
	return v.Deadline
}

// Current returns a copy of the current version.
func (c Credential) Current() (Version, bool) { return c.in(StateCurrent) }

// Pending returns a copy of the pending version.
func (c Credential) Pending() (Version, bool) { return c.in(StatePending) }

// Previous returns a copy of the previous version.
func (c Credential) Previous() (Version, bool) { return c.in(StatePrevious) }

// Unproven returns a copy of the version that was not yet seen in use: the pending one, or in an overlap the current
// one that was promoted without evidence.
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

// NextVersion is the number of the next version issued.
func (c Credential) NextVersion() int64 { return c.Highest + 1 }

// Requested reports whether a request for a rotation is open: the version that is to replace the current one is not
// issued yet.
func (c Credential) Requested() bool {
	current, ok := c.Current()
	return ok && current.Number <= c.RequestedAfter
}

// NextDeadline is the first moment at which Settle will have something to do; zero when there is none.
func (c Credential) NextDeadline() time.Time {
	at := c.PhaseEnds()
	if q := c.Quarantine; q != nil && (at.IsZero() || !at.Before(q.Until)) {
		at = q.Until
	}
	if c.expires() && (at.IsZero() || !at.Before(c.ExpiresAt)) {
		at = c.ExpiresAt
	}
	return at
}

// expires reports whether something is left that expires_at will end.
func (c Credential) expires() bool { return !c.ExpiresAt.IsZero() && c.Phase() != PhaseRevoked }

// pausedAt reports whether a deadline has passed and waits for the clock to be trusted.
func (c Credential) pausedAt(p Policy, now time.Time) bool {
	at := c.NextDeadline()
	return p.Paused && !at.IsZero() && !now.Before(at)
}

// ValidAt decides whether a version is accepted at a moment, from the stored timestamps alone. A deadline that has
// passed counts even if it is not settled yet, and a version in quarantine is not accepted.
func (c Credential) ValidAt(p Policy, number int64, now time.Time) bool {
	v, ok := c.Lookup(number)
	if !ok || !v.State.Valid() || c.expired(now) || c.Quarantine.Covers(number) {
		return false
	}
	switch ends := c.CurrentEnds(); {
	case v.State == StatePrevious:
		return now.Before(v.Deadline)
	case v.State == StatePending:
		return now.Before(v.Deadline) || p.atStageDeadline(v).promotes || v.takesOver(ends)
	case !ends.IsZero() && !now.Before(ends):
		return false
	}
	pending, staged := c.Pending()
	if !staged || now.Before(pending.Deadline) || !p.atStageDeadline(pending).promotes {
		return true
	}
	return now.Before(pending.Deadline.Add(p.Overlap))
}

// takesOver reports whether a pending version becomes current at the end of a bounded current version: it does, unless
// its stage ends before, or it was rolled back.
func (v *Version) takesOver(currentEnds time.Time) bool {
	return v.State == StatePending && !v.RolledBack && !currentEnds.IsZero() && !v.Deadline.Before(currentEnds)
}

// EndsAt is when a version ends by itself, as far as the versions are known now; see Policy.EndsAt.
func (c Credential) EndsAt(p Policy, v Version) time.Time {
	end := p.EndsAt(v, c.ExpiresAt)
	if v.takesOver(c.CurrentEnds()) {
		end = c.ExpiresAt
	}
	if q := c.Quarantine; v.State.Valid() && q.Covers(v.Number) && (end.IsZero() || q.Until.Before(end)) {
		end = q.Until
	}
	return end
}

// expired reports whether expires_at has passed; the credential is valid strictly before it.
func (c Credential) expired(now time.Time) bool {
	return !c.ExpiresAt.IsZero() && !now.Before(c.ExpiresAt)
}

// olderThan reports whether the current version has reached an age; an age of zero is never reached.
func (c Credential) olderThan(age time.Duration, now time.Time) bool {
	v, ok := c.Current()
	return ok && age > 0 && !now.Before(v.CurrentSince.Add(age))
}

// find returns the index of the version in a state that at most one version has; -1 if there is none.
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
