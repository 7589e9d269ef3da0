package finding_test

import (
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/finding"
)

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
		"scope not used for 91 days":                  {api.FindingUnusedScope, scoped(91*day, 0)},
		"scope that nobody used, granted 91 days ago": {api.FindingUnusedScope, grantedAgo(91 * day)},
		"scope that nobody used, granted 89 days ago": {"", grantedAgo(89 * day)},
		"scope used 89 days ago":                      {"", scoped(89*day, 0)},
		"scopes that nobody names":                    {"", scoped(91*day, 1)},
		"scope of a token that is new": {
			"",
			with(used(89*day, func(v *finding.Version) {
				v.Scopes = []finding.Seen{seen("a:b", 9*day, 0, 9)}
			}), func(h *finding.History) {
				h.Granted = []finding.Grant{{Scope: "a:b", Since: ago(89 * day)}, {Scope: "a:c", Since: ago(89 * day)}}
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
