package store

import (
	"context"
	"sync"
)

// sharedQuery makes one query for all callers that wait at the same time. The answer of a caller is always that of a
// query which began after its call, so it has every change that was committed before the call. The zero value is ready
// for use.
type sharedQuery struct {
	mu      sync.Mutex
	running bool
	next    *answered // of the callers that wait for the query after the one that runs
}

type answered struct {
	done   chan struct{}
	number int64
	err    error
}

// ask returns the answer of query. A caller that ends does not end the query of the others.
func (s *sharedQuery) ask(ctx context.Context, query func(context.Context) (int64, error)) (int64, error) {
	s.mu.Lock()
	mine := s.next
	if mine == nil {
		mine = &answered{done: make(chan struct{})}
		s.next = mine
	}
	if !s.running {
		s.running = true
		go s.run(context.WithoutCancel(ctx), query)
	}
	s.mu.Unlock()
	select {
	case <-mine.done:
		return mine.number, mine.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// run makes one query after the other, as long as callers wait.
func (s *sharedQuery) run(ctx context.Context, query func(context.Context) (int64, error)) {
	for {
		s.mu.Lock()
		a := s.next
		s.next = nil
		s.running = a != nil
		s.mu.Unlock()
		if a == nil {
			return
		}
		a.number, a.err = query(ctx)
		close(a.done)
	}
}
