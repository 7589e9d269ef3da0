package limits_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

// Each token has its own rate, and a rate that has changed counts at once.
func TestTokensHaveTheirOwnRates(t *testing.T) {
	tokens, now := limits.NewTokens(), time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	refused := func(id string, perMinute int64, uses int) (n int) {
		t.Helper()
		for range uses {
			if tokens.Take(id, perMinute, now) != nil {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		wait      time.Duration
		id        string
		perMinute int64
		uses      int
		refused   int
	}{
		{0, "a", 6, 10, 4},
		{0, "b", 60, 60, 0},                    // the other one has its own
		{10 * time.Second, "a", 6, 2, 1},       // a sixth of a minute later, one of six is back
		{0, "a", 600, 1, 1},                    // a higher rate gives nothing for the past
		{time.Second, "a", 600, 11, 1},         // but ten a second from now on
		{time.Minute, "a", 600, 600, 0},        // and all of them after a minute
		{time.Minute, "a", 2, 3, 1},            // a lower one counts at once
		{-time.Hour, "a", 2, 1, 1},             // a clock that was set back gives nothing
		{2 * time.Hour, "b", 60, 61, 1},        // a bucket that was forgotten was full
		{30 * time.Second, "b", 60, 31, 1},     // half a minute, half of the rate
		{time.Minute, "c", 1_000_000, 1000, 0}, // the highest
	} {
		now = now.Add(c.wait)
		if got := refused(c.id, c.perMinute, c.uses); got != c.refused {
			t.Errorf("%+v: %d refused", c, got)
		}
	}
	tokens.Take("d", 6, now)
	for range 5 {
		tokens.Take("d", 6, now)
	}
	if r := tokens.Take("d", 6, now); r == nil || r.RetryAfter() != 10 || r.Rate.String() != "6 requests a minute" {
		t.Errorf("%+v", r)
	}
}
