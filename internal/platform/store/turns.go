package store

import (
	"context"
	"slices"
	"sync"
)

// turns lets one write run at a time. Environments take turns, so that one with many writes delays another by one write
// and not by all of them. The zero value is ready for use.
type turns struct {
	mu      sync.Mutex
	busy    bool
	waiting map[Scope][]chan struct{} // in the order in which they came
	order   []Scope                   // the environments that wait, the next one first
}

// begin waits for a turn. The caller must call end, unless the context ended first.
func (t *turns) begin(ctx context.Context, scope Scope) error {
	t.mu.Lock()
	if !t.busy {
		t.busy = true
		t.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	if t.waiting == nil {
		t.waiting = map[Scope][]chan struct{}{}
	}
	if len(t.waiting[scope]) == 0 {
		t.order = append(t.order, scope)
	}
	t.waiting[scope] = append(t.waiting[scope], turn)
	t.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		t.giveUp(scope, turn)
		return context.Cause(ctx)
	}
}

// end gives the turn to the next environment.
func (t *turns) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.order) == 0 {
		t.busy = false
		return
	}
	scope := t.order[0]
	turn := t.waiting[scope][0]
	t.order = t.order[1:]
	if t.waiting[scope] = t.waiting[scope][1:]; len(t.waiting[scope]) > 0 {
		t.order = append(t.order, scope)
	} else {
		delete(t.waiting, scope)
	}
	close(turn)
}

// giveUp leaves the queue. A turn that came meanwhile goes to the next one.
func (t *turns) giveUp(scope Scope, turn chan struct{}) {
	t.mu.Lock()
	i := slices.Index(t.waiting[scope], turn)
	if i < 0 {
		t.mu.Unlock()
		t.end()
		return
	}
	defer t.mu.Unlock()
	if t.waiting[scope] = slices.Delete(t.waiting[scope], i, i+1); len(t.waiting[scope]) == 0 {
		delete(t.waiting, scope)
		t.order = slices.DeleteFunc(t.order, func(s Scope) bool { return s == scope })
	}
}
