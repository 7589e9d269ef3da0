package move

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
)

// TestInTime: a page that takes too long is an outage. Another error, and the end of the caller, stay what they are.
func TestInTime(t *testing.T) {
	t.Parallel()
	waits := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	if err := inTime(t.Context(), time.Millisecond, waits); !errors.Is(err, outage.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := inTime(ended, time.Hour, waits); errors.Is(err, outage.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	other := errors.New("other")
	if err := inTime(t.Context(), time.Hour, func(context.Context) error { return other }); !errors.Is(err, other) {
		t.Errorf("got %v", err)
	}
}
