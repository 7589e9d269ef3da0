package deliveries

import "time"

// window has the attempts at an endpoint in the last second, oldest first.
type window struct {
	limit int
	at    []time.Time
}

// room returns how many attempts may be made now.
func (w *window) room(now time.Time) int {
	for len(w.at) > 0 && !w.at[0].After(now.Add(-time.Second)) {
		w.at = w.at[1:]
	}
	return max(0, w.limit-len(w.at))
}

// take notes attempts that are made now.
func (w *window) take(n int, now time.Time) {
	for range n {
		w.at = append(w.at, now)
	}
}

// wait returns how long it is until another attempt may be made.
func (w *window) wait(now time.Time) time.Duration {
	if w.room(now) > 0 {
		return 0
	}
	return w.at[len(w.at)-w.limit].Add(time.Second).Sub(now)
}

// room returns how many of some attempts the rate limit of an endpoint allows now. Nil is no limit.
func (s *slots) room(endpointID string, limit *int64, attempts int, now time.Time) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if limit == nil {
		delete(s.windows, endpointID)
		return attempts
	}
	w := s.windows[endpointID]
	if w == nil {
		w = &window{}
		s.windows[endpointID] = w
	}
	w.limit = int(*limit)
	return min(attempts, w.room(now))
}

// take notes attempts at an endpoint that are made now.
func (s *slots) take(endpointID string, n int, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.windows[endpointID]; w != nil {
		w.take(n, now)
	}
}

// limited returns how long the rate limit of an endpoint allows no attempt; 0 where it allows one. The caller holds mu.
func (s *slots) limited(endpointID string, now time.Time) time.Duration {
	if w := s.windows[endpointID]; w != nil {
		return w.wait(now)
	}
	return 0
}
