package findings

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/finding"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

const (
	simulated = 200 // credentials
	incidents = 20
	yearDays  = 365
	lifetime  = 90 // days, of a version
)

// yearStart is a Monday.
var yearStart = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// sort is how a simulated credential is used.
type sort int

const (
	always     sort = iota // a service, day and night
	officeTime             // a tool of people: working days, not on holidays, sometimes late
	nightly                // a job of each night
	monthly                // a service with a large batch on the first of the month
)

// simulatedCredential is one credential of the year.
type simulatedCredential struct {
	index    int
	sort     sort
	cluster  int
	rate     float64 // uses in a usual hour
	begins   int     // hour of a working day, or of the job
	pods     []netip.Prefix
	scopes   []string
	versions []*simulatedVersion
	moves    time.Time // when its consumer takes the newest version
}

type simulatedVersion struct {
	rotation.Version
	uses  *uses.Summary
	waits uses.Summary // is merged before the version is looked at
}

// incident is something planted.
type incident struct {
	kind       string
	credential int
	hour       int // of the year
	found      bool
}

// year simulates one year.
type year struct {
	random      *rand.Rand
	credentials []*simulatedCredential
	planted     []*incident
	networks    map[netip.Prefix]map[int]time.Time // when each credential first used a network
	open        map[string]bool
	falseAlarms map[string]int
	found       int
}

func newYear(seed uint64) *year {
	y := &year{
		random: rand.New(rand.NewPCG(seed, 1)), networks: map[netip.Prefix]map[int]time.Time{}, open: map[string]bool{},
		falseAlarms: map[string]int{},
	}
	for i := range simulated {
		c := &simulatedCredential{
			index: i, cluster: i % 4, rate: 1 + y.random.ExpFloat64()*40, begins: 7 + y.random.IntN(3),
			scopes: []string{"messages:send", "messages:read"},
		}
		switch r := y.random.IntN(10); {
		case r < 5:
			c.sort = always
		case r < 8:
			c.sort = officeTime
		case r < 9:
			c.sort, c.begins = nightly, y.random.IntN(5)
		default:
			c.sort = monthly
		}
		y.credentials = append(y.credentials, c)
		y.deploy(c, 0)
		y.rotate(c, yearStart.Add(-time.Duration(y.random.IntN(lifetime))*24*time.Hour))
	}
	y.plant()
	return y
}

// plant plants the incidents: of each kind several, from the fourth month on, one for each credential at most.
func (y *year) plant() {
	kinds := []string{
		api.FindingNewNetwork, api.FindingUnusualVolume, api.FindingUnusualHours, api.FindingSupersededUse,
		api.FindingOverlapEnding,
	}
	victims := y.random.Perm(simulated)
	for i := range incidents {
		kind := kinds[i%len(kinds)]
		for n, v := range victims {
			needs, some := map[string]sort{
				api.FindingUnusualHours: officeTime, api.FindingSupersededUse: always, // so that its consumer moves on
			}[kind]
			if !some || y.credentials[v].sort == needs {
				victims = slices.Delete(victims, n, n+1)
				y.planted = append(y.planted, &incident{kind: kind, credential: v, hour: (90 + y.random.IntN(250)) * 24})
				break
			}
		}
	}
}

// deploy gives a credential new pods, in some of the networks of its cluster, which gets more networks over the year.
func (y *year) deploy(c *simulatedCredential, day int) {
	c.pods = nil
	size := 6 + day/60
	for range 1 + y.random.IntN(3) {
		n := netip.AddrFrom4([4]byte{10, byte(c.cluster), byte(y.random.IntN(size)), 0})
		c.pods = append(c.pods, netip.PrefixFrom(n, 24))
	}
}

// rotate issues a version. The consumer moves within hours; what had the version before ends a day later.
func (y *year) rotate(c *simulatedCredential, at time.Time) {
	for _, v := range c.versions {
		if v.State == rotation.StateCurrent {
			v.State, v.Deadline = rotation.StatePrevious, at.Add(24*time.Hour)
		}
	}
	v := &simulatedVersion{uses: &uses.Summary{}}
	v.Number, v.State, v.IssuedAt = int64(len(c.versions))+1, rotation.StateCurrent, at
	c.versions = append(c.versions, v)
	c.moves = at.Add(time.Duration(1+y.random.IntN(8)) * time.Hour)
}

func holiday(day int) bool {
	return slices.Contains([]int{88, 91, 116, 137, 207, 299, 350, 351, 354}, day)
}

