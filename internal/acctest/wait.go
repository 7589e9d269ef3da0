package acctest

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
)

// WaitFor asks again and again until the answer is yes, for what happens in a process with a real clock. With a fake
// clock nothing needs it.
func WaitFor(tb testing.TB, what string, ask func() bool) {
	tb.Helper()
	if err := launch.WaitFor(tb.Context(), what, startDeadline, func() (bool, error) { return ask(), nil }); err != nil {
		tb.Fatal(err)
	}
}
