package platform_test

import (
	"net/http"
	"testing"
	"time"
)

// A receiver whose clock is wrong asks for a minute, by its own clock: it gets a minute.
func TestPauseByTheClockOfTheReceiver(t *testing.T) {
	w := newWorld(t)
	for name, skew := range map[string]time.Duration{"ahead": time.Hour, "behind": -time.Hour, "right": 0} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			h := w.newHook(name, nil)
			theirs := w.clock.Now().Add(skew)
			h.says(with(http.StatusServiceUnavailable,
				header{"Date", theirs.Format(http.TimeFormat)},
				header{"Retry-After", theirs.Add(time.Minute).Format(http.TimeFormat)}))
			w.sent(h.endpoint)
			w.deliver()
			want := w.clock.Now().Add(time.Minute)
			if e := w.endpoint(h.endpoint); e.PausedUntil == nil || !e.PausedUntil.Equal(want) {
				t.Errorf("paused until %v, want %v", e.PausedUntil, want)
			}
		})
	}
}
