package limits

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Callers counts the requests of principals, each under a limit of its own and all of an environment under one. It is
// safe for concurrent use.
//
// The limit of an environment is shared: while n principals send requests, a principal is never refused for its
// environment as long as it stays below the n-th part. So those that send most are refused, and not who comes last.
type Callers struct {
	each, together Rate

	mu           sync.Mutex
	environments map[string]*environment
	swept        time.Time
}

type environment struct {
	all        *rate.Limiter // below zero after requests within a share that it had no token for
	principals map[string]*principal
}

type principal struct {
	own, share *rate.Limiter
	among      int // how many principals the share is computed for
}

// NewCallers returns callers that have sent nothing yet, with the rate of each principal and that of all principals of
// an environment together.
func NewCallers(each, together Rate) *Callers {
	return &Callers{each: each, together: together, environments: map[string]*environment{}}
}

// Take counts a request of a principal, or refuses it. A request that is refused counts nothing.
func (c *Callers) Take(scope, id string, now time.Time) *Refusal {
	c.mu.Lock()
	defer c.mu.Unlock()
	if due(&c.swept, now) {
		c.sweep(now)
	}
	e := c.environment(scope)
	p := c.principalOf(e, id, now)
	if p.own != nil && p.own.TokensAt(now) < 1 {
		return &Refusal{Limit: Principal, Rate: c.each, Wait: untilOne(p.own, now)}
	}
	if e.all != nil && p.share.TokensAt(now) < 1 && e.all.TokensAt(now) < 1 {
		return &Refusal{Limit: Environment, Rate: c.together, Wait: min(untilOne(p.share, now), untilOne(e.all, now))}
	}
	if p.own != nil {
		p.own.AllowN(now, 1)
	}
	if e.all != nil {
		p.share.AllowN(now, 1)
		e.all.ReserveN(now, 1)
	}
	return nil
}

func (c *Callers) environment(scope string) *environment {
	found, ok := c.environments[scope]
	if !ok {
		found = &environment{principals: map[string]*principal{}}
		if c.together.Requests > 0 {
			found.all = c.together.bucket()
		}
		c.environments[scope] = found
	}
	return found
}

func (c *Callers) principalOf(e *environment, id string, now time.Time) *principal {
	p, ok := e.principals[id]
	if !ok {
		p = &principal{}
		if c.each.Requests > 0 {
			p.own = c.each.bucket()
		}
		e.principals[id] = p
	}
	n := len(e.principals)
	if e.all == nil || p.among == n {
		return p
	}
	limit, burst := c.together.limit()/rate.Limit(n), max(1, int(c.together.Burst)/n)
	if p.among == 0 {
		p.share = rate.NewLimiter(limit, burst)
	} else {
		p.share.SetLimitAt(now, limit)
		p.share.SetBurstAt(now, burst)
	}
	p.among = n
	return p
}

// sweep forgets the principals that are quiet. Those that are left have larger shares.
func (c *Callers) sweep(now time.Time) {
	quiet := func(bucket *rate.Limiter) bool { return bucket == nil || isFull(bucket, now) }
	for scope, e := range c.environments {
		for id, p := range e.principals {
			if quiet(p.own) && quiet(p.share) {
				delete(e.principals, id)
			}
		}
		if len(e.principals) == 0 && quiet(e.all) {
			delete(c.environments, scope)
		}
	}
}
