// Package uses adds up the uses of one version of a credential: when and how often, from which networks, by whom, and
// for which scopes. It is pure: no clock, no lock, no I/O.
package uses

import (
	"net/netip"
	"time"
)

// Limits are how many networks, consumers and scopes of a version are told apart. All further ones are counted
// together. Callers choose most of these names, so there must be a limit.
type Limits struct{ Networks, Consumers, Scopes int }

// PerVersion are the limits of what is kept of a version.
var PerVersion = Limits{Networks: 256, Consumers: 64, Scopes: 64}

// ByDelivery is how a signing secret is used. The other ways can be evidence, and have their names in package rotation.
const ByDelivery = "delivery"

// Use is one use of a version.
type Use struct {
	At     time.Time
	From   netip.Addr // that presented the value; the zero address if that is not known
	By     Consumer
	Scopes []string // that it was used for; none where nobody said so
}

// Consumer is who used a version, as far as it is known. Two that differ in anything are two consumers.
type Consumer struct {
	How       string `json:"how"`                  // introspection, retrieval, exchange or delivery
	Actor     string `json:"actor,omitempty"`      // the id of who asked the platform
	Name      string `json:"name,omitempty"`       // what it calls itself
	UserAgent string `json:"user_agent,omitempty"` // of its client
	OpenedBy  string `json:"opened_by,omitempty"`  // the id of who got the access token that was presented
}

// Summary is the uses of one version. The zero value has none.
type Summary struct {
	Span
	Networks  Counts[netip.Prefix]
	Consumers Counts[Consumer]
	Scopes    Counts[string]
	Unscoped  int64 // uses of which nobody said what for
	Others    Others
	Activity  Activity
}

// Others counts the uses by what is beyond the limits.
type Others struct {
	Networks  int64 `json:"networks"`
	Consumers int64 `json:"consumers"`
	Scopes    int64 `json:"scopes"`
}

// Network returns the network that an address counts for: the /24 of IPv4, the /48 of IPv6.
func Network(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := 48
	if a.Is4() {
		bits = 24
	}
	p, _ := a.Prefix(bits) // it has no error for these lengths; the zero address gives the zero prefix
	return p
}

// Add adds one use. It returns how many networks, consumers and scopes are new in the summary.
func (s *Summary) Add(u Use, l Limits) (added int) {
	before := s.Size()
	once := Span{First: u.At, Last: u.At, Count: 1}
	s.Span = s.And(once)
	count(&s.Activity.Hours, HourOf(u.At), 1)
	s.Others.Consumers += s.Consumers.add(u.By, once, l.Consumers)
	if u.From.IsValid() {
		s.Others.Networks += s.Networks.add(Network(u.From), once, l.Networks)
	}
	if len(u.Scopes) == 0 {
		s.Unscoped++
	}
	for _, scope := range u.Scopes {
		s.Others.Scopes += s.Scopes.add(scope, once, l.Scopes)
	}
	return s.Size() - before
}

// Merge adds the uses of another summary, which stays as it is. It returns how many entries are new.
func (s *Summary) Merge(from *Summary, l Limits) (added int) {
	before := s.Size()
	s.Span = s.And(from.Span)
	s.Unscoped += from.Unscoped
	s.Activity.merge(from.Activity)
	s.Others.Networks += from.Others.Networks + s.Networks.merge(from.Networks, l.Networks)
	s.Others.Consumers += from.Others.Consumers + s.Consumers.merge(from.Consumers, l.Consumers)
	s.Others.Scopes += from.Others.Scopes + s.Scopes.merge(from.Scopes, l.Scopes)
	return s.Size() - before
}

// Size returns how many networks, consumers and scopes the summary has.
func (s *Summary) Size() int { return len(s.Networks) + len(s.Consumers) + len(s.Scopes) }
