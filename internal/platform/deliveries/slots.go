package deliveries

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

const (
	// After a failure of the platform itself, such as a full disk, an endpoint is left alone for a second, then for two,
	// and at most for a minute, because what could not be recorded is sent again.
	firstBackoff, longestBackoff = time.Second, time.Minute

	// elsewhere is how long an endpoint is left alone whose deliveries other processes attempt.
	elsewhere = time.Second

	// originsKept is how many origins are known to accept deliveries. With one more, all of them are new again.
	originsKept = 10_000
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

// slots holds the endpoints that this process delivers to now. The queue itself is in the database, and an event stays
// in it until its answer is recorded: after a crash it is sent again, with the same id. Where several processes
// deliver, each has slots of its own, and leases of the deliveries that it attempts.
type slots struct {
	waker Waker

	mu       sync.Mutex
	running  map[string]place    // by the endpoint's id
	backoffs map[string]*backoff // endpoints that wait after a failure of the platform
	accepted map[freshOrigin]bool
	turns    map[string]int64 // of the endpoints that are due
	turn     int64
	windows  map[string]*window // of the endpoints with a rate limit
	crowded  bool               // endpoints that are due wait for a place
}

type backoff struct {
	length time.Duration
	until  time.Time
}

func newSlots(waker Waker) *slots {
	return &slots{
		waker: waker, running: map[string]place{}, backoffs: map[string]*backoff{}, accepted: map[freshOrigin]bool{},
		turns: map[string]int64{}, windows: map[string]*window{},
	}
}

// begin gives places to endpoints that are due. The caller must call end for each.
func (s *slots) begin(due []store.DueEndpoint, now time.Time) []place {
	s.mu.Lock()
	defer s.mu.Unlock()
	var waiting []place
	known := make(map[string]bool, len(due))
	for _, e := range due {
		known[e.ID] = true
		_, busy := s.running[e.ID]
		if b := s.backoffs[e.ID]; busy || b != nil && now.Before(b.until) || s.limited(e.ID, now) > 0 {
			continue
		}
		p := place{ref: e.Ref, late: e.Unanswered, turn: s.turns[e.ID]}
		p.host, p.origin = target(e.URL)
		p.fresh = !s.accepted[p.freshOrigin()]
		waiting = append(waiting, p)
	}
	s.forget(known, now)
	chosen := assign(slices.Collect(maps.Values(s.running)), waiting)
	out := make([]place, 0, len(chosen))
	for _, i := range chosen {
		p := waiting[i]
		s.turn++
		s.turns[p.ref.ID], s.running[p.ref.ID] = s.turn, p
		out = append(out, p)
	}
	s.crowded = len(chosen) < len(waiting)
	return out
}

// forget drops what is kept of endpoints that are not due any more.
func (s *slots) forget(due map[string]bool, now time.Time) {
	gone := func(id string) bool {
		_, busy := s.running[id]
		return !busy && !due[id]
	}
	maps.DeleteFunc(s.turns, func(id string, _ int64) bool { return gone(id) })
	maps.DeleteFunc(s.windows, func(id string, w *window) bool { return gone(id) && w.room(now) == w.limit })
	maps.DeleteFunc(s.backoffs, func(id string, _ *backoff) bool { return gone(id) })
}

// goOn reports whether an endpoint keeps its place for more attempts, after some that were answered: only while no
// other endpoint waits for a place. It returns the place as it is then.
func (s *slots) goOn(p place) (place, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.fresh, p.late = !s.accepted[p.freshOrigin()], false
	s.running[p.ref.ID] = p
	return p, !s.crowded
}

// accept notes that the origin of a URL accepted a delivery of an environment.
func (s *slots) accept(scope store.Scope, address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.accepted) >= originsKept {
		clear(s.accepted)
	}
	_, origin := target(address)
	s.accepted[freshOrigin{scope, origin}] = true
}

// ending is how an endpoint leaves its place: after a failure of the platform itself, or with nothing to do, because
// other processes make the attempts that are due.
type ending struct{ failed, idle bool }

// end takes the place of an endpoint back.
func (s *slots) end(endpointID string, now time.Time, as ending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.running, endpointID)
	if as.idle && !as.failed {
		s.backoffs[endpointID] = &backoff{until: now.Add(elsewhere)}
		if s.crowded {
			s.waker.Wake()
		}
		return
	}
	if !as.failed {
		delete(s.backoffs, endpointID)
		s.waker.Wake() // for what was queued while this was about to end, and for those that wait for a place
		if wait := s.limited(endpointID, now); wait > 0 {
			time.AfterFunc(wait, s.waker.Wake)
		}
		return
	}
	b := s.backoffs[endpointID]
	if b == nil {
		b = &backoff{}
		s.backoffs[endpointID] = b
	}
	b.length = min(max(2*b.length, firstBackoff), longestBackoff)
	b.until = now.Add(b.length)
	if s.crowded {
		s.waker.Wake()
	}
}
