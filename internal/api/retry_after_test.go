package api

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	const most = 24 * time.Hour
	for name, tt := range map[string]struct {
		value, date string
		want        time.Duration
		ok          bool
	}{
		"none":                      {"", "", 0, false},
		"nonsense":                  {"soon", at(0), 0, false},
		"seconds":                   {"90", at(time.Hour), 90 * time.Second, true},
		"negative":                  {"-5", "", 0, true},
		"too many seconds":          {"31536000", "", most, true},
		"the most seconds":          {"9223372036854775807", "", most, true},
		"more digits than a number": {"99999999999999999999", "", most, true},
		"below every number":        {"-99999999999999999999", "", 0, true},
		"a date":                    {at(time.Minute), "", time.Minute, true},
		"a date in the past":        {at(-time.Minute), "", 0, true},
		"the year 9999":             {"Fri, 31 Dec 9999 23:59:59 GMT", "", most, true},
		"the year 1":                {"Mon, 01 Jan 0001 00:00:00 GMT", "", 0, true},
		"their clock is ahead":      {at(time.Hour + time.Minute), at(time.Hour), time.Minute, true},
		"their clock is behind":     {at(time.Minute - time.Hour), at(-time.Hour), time.Minute, true},
		"both from the year 9999": {
			"Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:00 GMT", 59 * time.Second, true,
		},
		"a Date that cannot be read": {at(time.Minute), "yesterday", time.Minute, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			h.Set("Retry-After", tt.value)
			if tt.date != "" {
				h.Set("Date", tt.date)
			}
			if got, ok := RetryAfter(h, now, most); got != tt.want || ok != tt.ok {
				t.Errorf("got %s, %v", got, ok)
			}
		})
	}
}
