package acctest

import (
	"testing"
	"time"
)

// WaitFor asks again and again until the answer is yes, for what happens in a process with a real clock. With a fake clock nothing needs it.
func WaitFor(tb testing.TB, what string, ask func() bool) {
	tb.Helper()
	deadline := time.NewTimer(startDeadline)
	defer deadline.Stop()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !ask() {
		select {
		case <-tick.C:
		case <-deadline.C:
			tb.Fatalf("%s: not within %s", what, startDeadline)
		}
	}
}
