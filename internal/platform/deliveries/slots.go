package deliveries

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	// At most slotsAtOnce endpoints are delivered to at a time, and at most slotsPerTenant of one tenant, so that its slow
	// receivers do not take them all. attemptsAtOnce is the limit for one endpoint.
	slotsAtOnce    = 64
	slotsPerTenant = 16
	attemptsAtOnce = 4

	// After a failure of the platform itself, such as a full disk, an endpoint is left alone for a second, then for two,
	// and at most for a minute, because what could not be recorded is sent again.
	firstBackoff, longestBackoff = time.Second, time.Minute
)

// Waker has a deliverer look at the queues now, and not only at its next tick.
type Waker chan struct{}

// NewWaker returns a waker.
func NewWaker() Waker { return make(Waker, 1) }

// Wake wakes the deliverer. It does not wait.
func (w Waker) Wake() {
	select {
	case w <- struct{}{}:
	default:
	}
}

// slots knows which endpoints are delivered to by this process. The queue itself is in the database, and an event stays
// in it until its answer is recorded: after a crash it is sent again, with the same id. Only one process may deliver.
type slots struct {
	all *semaphore.Weighted

	mu        sync.Mutex
	endpoints map[string]*slot // by id
	tenants   map[string]*semaphore.Weighted

	waker Waker
}

// slot is an endpoint that is delivered to, or that waits after a failure.
type slot struct {
	busy    bool
	backoff time.Duration // after the last failure
	until   time.Time
}

func newSlots(waker Waker) *slots {
	return &slots{
		all: semaphore.NewWeighted(slotsAtOnce), endpoints: map[string]*slot{},
		tenants: map[string]*semaphore.Weighted{}, waker: waker,
	}
}

// begin reports whether the endpoint was free. The caller must then call end.
func (s *slots) begin(endpointID string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.endpoints[endpointID]
	if e == nil {
		e = &slot{}
		s.endpoints[endpointID] = e
	}
	if e.busy || now.Before(e.until) {
		return false
	}
	e.busy = true
	return true
}

func (s *slots) end(endpointID string, now time.Time, failed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !failed {
		delete(s.endpoints, endpointID)
		s.waker.Wake() // for what was queued while this was about to end
		return
	}
	e := s.endpoints[endpointID]
	e.backoff = min(max(2*e.backoff, firstBackoff), longestBackoff)
	e.busy, e.until = false, now.Add(e.backoff)
}

// acquire waits for one of the tenant's slots, and then for one of all. It fails if the context ends first. The caller
// must call release.
func (s *slots) acquire(ctx context.Context, tenant string) (release func(), err error) {
	own := s.tenant(tenant)
	if err := own.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	if err := s.all.Acquire(ctx, 1); err != nil {
		own.Release(1)
		return nil, err
	}
	return func() { s.all.Release(1); own.Release(1) }, nil
}

func (s *slots) tenant(tenant string) *semaphore.Weighted {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := s.tenants[tenant]
	if own == nil {
		own = semaphore.NewWeighted(slotsPerTenant)
		s.tenants[tenant] = own
	}
	return own
}
