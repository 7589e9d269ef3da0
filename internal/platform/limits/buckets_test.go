package limits_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

var epoch = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// refusals counts how many of n requests of a caller are refused at a time.
func refusals(take func(now time.Time) *limits.Refusal, n int, now time.Time) (refused int) {
	for range n {
		if take(now) != nil {
			refused++
		}
	}
	return refused
}

func TestBucketLetsTheBurstThroughAndThenTheRate(t *testing.T) {
	b := limits.NewBuckets(limits.Reserve, limits.Rate{Requests: 5, Per: time.Second, Burst: 10})
	take := func(now time.Time) *limits.Refusal { return b.Take("a", now) }
	if got := refusals(take, 15, epoch); got != 5 {
		t.Errorf("%d of 15 were refused at once, want 5", got)
	}
	refusal := b.Take("a", epoch)
	if refusal == nil || refusal.Limit != limits.Reserve || refusal.Wait != 200*time.Millisecond ||
		refusal.RetryAfter() != 1 {
		t.Errorf("%+v", refusal)
	}
	if b.Take("b", epoch) != nil {
		t.Error("another caller was refused")
	}
	if got := refusals(take, 6, epoch.Add(time.Second)); got != 1 {
		t.Errorf("%d of 6 were refused a second later, want 1: what was refused must not count", got)
	}
	if got := refusals(take, 11, epoch.Add(time.Hour)); got != 1 {
		t.Errorf("%d of 11 were refused after an hour, want 1", got)
	}
	if got := refusals(take, 1, epoch); got != 1 {
		t.Error("a clock that was set back gave requests back")
	}
}

func TestZeroIsNoLimit(t *testing.T) {
	b := limits.NewBuckets(limits.Address, limits.Rate{})
	if got := refusals(func(now time.Time) *limits.Refusal { return b.Take("a", now) }, 1000, epoch); got != 0 {
		t.Errorf("%d were refused", got)
	}
	c := limits.NewCallers(limits.Rate{}, limits.Rate{})
	got := refusals(func(now time.Time) *limits.Refusal { return c.Take("acme/staging", "a", now) }, 1000, epoch)
	if got != 0 {
		t.Errorf("%d were refused", got)
	}
}

// TestIdleCallersAreForgotten: the memory is bounded by the callers of a few seconds, and by a number. Callers beyond
// that number share one bucket, and those that are known keep theirs.
func TestIdleCallersAreForgotten(t *testing.T) {
	b := limits.NewBuckets(limits.Address, limits.Rate{Requests: 1, Per: time.Second, Burst: 2})
	for i := range limits.MostKept + 10 {
		b.Take(fmt.Sprint(i), epoch)
	}
	if got := b.Kept(); got > limits.MostKept+1 {
		t.Errorf("%d are kept", got)
	}
	if b.Take("one more", epoch) == nil {
		t.Error("a caller over the number got a bucket of its own")
	}
	if b.Take("7", epoch) != nil {
		t.Error("a known caller was refused")
	}
	b.Take("later", epoch.Add(time.Minute))
	if got := b.Kept(); got != 1 {
		t.Errorf("%d are kept after a minute, want 1", got)
	}

	c := limits.NewCallers(limits.Rate{Requests: 1, Per: time.Second, Burst: 2}, limits.Rate{
		Requests: 5, Per: time.Second, Burst: 10,
	})
	for i := range 100 {
		c.Take(fmt.Sprint("tenant/", i), fmt.Sprint(i), epoch)
	}
	c.Take("acme/staging", "later", epoch.Add(time.Minute))
	if got := c.Kept(); got != 1 {
		t.Errorf("%d environments are kept after a minute, want 1", got)
	}
}

func TestRateInWords(t *testing.T) {
	for want, r := range map[string]limits.Rate{
		"200 requests a second, and 400 at once": {Requests: 200, Per: time.Second, Burst: 400},
		"60 requests a minute":                   {Requests: 60, Per: time.Minute, Burst: 60},
	} {
		if got := r.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