// rateAt is how many uses an hour has on average.
func (y *year) rateAt(c *simulatedCredential, at time.Time, day int) float64 {
	h, weekend := at.Hour(), at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
	busy := 1.0
	if h >= 8 && h < 18 && !weekend && !holiday(day) {
		busy = 3
	}
	switch c.sort {
	case officeTime:
		if weekend || holiday(day) || h < c.begins || h > c.begins+9 {
			if !weekend && h == c.begins+10 && y.random.IntN(10) == 0 {
				return 1 // somebody stays late
			}
			return 0
		}
		return c.rate
	case nightly:
		if h == c.begins {
			return 10 * c.rate
		}
		return 0
	case monthly:
		if at.Day() == 1 && (h == 3 || h == 4) {
			return 20 * c.rate
		}
	}
	return c.rate * busy
}

// use adds uses of an hour.
func (c *simulatedCredential) use(v *simulatedVersion, at time.Time, n int64, from netip.Prefix, by string) {
	if n == 0 {
		return
	}
	once := uses.Span{First: at, Last: at.Add(59 * time.Minute), Count: n}
	w := &v.waits
	w.Span = w.And(once)
	if w.Networks == nil {
		w.Networks, w.Scopes = uses.Counts[netip.Prefix]{}, uses.Counts[string]{}
		w.Consumers, w.Activity.Hours = uses.Counts[uses.Consumer]{}, map[int64]int64{}
	}
	w.Networks[from] = w.Networks[from].And(once)
	consumer := uses.Consumer{How: "introspection", Actor: "prn_1", Name: by}
	w.Consumers[consumer] = w.Consumers[consumer].And(once)
	w.Activity.Hours[uses.HourOf(at)] += n
	for _, s := range c.scopes {
		w.Scopes[s] = w.Scopes[s].And(once)
	}
}

func (y *year) poisson(mean float64) int64 {
	return max(0, int64(mean+y.random.NormFloat64()*max(1, mean)*0.3+0.5))
}

// hour adds the uses of one hour of all credentials.
func (y *year) hour(number int) {
	at, day := yearStart.Add(time.Duration(number)*time.Hour), number/24
	for _, c := range y.credentials {
		newest := c.versions[len(c.versions)-1]
		from := newest
		if len(c.versions) > 1 && at.Before(c.moves) {
			from = c.versions[len(c.versions)-2]
		}
		if rate := y.rateAt(c, at, day); rate > 0 {
			pod := c.pods[y.random.IntN(len(c.pods))]
			y.note(c, pod, at)
			c.use(from, at, y.poisson(rate), pod, "service")
		}
		for _, v := range c.versions {
			if v.State == rotation.StatePrevious && !at.Before(v.Deadline) {
				v.State = rotation.StateRetired
			}
		}
	}
	for _, p := range y.planted {
		y.happen(p, number, at)
	}
}

// note notes that a credential used a network.
func (y *year) note(c *simulatedCredential, n netip.Prefix, at time.Time) {
	if y.networks[n] == nil {
		y.networks[n] = map[int]time.Time{}
	}
	if _, known := y.networks[n][c.index]; !known {
		y.networks[n][c.index] = at
	}
}

// happen lets a planted incident happen.
func (y *year) happen(p *incident, number int, at time.Time) {
	c := y.credentials[p.credential]
	newest := c.versions[len(c.versions)-1]
	since := number - p.hour
	switch p.kind {
	case api.FindingNewNetwork:
		if since == 14 {
			n := netip.PrefixFrom(netip.AddrFrom4([4]byte{203, 0, byte(p.credential), 0}), 24)
			y.note(c, n, at)
			c.use(newest, at, 3, n, "service")
		}
	case api.FindingUnusualVolume:
		if since == 11 {
			c.use(newest, at, 200+int64(130*c.rate), c.pods[0], "service")
		}
	case api.FindingUnusualHours:
		if since == 2 {
			c.use(newest, at, 2, c.pods[0], "service")
		}
	case api.FindingSupersededUse, api.FindingOverlapEnding:
		if since == 0 {
			y.rotate(c, at)
			c.moves = at.Add(time.Hour)
		}
		late := since > 2 && since < 9 && p.kind == api.FindingSupersededUse
		forgotten := since > 0 && since < 24 && p.kind == api.FindingOverlapEnding
		if late || forgotten {
			by := "service"
			if forgotten {
				by = "forgotten"
			}
			c.use(c.versions[len(c.versions)-2], at, 2, c.pods[0], by)
		}
	}
}

// history is a credential as the rules see it.
func (y *year) history(c *simulatedCredential, now time.Time, t finding.Thresholds) finding.History {
	h := finding.History{Now: now, Granted: c.scopes, Complete: true}
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

// isPlanted reports whether a finding is what an incident of its credential causes, within two days after it.
func (y *year) isPlanted(c *simulatedCredential, f finding.Finding, number int) bool {
	for _, p := range y.planted {
		if p.credential != c.index || number < p.hour || number > p.hour+48 {
			continue
		}
		if p.kind == f.Kind && !p.found {
			p.found = true
			y.found++
		}
		if p.kind == f.Kind {
			return true
		}
	}
	return false
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
			if at.Sub(newest.IssuedAt) >= lifetime*24*time.Hour && number%24 == 9 {
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
