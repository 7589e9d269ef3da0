package findings

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

const (
	simulated = 200 // credentials
	incidents = 30
	yearDays  = 365
	lifetime  = 90  // days, of a version
	maxAge    = 120 // days, by the rotation policy
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
	granted  []string
	asks     []string // for these scopes
	versions []*simulatedVersion
	moves    time.Time // when its consumer takes the newest version

	silent, neglected bool   // nobody uses it any more, or rotates it
	reusedBy          string // another object with the value of its newest version
}

type simulatedVersion struct {
	rotation.Version
	uses  *uses.Summary
	waits uses.Summary // is merged before the version is looked at
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
			granted: []string{"messages:send", "messages:read"}, asks: []string{"messages:send", "messages:read"},
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
	c.moves, c.reusedBy = at.Add(time.Duration(1+y.random.IntN(8))*time.Hour), ""
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
	for _, s := range c.asks {
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
		if y.random.IntN(4000) == 0 {
			newest.refuse(at, 1+y.random.IntN(40)) // somebody deploys a wrong setting, and takes it back
		}
		if rate := y.rateAt(c, at, day); rate > 0 && !c.silent {
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
