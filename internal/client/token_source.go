package client

import (
	"context"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	// renewAt is the part of the life of an access token after which it is renewed, and renewJitter by how much of the
	// life earlier, at most: many clients that began together do not renew together.
	renewAt, renewJitter = 0.8, 0.05
	// renewAgain is how long after a failed renewal the next one begins, while the old token is still valid. Up to as
	// much again is random.
	renewAgain = 10 * time.Second
	// renewTimeout bounds a renewal with all its repetitions: it outlives the request that has begun it.
	renewTimeout = 5 * time.Minute
)

// tokenSource has the access token that requests are sent with, and renews it: one renewal at a time, however many
// requests need it. It is safe for concurrent use.
type tokenSource struct {
	clock  clock.Clock
	random func() float64
	// exchange makes an access token, and says how long it lives.
	exchange func(context.Context) (secret.Value, time.Duration, error)

	mu      sync.Mutex
	held    lease
	renewal *renewal // under way; nil: none
}

// lease is an access token, with moments of the monotonic clock: a change of the machine's clock does not matter.
type lease struct {
	token         secret.Value
	renewAt, ends time.Duration
}

func (l lease) validAt(now time.Duration) bool { return !l.token.IsEmpty() && now < l.ends }

// renewal is one exchange that any number of requests wait for.
type renewal struct {
	done  chan struct{} // closed at its end
	token secret.Value
	err   error
}

// get returns an access token that is valid by this machine's clock. A renewal that is due never delays a request while
// the token before it is valid.
func (s *tokenSource) get(ctx context.Context) (secret.Value, error) {
	s.mu.Lock()
	now := s.clock.Read().Monotonic
	held := s.held
	var r *renewal
	if !held.validAt(now) || now >= held.renewAt {
		r = s.begin(ctx)
	}
	s.mu.Unlock()
	if held.validAt(now) {
		return held.token, nil
	}
	return r.wait(ctx)
}

// renew returns another access token than the one that the platform has refused.
func (s *tokenSource) renew(ctx context.Context, refused secret.Value) (secret.Value, error) {
	s.mu.Lock()
	if s.held.token.Equal(refused) {
		s.held = lease{}
	}
	if held := s.held; held.validAt(s.clock.Read().Monotonic) {
		s.mu.Unlock()
		return held.token, nil // another request has renewed it meanwhile
	}
	r := s.begin(ctx)
	s.mu.Unlock()
	return r.wait(ctx)
}

// begin returns the renewal that is under way, or a new one. The caller holds the lock. Other requests wait for the
// renewal too, so it goes on where the one that has begun it is interrupted.
func (s *tokenSource) begin(ctx context.Context) *renewal {
	if s.renewal != nil {
		return s.renewal
	}
	r := &renewal{done: make(chan struct{})}
	s.renewal = r
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTimeout)
		defer cancel()
		s.run(ctx, r)
	}()
	return r
}

func (s *tokenSource) run(ctx context.Context, r *renewal) {
	began := s.clock.Read().Monotonic
	token, life, err := s.exchange(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renewal = nil
	if r.token, r.err = token, err; err != nil {
		wait := renewAgain + time.Duration(s.random()*float64(renewAgain))
		s.held.renewAt = s.clock.Read().Monotonic + wait
	} else {
		due := time.Duration(float64(life) * (renewAt - renewJitter*s.random()))
		s.held = lease{token, began + due, began + life}
	}
	close(r.done)
}

func (r *renewal) wait(ctx context.Context) (secret.Value, error) {
	select {
	case <-r.done:
		return r.token, r.err
	case <-ctx.Done():
		return secret.Value{}, context.Cause(ctx)
	}
}
