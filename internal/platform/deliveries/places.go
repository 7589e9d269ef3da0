package deliveries

import (
	"net/url"
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

const (
	// Deliveries to at most placesAtOnce endpoints are made at a time. The last of these places, placesForFirst, are for
	// environments that have none.
	placesAtOnce   = 64
	placesForFirst = 16

	// At most so many places are for the endpoints of one environment, and for those at one host. The environments with
	// endpoints at a host share its places, and none has more than placesOfHost.
	placesPerEnvironment = 16
	placesPerHost        = 16
	placesOfHost         = 8

	// attemptsAtOnce is the limit for one endpoint.
	attemptsAtOnce = 4
)

// place is an endpoint that has a place, or waits for one.
type place struct {
	ref    store.Ref
	host   string // without a port
	origin string // with the port
	late   bool   // its last attempt timed out
	fresh  bool   // nothing was accepted yet from this environment at the origin
	turn   int64  // when it had a place last, of those that are due; 0: not yet
}

// target returns the host of a URL, and its origin: the host with its port.
func target(address string) (host, origin string) {
	u, err := url.Parse(address)
	if err != nil {
		return "", ""
	}
	return strings.ToLower(u.Hostname()), strings.ToLower(u.Host)
}

// attempts is how many attempts may be made at the endpoint at a time.
func (p place) attempts() int {
	if p.fresh {
		return 1
	}
	return attemptsAtOnce
}

// behind reports whether it is uncertain that the endpoint will answer. Such endpoints leave half of every limit to the
// others, so that a receiver that answers never waits for those that do not.
func (p place) behind() bool { return p.late || p.fresh }

// rank orders endpoints: those that answered last, those at a new origin, those that timed out.
func (p place) rank() int {
	switch {
	case p.late:
		return 2
	case p.fresh:
		return 1
	}
	return 0
}

// hostShare is what one environment uses of a host.
type hostShare struct {
	scope store.Scope
	host  string
}

// freshOrigin is an origin at which one environment has no accepted delivery yet.
type freshOrigin struct {
	scope  store.Scope
	origin string
}

// count has the places that are taken, and those of them whose endpoints are behind.
type count struct{ all, behind int }

// full reports whether an endpoint finds no place below a limit.
func (c count) full(p place, limit int) bool {
	return c.all >= limit || p.behind() && c.behind >= max(1, limit/2)
}

// taken counts the places by what limits them.
type taken struct {
	all          count
	environments map[store.Scope]count
	hosts        map[string]count
	shares       map[hostShare]count
	fresh        map[freshOrigin]int

	sharers map[string]int // how many environments have or want places at a host
}

func newTaken(running, waiting []place) *taken {
	t := &taken{
		environments: map[store.Scope]count{}, hosts: map[string]count{}, shares: map[hostShare]count{},
		fresh: map[freshOrigin]int{}, sharers: map[string]int{},
	}
	seen := map[hostShare]bool{}
	for _, list := range [][]place{running, waiting} {
		for _, p := range list {
			if s := p.share(); !seen[s] {
				seen[s] = true
				t.sharers[p.host]++
			}
		}
	}
	for _, p := range running {
		t.add(p)
	}
	return t
}

func (p place) share() hostShare { return hostShare{p.ref.Scope, p.host} }

func (p place) freshOrigin() freshOrigin { return freshOrigin{p.ref.Scope, p.origin} }

func (t *taken) add(p place) {
	one := func(c count) count {
		c.all++
		if p.behind() {
			c.behind++
		}
		return c
	}
	t.all = one(t.all)
	t.environments[p.ref.Scope] = one(t.environments[p.ref.Scope])
	t.hosts[p.host] = one(t.hosts[p.host])
	t.shares[p.share()] = one(t.shares[p.share()])
	if p.fresh {
		t.fresh[p.freshOrigin()]++
	}
}

// room reports whether an endpoint may have a place now.
func (t *taken) room(p place) bool {
	environment := t.environments[p.ref.Scope]
	limit := placesAtOnce - placesForFirst
	if environment.all == 0 {
		limit = placesAtOnce
	}
	share := max(1, min(placesOfHost, placesPerHost/max(1, t.sharers[p.host])))
	switch {
	case t.all.full(p, limit), environment.full(p, placesPerEnvironment):
		return false
	case t.hosts[p.host].full(p, placesPerHost), t.shares[p.share()].full(p, share):
		return false
	}
	return !p.fresh || t.fresh[p.freshOrigin()] == 0
}

// assign decides which of the waiting endpoints get a place beside those that have one. An endpoint that answered last
// goes first, one at a new origin behind it, and one that timed out last of all. Among equals, the environment with the
// fewest places goes first, and then the endpoint whose last turn is longest ago. It returns positions in waiting, in
// order.
func assign(running, waiting []place) (chosen []int) {
	t := newTaken(running, waiting)
	left := make([]int, len(waiting))
	for i := range waiting {
		left[i] = i
	}
	for {
		best := -1
		left = slices.DeleteFunc(left, func(i int) bool {
			if !t.room(waiting[i]) { // places only get fewer
				return true
			}
			if best < 0 || t.sooner(waiting[i], waiting[best]) {
				best = i
			}
			return false
		})
		if best < 0 {
			return chosen
		}
		left = slices.DeleteFunc(left, func(i int) bool { return i == best })
		t.add(waiting[best])
		chosen = append(chosen, best)
	}
}

// sooner reports whether an endpoint goes before another one that comes earlier in the queue.
func (t *taken) sooner(p, q place) bool {
	if p.rank() != q.rank() {
		return p.rank() < q.rank()
	}
	mine, its := t.environments[p.ref.Scope].all, t.environments[q.ref.Scope].all
	if mine != its {
		return mine < its
	}
	return p.turn < q.turn
}
