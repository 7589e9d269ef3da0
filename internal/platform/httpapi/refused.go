package httpapi

import (
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// mostRefused bounds the memory. With one more, all are forgotten, and read from the database once more.
const mostRefused = 10_000

// refusedCallers knows who was refused and may not send the next request yet. A flood is refused by it without reading
// the database, which takes a fifth of the processor time.
type refusedCallers struct {
	mu      sync.Mutex
	callers map[refusedKey]refusedCaller
}

type refusedKey struct {
	under limits.Limit
	token string // its keyed hash
}

type refusedCaller struct {
	principal *store.Principal
	refusal   limits.Refusal
	at        time.Time
}

func newRefusedCallers() *refusedCallers {
	return &refusedCallers{callers: map[refusedKey]refusedCaller{}}
}

func (c *refusedCallers) add(key refusedKey, p *store.Principal, r *limits.Refusal, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.callers) >= mostRefused {
		clear(c.callers)
	}
	c.callers[key] = refusedCaller{principal: p, refusal: *r, at: now}
}

// find returns the principal of a token and why it is refused, or nothing once its wait is over.
func (c *refusedCallers) find(key refusedKey, now time.Time) (*store.Principal, *limits.Refusal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.callers[key]
	if !ok {
		return nil, nil
	}
	since := now.Sub(found.at)
	if since < 0 || since >= found.refusal.Wait {
		delete(c.callers, key)
		return nil, nil
	}
	found.refusal.Wait -= since
	return found.principal, &found.refusal
}
