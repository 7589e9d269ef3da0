package webhook

import "time"

// Finding is the result of a probe of a receiver.
type Finding string

// The findings.
const (
	// Proven: the receiver accepts the key, and refuses a random one.
	Proven Finding = "proven"
	// NotAccepted: the receiver refuses the key: it does not have it yet.
	NotAccepted Finding = "not_accepted"
	// NotEnforced: the receiver accepts a random key. So its acceptance of the other key proves nothing.
	NotEnforced Finding = "verification_not_enforced"
	// Inconclusive: there was no answer, or another one.
	Inconclusive Finding = "inconclusive"
)

// JudgeProbe returns the finding for two answers: to an event that only the key in question signed, and to a control
// event that a random key signed. Status 0 means that there was no answer, or that the event was not sent.
func JudgeProbe(status, control int) Finding {
	switch {
	case refusesKey(status):
		return NotAccepted
	case accepts(status) && accepts(control):
		return NotEnforced
	case accepts(status) && refusesControl(control):
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

// refusesKey reports whether the answer to the first event can only mean "not genuine". Nothing was accepted yet, so a
// 404 can also mean a wrong path.
func refusesKey(status int) bool {
	switch status {
	case statusBadRequest, statusUnauthorized, statusForbidden, statusUnprocessableEntity:
		return true
	}
	return false
}

// refusesControl reports whether the answer to a control event means "not genuine". A moment before, the receiver
// accepted an event that differs in its signature alone. So any 4xx means it, but for those that ask for another
// attempt, and for 410, by which a receiver says that it is gone.
func refusesControl(status int) bool {
	switch status {
	case statusRequestTimeout, statusGone, statusTooEarly, statusTooManyRequests:
		return false
	}
	return status >= 400 && status <= 499
}

const maxProbeInterval = time.Hour

// ProbeInterval returns the wait before the next probe of a key, given its number of probes: 1, 2, 4 minutes … an hour.
func ProbeInterval(probes int) time.Duration {
	const doublings = 6 // more would exceed an hour
	return min(time.Minute<<min(max(probes-1, 0), doublings), maxProbeInterval)
}

// lastProbe is how long before the end of a stage a version is probed at the latest. It leaves time for the secrets of
// one endpoint, which are probed one after the other.
const lastProbe = 10 * time.Minute

// NextProbe returns when to probe a key again, given its number of probes. stageEnds is zero for a key whose stage does
// not end.
func NextProbe(now time.Time, probes int, stageEnds time.Time) time.Time {
	next, last := now.Add(ProbeInterval(probes)), stageEnds.Add(-lastProbe)
	if !stageEnds.IsZero() && last.After(now) && last.Before(next) {
		return last
	}
	return next
}
