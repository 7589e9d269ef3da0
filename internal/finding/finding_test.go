package finding_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
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
	h.Granted = []string{"messages:*", "orders:read"}
	return h
}

func with(h finding.History, change func(h *finding.History)) finding.History {
	change(&h)
	return h
}

// TestRules has for each rule a history that fires and near misses that do not.
func TestRules(t *testing.T) {
	t.Parallel()
	other := func(first time.Duration) func(v *finding.Version) {
		return func(v *finding.Version) { v.Networks = append(v.Networks, seen("203.0.113.0/24", first, first, 1)) }
	}
	for name, tc := range map[string]struct {
		kind string // empty: a near miss
		h    finding.History
	}{
		"new network":                     {api.FindingNewNetwork, used(30*day, other(time.Hour))},
		"new network while it is learned": {"", used(30*day, other(17*day))},
		"new network that others used, too few": {
			api.FindingNewNetwork,
			with(used(30*day, other(time.Hour)), elsewhere(2)),
		},
		"new network that three others used": {"", with(used(30*day, other(time.Hour)), elsewhere(3))},
		"new network of a version that ended": {
			"",
			used(30*day, func(v *finding.Version) {
				other(time.Hour)(v)
				v.Valid = false
			}),
		},
		"over five times the usual, over 100": {
			api.FindingUnusualVolume,
			used(30*day, func(v *finding.Version) {
				busy(v, 30)
				at(v, now, 151)
			}),
		},
		"five times the usual": {
			"",
			used(30*day, func(v *finding.Version) {
				busy(v, 30)
				at(v, now, 150)
			}),
		},
		"over five times the usual, 100": {
			api.FindingUnusualVolume,
			used(30*day, func(v *finding.Version) {
				at(v, now, 100)
			}),
		},
		"over five times the usual, 99": {
			"",
			used(30*day, func(v *finding.Version) {
				at(v, now, 99)
			}),
		},
		"volume while it is learned": {
			"",
			used(13*day, func(v *finding.Version) {
				at(v, now, 999)
			}),
		},
		"at night": {
			api.FindingUnusualHours,
			used(30*day, func(v *finding.Version) {
				at(v, ago(9*time.Hour), 1)
			}),
		},
		"on a Sunday": {api.FindingUnusualHours, onSunday()},
		"an hour later than ever": {
			"",
			used(30*day, func(v *finding.Version) {
				at(v, ago(-time.Hour), 1)
			}),
		},
		"at night while it is learned": {
			"",
			used(13*day, func(v *finding.Version) {
				at(v, ago(9*time.Hour), 1)
			}),
		},
		"previous version, consumer moved on": {
			api.FindingSupersededUse,
			overlap(3*time.Hour, time.Hour, day),
		},
		"previous version, during a deployment": {"", overlap(3*time.Hour, 2*time.Hour, day)},
		"previous version, by another consumer": {
			"",
			with(overlap(3*time.Hour, time.Hour, day), func(h *finding.History) {
				h.Versions[0].Consumers[0].What = "batch"
			}),
		},
		"previous version ends, still in use": {
			api.FindingOverlapEnding,
			overlap(90*time.Minute, time.Hour, 2*time.Hour),
		},
		"previous version ends, and is not used": {"", overlap(4*time.Hour, 3*time.Hour, 2*time.Hour)},
		"previous version ends later":            {"", overlap(90*time.Minute, time.Hour, 3*time.Hour)},
		"50 refused in an hour": {
			api.FindingFailureBurst,
			used(30*day, func(v *finding.Version) {
				v.Refused[hour(now)] = 50
			}),
		},
		"49 refused in an hour, again and again": {
			"",
			used(30*day, func(v *finding.Version) {
				v.Refused[hour(now)], v.Refused[hour(now)-1] = 49, 49
			}),
		},
		"scope not used for 91 days": {api.FindingUnusedScope, scoped(91*day, 0)},
		"scope used 89 days ago":     {"", scoped(89*day, 0)},
		"scopes that nobody names":   {"", scoped(91*day, 1)},
		"scope of a token that is new": {
			"",
			with(used(89*day, func(v *finding.Version) {
				v.Scopes = []finding.Seen{seen("a:b", 9*day, 0, 9)}
			}), func(h *finding.History) {
				h.Granted = []string{"a:b", "a:c"}
			}),
		},
		"value of another object": {
			api.FindingReusedValue,
			with(used(day, nil), func(h *finding.History) {
				h.ReusedBy = []string{"con_2"}
			}),
		},
		"overdue": {
			api.FindingOverdue,
			with(used(day, nil), func(h *finding.History) {
				h.OverdueBy = "max_age"
			}),
		},
		"not used for 91 days": {
			api.FindingUnused,
			used(200*day, func(v *finding.Version) {
				v.Uses.Last = ago(91 * day)
			}),
		},
		"not used for 89 days": {
			"",
			used(200*day, func(v *finding.Version) {
				v.Uses.Last = ago(89 * day)
			}),
		},
		"never used for 91 days": {
			api.FindingUnused,
			used(91*day, func(v *finding.Version) {
				v.Uses = finding.Seen{}
			}),
		},
		"not used, but uses may be missing": {
			"",
			with(used(200*day, func(v *finding.Version) {
				v.Uses.Last = ago(91 * day)
			}), func(h *finding.History) {
				h.Complete = false
			}),
		},
		"nothing": {"", used(200*day, nil)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kinds := []string{}
			for _, f := range finding.Find(tc.h, finding.Defaults()) {
				kinds = append(kinds, f.Kind)
				if (f.Version == 0) != (finding.Lasts(f.Kind) > 0) || f.At.IsZero() || len(f.Evidence) == 0 {
					t.Errorf("a finding lacks something: %+v", f)
				}
			}
			want := []string{}
			if tc.kind != "" {
				want = []string{tc.kind}
			}
			if !slices.Equal(kinds, want) {
				t.Errorf("found %v, want %v", kinds, want)
			}
		})
	}
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

// TestThresholds: an environment policy changes each threshold.
func TestThresholds(t *testing.T) {
	t.Parallel()
	d, n := "36h", int64(7)
	got, err := finding.ThresholdsOf(api.EnvironmentRules{FindingThresholds: &api.FindingThresholds{
		Learning: &d, MovedOn: &d, OverlapEnding: &d, UnusedScope: &d, Unused: &d,
		SharedNetwork: &n, VolumeFactor: &n, VolumeLeast: &n, FailuresPerHour: &n,
	}})
	const long = 36 * time.Hour
	want := finding.Thresholds{long, long, long, long, long, 7, 7, 7, 7}
	if err != nil || got != want {
		t.Errorf("%+v %v", got, err)
	}
	if got, err := finding.ThresholdsOf(api.EnvironmentRules{}); err != nil || got != finding.Defaults() {
		t.Errorf("%+v %v", got, err)
	}
}
