package webhook

import "time"

// Finding is what a probe of a receiver has shown.
type Finding string

// The findings.
const (
	// Proven: the receiver accepts the key, and refuses a key that nobody knows.
	Proven Finding = "proven"
	// NotAccepted: the receiver refuses the key: it does not know it yet.
	NotAccepted Finding = "not_accepted"
	// NotEnforced: the receiver accepts a key that nobody knows. That it accepts the other one proves nothing.
	NotEnforced Finding = "verification_not_enforced"
	// Inconclusive: the receiver could not be asked, or answered something else.
	Inconclusive Finding = "inconclusive"
)

// JudgeProbe decides by two answers: to an event that only the key in question signed, and to a control event that a throw-away key signed.
// A status of 0 is no answer, or an event that was not sent.
func JudgeProbe(status, control int) Finding {
	switch {
	case refuses(status):
		return NotAccepted
	case accepts(status) && accepts(control):
		return NotEnforced
	case accepts(status) && refuses(control):
		return Proven
	}
	return Inconclusive
}

// NeedsControl tells whether the answer to the first event of a probe leaves something for the control event to show.
func NeedsControl(status int) bool { return accepts(status) }

// Enforces tells whether a finding shows that the receiver verifies signatures; known is false where it shows neither.
func (f Finding) Enforces() (enforces, known bool) {
	switch f {
	case Proven, NotAccepted:
		return true, true
	case NotEnforced:
		return false, true
	}
	return false, false
}

// refuses tells whether an answer can only mean "this is not genuine". A 404 or a 410 means another thing, and a 5xx none at all.
func refuses(status int) bool {
	switch status {
	case statusBadRequest, statusUnauthorized, statusForbidden, statusUnprocessableEntity:
		return true
	}
	return false
}

const maxProbeInterval = time.Hour

// ProbeInterval is how long to wait after so many probes of the same key before the next: one minute, two, four … an hour.
func ProbeInterval(probes int) time.Duration {
	const doublings = 6 // beyond which it is more than an hour
	return min(time.Minute<<min(max(probes-1, 0), doublings), maxProbeInterval)
}
