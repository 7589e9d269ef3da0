package rotation

import (
	"testing"
	"time"
)

func TestSelection(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	span := func(d time.Duration) *time.Duration { return &d }
	policy := Policy{MaxAge: 60 * day}
	aged := func(age time.Duration) Credential {
		return Credential{Versions: []Version{{Number: 1, State: StateCurrent, CurrentSince: now.Add(-age)}}}
	}
	held := aged(60 * day)
	held.Hold = &Hold{Reason: "test"}
	for name, x := range map[string]struct {
		s      Selection
		c      Credential
		expiry time.Time
		takes  bool
	}{
		"nothing":                {Selection{}, Credential{}, time.Time{}, true},
		"old enough":             {Selection{OlderThan: span(day)}, aged(day), time.Time{}, true},
		"not old enough":         {Selection{OlderThan: span(day)}, aged(day - 1), time.Time{}, false},
		"no current version":     {Selection{OlderThan: span(0)}, Credential{}, time.Time{}, false},
		"overdue":                {Selection{Overdue: true}, aged(60 * day), time.Time{}, true},
		"overdue on hold":        {Selection{Overdue: true}, held, time.Time{}, true},
		"not overdue":            {Selection{Overdue: true}, aged(60*day - 1), now.Add(1), false},
		"overdue by its end":     {Selection{Overdue: true}, aged(0), now, true},
		"ended, without current": {Selection{Overdue: true}, Credential{}, now, false},
		"ends":                   {Selection{ExpiresWithin: span(day)}, aged(0), now.Add(day), true},
		"ends later":             {Selection{ExpiresWithin: span(day)}, aged(0), now.Add(day + 1), false},
		"never ends":             {Selection{ExpiresWithin: span(day)}, aged(0), time.Time{}, false},
		"has ended":              {Selection{ExpiresWithin: span(0)}, Credential{}, now.Add(-1), true},
		"one of two": {
			Selection{OlderThan: span(day), ExpiresWithin: span(day)}, aged(day), now.Add(day + 1), false,
		},
	} {
		if got := x.s.Takes(x.c, policy, x.expiry, now); got != x.takes {
			t.Errorf("%s: %v", name, got)
		}
	}
}
