package acctest

import (
	"testing"
	"time"
)

// WaitFor asks again and again until the answer is yes, for what happens in a process with a real clock. With a fake clock nothing needs it.
func WaitFor(t testing.TB, what string, ask func() bool) {
	t.Helper()
	deadline := time.NewTimer(startDeadline)
	defer deadline.Stop()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !ask() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%s: not within %s", what, startDeadline)
		}
	}
}
