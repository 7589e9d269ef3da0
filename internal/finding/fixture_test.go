package finding_test

import (
	"maps"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/finding"
)

// now is a Wednesday, 12:00.
var now = time.Date(2026, 5, 13, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func ago(d time.Duration) time.Time { return now.Add(-d) }

func hour(t time.Time) int64 { return t.Unix() / 3600 }

// cell is the hour of the week of a time.
func cell(t time.Time) int64 { return (int64(t.Weekday())+6)%7*24 + int64(t.Hour()) }

func seen(what string, first, last time.Duration, count int64) finding.Seen {
	return finding.Seen{What: what, First: ago(first), Last: ago(last), Count: count}
}

// used is a history of one version that was used from one network at noon of each working day, ten times.
func used(of time.Duration, change func(v *finding.Version)) finding.History {
	v := finding.Version{
		Number: 1, State: finding.StateCurrent, Valid: true, IssuedAt: ago(of), Uses: seen("", of, 0, 100),
		Networks: []finding.Seen{seen("192.0.2.0/24", of, 0, 100)},
		Hours:    map[int64]int64{}, Days: map[int64]int64{}, Week: map[int64]int64{}, Refused: map[int64]int64{},
	}
	for d := of; d >= 0; d -= day {
		at := ago(d)
		if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			continue
		}
		v.Days[hour(at)/24] = 10
		if d < 2*day {
			v.Hours[hour(at)] = 10
		}
		if _, known := v.Week[cell(at)]; !known {
			v.Week[cell(at)] = hour(at)
		}
	}
	if change != nil {
		change(&v)
	}
	return finding.History{Now: now, Versions: []finding.Version{v}, Complete: true}
}

// at adds uses in an hour.
func at(v *finding.Version, when time.Time, n int64) {
	v.Hours[hour(when)] = n
	v.Days[hour(when)/24] = max(v.Days[hour(when)/24], n)
	if _, known := v.Week[cell(when)]; !known {
		v.Week[cell(when)] = hour(when)
	}
}

// overlap is a history with two versions, whose consumer moved on some time ago and used the old one until later.
func overlap(moved, last, left time.Duration) finding.History {
	return finding.History{Now: now, Complete: true, Versions: []finding.Version{
		{
			Number: 1, State: finding.StatePrevious, Valid: true, IssuedAt: ago(30 * day), Deadline: now.Add(left),
			Uses: seen("", 30*day, last, 9), Consumers: []finding.Seen{seen("gateway", 30*day, last, 9)},
		},
		{
			Number: 2, State: finding.StateCurrent, Valid: true, IssuedAt: ago(day), Uses: seen("", moved, 0, 9),
			Consumers: []finding.Seen{seen("gateway", moved, 0, 9)},
		},
	}}
}

// scoped is a history of a token with two scopes, of which one was last used some time ago.
func scoped(last time.Duration, unscoped int64) finding.History {
	h := used(200*day, func(v *finding.Version) {
		v.Scopes = []finding.Seen{seen("messages:send", 200*day, 0, 9), seen("orders:read", 200*day, last, 1)}
		v.Unscoped = unscoped
	})
	h.Granted = []finding.Grant{
		{Scope: "messages:*", Since: ago(200 * day)}, {Scope: "orders:read", Since: ago(200 * day)},
	}
	return h
}

// grantedAgo is the history of a token with a scope that nobody ever used.
func grantedAgo(d time.Duration) finding.History {
	return with(scoped(0, 0), func(h *finding.History) {
		h.Granted = append(h.Granted, finding.Grant{Scope: "a:b", Since: ago(d)})
	})
}

func with(h finding.History, change func(h *finding.History)) finding.History {
	change(&h)
	return h
}

func elsewhere(n int) func(h *finding.History) {
	return func(h *finding.History) { h.Elsewhere = map[string]int{"203.0.113.0/24": n} }
}

func busy(v *finding.Version, n int64) {
	for d := range maps.Keys(v.Days) {
		v.Days[d] = n
	}
}

// onSunday is a use on a Sunday, by a credential that is used on working days.
func onSunday() finding.History {
	h := used(30*day, func(v *finding.Version) { at(v, ago(3*day), 1) })
	return h
}
