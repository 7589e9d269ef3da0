package webhook

import "time"

// Finding is the result of a probe of a receiver.
type Finding string

// The findings.
const (
	// Proven: the receiver accepts the key, and refuses a key that it cannot know.
	Proven Finding = "proven"
	// NotAccepted: the receiver refuses the key, which it does not know yet.
	NotAccepted Finding = "not_accepted"
	// NotEnforced: the receiver accepts a key that it cannot know. So its acceptance of the other key proves nothing.
	NotEnforced Finding = "verification_not_enforced"
	// Inconclusive: there was no answer, or another one.
	Inconclusive Finding = "inconclusive"
)

// JudgeProbe returns the finding for two answers: to an event that only the key in question signed, and to a control
// event that a random key signed. Status 0 means that there was no answer, or that the event was not sent.
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

// NeedsControl reports whether the finding depends on a control event, given the answer to the first event.
func NeedsControl(status int) bool { return accepts(status) }

// Enforces reports whether the receiver verifies signatures. known is false if the finding does not show it.
func (f Finding) Enforces() (enforces, known bool) {
	switch f {
	case Proven, NotAccepted:
		return true, true
	case NotEnforced:
		return false, true
	}
	return false, false
}

// refuses reports whether an answer can only mean "not genuine". A 404, 410 or 5xx has another meaning.
func refuses(status int) bool {
	switch status {
	case statusBadRequest, statusUnauthorized, statusForbidden, statusUnprocessableEntity:
		return true
	}
	return false
}

const maxProbeInterval = time.Hour

// ProbeInterval returns the wait before the next probe of a key, given its number of probes: 1, 2, 4 minutes … an hour.
func ProbeInterval(probes int) time.Duration {
	const doublings = 6 // more would exceed an hour
	return min(time.Minute<<min(max(probes-1, 0), doublings), maxProbeInterval)
}
