package httpapi

import (
	"math"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

// Limit lets each principal make a number of requests in a minute. It counts in this process.
type Limit struct {
	perMinute int
	mu        sync.Mutex
	spent     map[string]spending // by id of the principal
}

// spending is how many requests a principal has made at a time and not yet been given back.
type spending struct {
	requests float64
	at       time.Time
}

// NewLimit returns a limit. All requests of a minute may come at once.
func NewLimit(perMinute int) *Limit {
	return &Limit{perMinute: perMinute, spent: map[string]spending{}}
}

// Take counts one request of a principal. It returns the problem rate_limited where that is one too many.
func (l *Limit) Take(principal string, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.spent[principal]
	if elapsed := now.Sub(s.at); elapsed > 0 {
		s.requests = max(0, s.requests-elapsed.Minutes()*float64(l.perMinute))
	}
	s.at = now
	if over := s.requests + 1 - float64(l.perMinute); over > 0 {
		out := problem.New(api.CodeRateLimited, "", "a principal may send %d of these requests a minute; "+
			"wait as long as Retry-After says", l.perMinute)
		out.RetryAfter = int(math.Ceil(over * 60 / float64(l.perMinute)))
		return out
	}
	s.requests++
	l.spent[principal] = s
	return nil
}
