package client

import (
	"sync"
	"sync/atomic"
)

// writes counts the changes that this process asks one platform for. What was read before or during one of them is not
// used after it.
type writes struct{ count atomic.Uint64 }

// begin counts a change that is about to be sent. The caller calls the function that it returns once the change has its
// answer, or will have none.
func (w *writes) begin() (end func()) {
	w.count.Add(1)
	return func() { w.count.Add(1) }
}

// now returns a number that changes with every beginning and every end of a change.
func (w *writes) now() uint64 { return w.count.Load() }

// perEndpoint has what the clients of this process share, by endpoint: Terraform can configure the provider more than
// once in it.
type perEndpoint[T any] struct {
	mu   sync.Mutex
	made map[string]*T
}

var allWrites perEndpoint[writes]

func (p *perEndpoint[T]) at(endpoint string, first func() *T) *T {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.made == nil {
		p.made = map[string]*T{}
	}
	if p.made[endpoint] == nil {
		p.made[endpoint] = first()
	}
	return p.made[endpoint]
}
