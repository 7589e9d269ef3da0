package findings

import (
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/finding"
)

// incident is something planted.
type incident struct {
	kind       string
	credential int
	hour       int // of the year
	found      bool
}

// plan says which credentials an incident of a kind can happen to, and for how long what is found is its consequence.
var plan = map[string]struct {
	needs  sort
	some   bool // it needs a credential of that sort
	lasts  int  // hours; 0: it goes on
	before int  // the last day of the year on which it may begin; what goes on is found months later
}{
	api.FindingNewNetwork:    {lasts: 48, before: 340},
	api.FindingUnusualVolume: {lasts: 48, before: 340},
	api.FindingUnusualHours:  {needs: officeTime, some: true, lasts: 48, before: 340},
	api.FindingSupersededUse: {needs: always, some: true, lasts: 48, before: 340}, // so that its consumer moves on
	api.FindingOverlapEnding: {lasts: 48, before: 340},
	api.FindingFailureBurst:  {lasts: 48, before: 340},
	api.FindingReusedValue:   {before: 340},
	api.FindingUnusedScope:   {before: 365 - 95},
	api.FindingUnused:        {before: 365 - 95},
	api.FindingOverdue:       {before: 365 - maxAge - 5},
}

// plant plants the incidents: of each kind the same number, from the fourth month on, one for each credential at most.
func (y *year) plant() {
	kinds, victims := slices.Sorted(maps.Keys(plan)), y.random.Perm(simulated)
	for i := range incidents {
		kind := kinds[i%len(kinds)]
		of := plan[kind]
		for n, v := range victims {
			if of.some && y.credentials[v].sort != of.needs {
				continue
			}
			victims = slices.Delete(victims, n, n+1)
			y.planted = append(y.planted, &incident{
				kind: kind, credential: v, hour: (90 + y.random.IntN(of.before-90)) * 24,
			})
			break
		}
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
	case api.FindingFailureBurst:
		if since == 10 {
			newest.refuse(at, 60)
		}
	case api.FindingUnused:
		c.silent = since >= 0
	case api.FindingOverdue:
		c.neglected = since >= 0
	case api.FindingUnusedScope:
		if since == 0 {
			c.asks = c.asks[:1]
		}
	case api.FindingReusedValue:
		if since == 0 {
			c.reusedBy = "connectors con_2"
		}
	default:
		y.overlap(p, c, since, at)
	}
}

// overlap lets a consumer use the previous version of a credential after a rotation.
func (y *year) overlap(p *incident, c *simulatedCredential, since int, at time.Time) {
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

func (v *simulatedVersion) refuse(at time.Time, n int) {
	for range n {
		v.waits.Refuse(at)
	}
}

// isPlanted reports whether a finding is what an incident of its credential causes.
func (y *year) isPlanted(c *simulatedCredential, f finding.Finding, number int) bool {
	for _, p := range y.planted {
		lasts := plan[p.kind].lasts
		if p.credential != c.index || p.kind != f.Kind || number < p.hour || lasts > 0 && number > p.hour+lasts {
			continue
		}
		if !p.found {
			p.found = true
			y.found++
		}
		return true
	}
	return false
}
