package findings

import (
	"fmt"
	"maps"
	"net/netip"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/finding"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
)

// history is a credential as the rules see it.
func (y *year) history(c *simulatedCredential, now time.Time, t finding.Thresholds) finding.History {
	h := finding.History{Now: now, Complete: true}
	for _, s := range c.granted {
		h.Granted = append(h.Granted, finding.Grant{Scope: s, Since: yearStart.Add(-lifetime * 24 * time.Hour)})
	}
	if c.reusedBy != "" {
		h.ReusedBy = []string{c.reusedBy}
	}
	if newest := c.versions[len(c.versions)-1]; now.After(newest.IssuedAt.Add(maxAge * 24 * time.Hour)) {
		h.OverdueBy = "max_age"
	}
	for _, v := range c.versions {
		v.uses.Merge(&v.waits, uses.PerVersion)
		v.waits = uses.Summary{}
		h.Versions = append(h.Versions, versionOf(v.Version, v.uses, v.State.Valid(), v.Deadline))
	}
	h.Elsewhere = map[string]int{}
	for _, f := range finding.NewNetworks(h, t) {
		n := f.Subject
		used := y.networks[netip.MustParsePrefix(n)]
		for other, first := range used {
			if other != c.index && first.Before(used[c.index]) {
				h.Elsewhere[n]++
			}
		}
	}
	return h
}

// look evaluates some credentials, as the sweep does, and sorts what is found into planted and false.
func (y *year) look(number int, some []*simulatedCredential) {
	now, t := yearStart.Add(time.Duration(number+1)*time.Hour), finding.Defaults()
	for _, c := range some {
		for _, f := range finding.Find(y.history(c, now, t), t) {
			key := fmt.Sprint(f.Kind, c.index, f.Version, f.Subject, f.At.Unix()/86400*btoi(finding.Lasts(f.Kind) > 0))
			if y.open[key] {
				continue
			}
			y.open[key] = true
			if !y.isPlanted(c, f, number) {
				y.falseAlarms[f.Kind]++
			}
		}
	}
}

func btoi(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// simulate lets the year pass. Every credential is looked at every second hour where anything but usual use may show,
// and once a day otherwise.
func simulate(seed uint64) *year {
	y := newYear(seed)
	for number := range yearDays * 24 {
		day := number / 24
		if number%24 == 10 {
			for _, c := range y.credentials {
				if y.random.IntN(14) == 0 {
					y.deploy(c, day)
				}
			}
		}
		at := yearStart.Add(time.Duration(number) * time.Hour)
		for _, c := range y.credentials {
			newest := c.versions[len(c.versions)-1]
			if at.Sub(newest.IssuedAt) >= lifetime*24*time.Hour && number%24 == 9 && !c.neglected {
				y.rotate(c, at)
			}
		}
		y.hour(number)
		for i, c := range y.credentials {
			newest := c.versions[len(c.versions)-1]
			if (number+i)%24 == 0 || at.Sub(newest.IssuedAt) < 25*time.Hour {
				y.look(number, []*simulatedCredential{c})
			}
		}
	}
	return y
}

func (y *year) perWeek() float64 {
	n := 0
	for count := range maps.Values(y.falseAlarms) {
		n += count
	}
	return float64(n) / (float64(yearDays) / 7)
}

func (y *year) missed() (out []string) {
	for _, p := range y.planted {
		if !p.found {
			out = append(out, fmt.Sprintf("%s of credential %d (sort %d) in hour %d", p.kind, p.credential,
				y.credentials[p.credential].sort, p.hour))
		}
	}
	return out
}

// TestYear: a year of ordinary traffic raises fewer than 5 false alarms a week, and every planted incident is found.
func TestYear(t *testing.T) {
	t.Parallel()
	y := simulate(1)
	if y.perWeek() >= 5 {
		t.Errorf("%.1f false alarms a week: %v", y.perWeek(), y.falseAlarms)
	}
	if len(y.planted) != incidents || y.found != incidents {
		t.Errorf("%d of %d incidents are found; missed %v", y.found, len(y.planted), y.missed())
	}
	t.Logf("%.1f false alarms a week: %v", y.perWeek(), y.falseAlarms)
}

// BenchmarkYear prints the figures of docs/benchmarks.md.
func BenchmarkYear(b *testing.B) {
	seed := uint64(1)
	var perWeek, found float64
	for b.Loop() {
		y := simulate(seed)
		perWeek += y.perWeek()
		found += float64(y.found)
		seed++
	}
	b.ReportMetric(perWeek/float64(b.N), "false-alarms/week")
	b.ReportMetric(found/float64(b.N), "incidents-found")
}
