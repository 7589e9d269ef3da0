// Package limits decides whether a caller sends or stores too much. It knows neither the API nor the store: callers
// come as texts, and the time is passed in.
package limits

import (
	"net/netip"
	"time"
)

// Limit is the name of a limit, in the RateLimit headers, the metrics and the log.
type Limit string

// The limits.
const (
	Principal     Limit = "principal"
	Environment   Limit = "environment"
	Address       Limit = "address"
	Health        Limit = "health"
	Reserve       Limit = "reserve"
	Introspection Limit = "introspection"
	Identify      Limit = "identify"
	ValueChecks   Limit = "value_checks"
	Token         Limit = "token"
	Connections   Limit = "connections"
	Objects       Limit = "objects"
	Deliveries    Limit = "deliveries"
	DeliveryBytes Limit = "delivery_bytes"
	Answers       Limit = "answers"
)

// Config has the limits of a platform. Zero is no limit.
type Config struct {
	Principal     int64 // requests a second of one principal
	Environment   int64 // requests a second of all principals of an environment
	Address       int64 // requests a second without credentials from one address
	Reserve       int64 // requests a second of one principal to end what leaked
	Introspection int64 // introspections a second of one principal
	Connections   int64 // open connections from one address

	// The following are for each environment.

	Objects       int64 // of one kind
	Deliveries    int64 // queued events
	DeliveryBytes int64 // the bodies of queued events
	Answers       int64 // stored answers to requests with an Idempotency-Key

	// Trusted are the proxies whose X-Forwarded-For is believed.
	Trusted []netip.Prefix
}

// identifies is fixed: a person asks, and a value is looked for among all of an environment.
var identifies = Rate{Requests: 60, Per: time.Minute, Burst: 60}

// valueChecks is fixed: each is a guess at a secret. What comes at once is enough for the plan of many objects.
var valueChecks = Rate{Requests: 60, Per: time.Minute, Burst: 600}

// Limiter counts the requests of one process.
type Limiter struct {
	callers                                                        *Callers
	reserve, introspection, identify, valueChecks, address, health *Buckets
	trusted                                                        []netip.Prefix
}

// New returns a limiter that has counted nothing yet.
func New(c Config) *Limiter {
	return &Limiter{
		callers:       NewCallers(perSecond(c.Principal), perSecond(c.Environment)),
		reserve:       NewBuckets(Reserve, perSecond(c.Reserve)),
		introspection: NewBuckets(Introspection, perSecond(c.Introspection)),
		identify:      NewBuckets(Identify, identifies),
		valueChecks:   NewBuckets(ValueChecks, valueChecks),
		address:       NewBuckets(Address, perSecond(c.Address)),
		health:        NewBuckets(Health, perSecond(c.Address)),
		trusted:       c.Trusted,
	}
}

// Caller counts a request of a principal under what limits its operation, or refuses it.
func (l *Limiter) Caller(under Limit, scope, id string, now time.Time) *Refusal {
	switch under {
	case Reserve:
		return l.reserve.Take(id, now)
	case Introspection:
		return l.introspection.Take(id, now)
	case Identify:
		return l.identify.Take(id, now)
	case ValueChecks:
		return l.valueChecks.Take(id, now)
	}
	return l.callers.Take(scope, id, now)
}

// Anonymous counts a request without credentials. Health checks are counted for themselves: a stranger behind the same
// proxy must not make the platform look dead.
func (l *Limiter) Anonymous(under Limit, from netip.Addr, now time.Time) *Refusal {
	if under == Health {
		return l.health.Take(network(from), now)
	}
	return l.address.Take(network(from), now)
}
