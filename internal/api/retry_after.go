package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RetryAfter reads the header Retry-After of an answer (RFC 9110): seconds, or a date. A date counts from the answer's
// own Date, so that the clocks of the two sides need not agree; without one it counts from now. The result is at least
// 0 and at most most. ok is false where the header says nothing.
func RetryAfter(h http.Header, now time.Time, most time.Duration) (wait time.Duration, ok bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	seconds, err := strconv.ParseInt(value, 10, 64)
	switch {
	case err == nil:
		return time.Duration(min(max(seconds, 0), int64(most/time.Second))) * time.Second, true
	case errors.Is(err, strconv.ErrRange):
		return cut(most, strings.HasPrefix(value, "-")), true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), most), true // Sub does not overflow: it stops at the longest duration
}

// cut returns most, or 0 for what lies in the past.
func cut(most time.Duration, past bool) time.Duration {
	if past {
		return 0
	}
	return most
}
