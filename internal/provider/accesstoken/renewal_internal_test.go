package accesstoken

import (
	"testing"
	"time"
)

// After a fault there are several tries before the end of the access token, at least five seconds apart, and none that
// comes too late.
func TestAgainAt(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ left, asked, want time.Duration }{
		{1200 * time.Second, 0, time.Minute},
		{122 * time.Second, 0, 40 * time.Second},
		{20 * time.Second, 0, 6 * time.Second},
		{10 * time.Second, 0, leastWait},
		{leastWait + leastLeft, 0, leastWait},
		{leastWait + leastLeft - time.Second, 0, 0},
		{0, 0, 0},
		{-time.Hour, 0, 0},
		{1200 * time.Second, 10 * time.Second, time.Minute},
		{122 * time.Second, time.Minute, time.Minute},
		{20 * time.Second, time.Minute, 18 * time.Second},
		{leastWait + leastLeft, time.Hour, leastWait},
	} {
		got := againAt(now.Add(c.left), now, c.asked)
		if c.want == 0 && !got.IsZero() || c.want != 0 && !got.Equal(now.Add(c.want)) {
			t.Errorf("%s left, %s asked for: %s, want %s", c.left, c.asked, got.Sub(now), c.want)
		}
	}
	tries := 0
	for at, ends := now, now.Add(20*time.Second); !at.IsZero(); tries++ {
		at = againAt(ends, at, 0)
	}
	if tries < 3 {
		t.Errorf("%d tries in the last 20 seconds", tries)
	}
}
