package clock

import "time"

const (
	// backwardBy is how far the wall clock may be behind the newest time in the database: a little is what NTP corrects.
	backwardBy = 10 * time.Second
	// forwardBy is how much the wall clock may gain on the monotonic clock.
	forwardBy = 5 * time.Minute
)

// Reason names why a clock is trusted, or in doubt.
type Reason string

// The reasons of a Verdict.
const (
	Steady   Reason = "steady"   // nothing speaks against it
	Accepted Reason = "accepted" // it jumped, and an operator said that the new time is right
	Backward Reason = "backward" // it is behind a time that was written before
	Forward  Reason = "forward"  // it gained on the monotonic clock
)

// Verdict says whether a clock is in doubt, and by how much it jumped.
type Verdict struct {
	Reason Reason
	By     time.Duration // 0 unless in doubt
}

// InDoubt reports whether the clock may be wrong.
func (v Verdict) InDoubt() bool { return v.Reason == Backward || v.Reason == Forward }

// Jump returns by how much the clock jumped; less than 0 for backward.
func (v Verdict) Jump() time.Duration {
	if v.Reason == Backward {
		return -v.By
	}
	return v.By
}

// Known is what a reading is judged by. Times that were read while the clock was in doubt are not in it, apart from
// Jumped.
type Known struct {
	Written  time.Time // the newest time in the database; zero for none
	Trusted  Reading   // an earlier reading of this process; its zero value for none
	Accepted bool      // Trusted is the time that an operator accepted
	// Jumped is what the wall clock showed when a forward jump was found that nobody has accepted; zero for none. It
	// counts until this process has trusted a reading: a restart in doubt is not a way out of it.
	Jumped time.Time
}

// Judge decides whether the clock can be trusted at a reading.
func Judge(now Reading, k Known) Verdict {
	if behind := k.Written.Sub(now.Wall); !k.Written.IsZero() && behind > backwardBy {
		return Verdict{Reason: Backward, By: behind}
	}
	if k.Trusted.Wall.IsZero() {
		return judgeStart(now, k)
	}
	gained := now.Wall.Sub(k.Trusted.Wall) - (now.Monotonic - k.Trusted.Monotonic)
	switch {
	case gained >= forwardBy:
		return Verdict{Reason: Forward, By: gained}
	case k.Accepted:
		return Verdict{Reason: Accepted}
	}
	return Verdict{Reason: Steady}
}

// judgeStart judges the first readings of a process. However long it did not run, that is no jump. Where an earlier
// process found one, the clock is back when it shows less than it showed then.
func judgeStart(now Reading, k Known) Verdict {
	if !k.Jumped.IsZero() && k.Jumped.Sub(now.Wall) <= backwardBy {
		return Verdict{Reason: Forward, By: now.Wall.Sub(k.Written)}
	}
	return Verdict{Reason: Steady}
}
