// Package rotation holds the rules by which a credential's versions come, overlap and go.
//
// Everything here is a pure function over plain values: no I/O, no clock, no randomness. Whoever calls passes the
// moment, stores what comes back, and writes one audit event per Transition. Arguments are never changed.
package rotation

import "time"

// State says what one version is to its credential.
type State string

// The states of a version. Pending, current and previous versions are valid; the others never are again.
const (
	StatePending  State = "pending"
	StateCurrent  State = "current"
	StatePrevious State = "previous"
	StateRetired  State = "retired"
	StateRevoked  State = "revoked"
)

// Valid tells whether a version in this state is accepted, deadlines aside (see Credential.ValidAt).
func (s State) Valid() bool {
	return s == StatePending || s == StateCurrent || s == StatePrevious
}

// The kinds of evidence.
const (
	EvidenceAcknowledgement = "acknowledgement" // somebody said so
	EvidenceIntrospection   = "introspection"   // a runtime principal introspected the pending version
	EvidenceExchange        = "exchange"        // the pending version was exchanged for an access token
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
	Deadline      time.Time // when a pending or previous version ends by itself; zero in every other state
	EndedAt       time.Time
	EndedBy       string
	EndReason     string
	PromotedBy    string // who made it current; empty for a version issued as current
	Forced        bool   // made current without the evidence that was asked for
	Evidence      *Evidence
	LastUsedAt    time.Time
	RolledBack    bool // pending because a rollback took its place away: cancelled at its deadline, whatever the evidence
}

// Hold stops every rotation of a credential until somebody releases it. Revocation and deadlines still work.
type Hold struct {
	Reason string
	At     time.Time
	By     string
}
