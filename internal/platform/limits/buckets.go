package limits

import (
	"fmt"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is a number of requests in a time, of which some may come at once. No requests: there is no limit.
type Rate struct {
	Requests int64
	Per      time.Duration
	Burst    int64
}

// perSecond returns the rate of a setting. Twice as many may come at once.
func perSecond(requests int64) Rate {
	return Rate{Requests: requests, Per: time.Second, Burst: 2 * requests}
}

func (r Rate) limit() rate.Limit { return rate.Limit(float64(r.Requests) / r.Per.Seconds()) }

func (r Rate) bucket() *rate.Limiter { return rate.NewLimiter(r.limit(), int(r.Burst)) }

// Window returns in how many seconds the burst comes back, which is the window of a RateLimit-Policy header.
func (r Rate) Window() int64 { return max(1, r.Burst*int64(r.Per)/(r.Requests*int64(time.Second))) }

// String says the rate in a sentence.
func (r Rate) String() string {
	unit := "second"
	if r.Per == time.Minute {
		unit = "minute"
	}
	if r.Burst == r.Requests {
		return fmt.Sprintf("%d requests a %s", r.Requests, unit)
	}
	return fmt.Sprintf("%d requests a %s, and %d at once", r.Requests, unit, r.Burst)
}

// Refusal says which limit a request exceeds, and for how long.
type Refusal struct {
	Limit Limit
	Rate  Rate
	Wait  time.Duration
}

// RetryAfter returns after how many seconds the next request is let through, if no other comes first.
func (r *Refusal) RetryAfter() int { return max(1, int(math.Ceil(r.Wait.Seconds()))) }

// Buckets counts the requests of many callers under one limit, each for itself. It is safe for concurrent use.
type Buckets struct {
	name Limit
	rate Rate

	mu    sync.Mutex
	kept  map[string]*rate.Limiter
	swept time.Time
}

const (
	// A bucket that is full again says nothing, so it is forgotten: at the latest after this time.
	sweepInterval = 10 * time.Second
	// mostKept bounds the memory. Callers beyond it share one bucket.
	mostKept = 100_000
	// crowd is the key of the bucket that they share.
	crowd = "crowd"
)

// NewBuckets returns buckets that are all full.
func NewBuckets(name Limit, r Rate) *Buckets {
	return &Buckets{name: name, rate: r, kept: map[string]*rate.Limiter{}}
}

// Take counts a request of a caller, or refuses it. A request that is refused counts nothing.
func (b *Buckets) Take(caller string, now time.Time) *Refusal {
	if b.rate.Requests == 0 {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sweep(now)
	bucket := b.bucket(caller)
	if bucket.AllowN(now, 1) {
		return nil
	}
	return &Refusal{Limit: b.name, Rate: b.rate, Wait: untilOne(bucket, now)}
}

func (b *Buckets) bucket(caller string) *rate.Limiter {
	if found, ok := b.kept[caller]; ok {
		return found
	}
	if len(b.kept) >= mostKept && caller != crowd {
		return b.bucket(crowd)
	}
	made := b.rate.bucket()
	b.kept[caller] = made
	return made
}

func (b *Buckets) sweep(now time.Time) {
	if !due(&b.swept, now) {
		return
	}
	for caller, bucket := range b.kept {
		if isFull(bucket, now) {
			delete(b.kept, caller)
		}
	}
}

// due reports whether a sweep is due, and notes that it was done. A clock that was set back makes it due too.
func due(last *time.Time, now time.Time) bool {
	if since := now.Sub(*last); since >= 0 && since < sweepInterval {
		return false
	}
	*last = now
	return true
}

func isFull(bucket *rate.Limiter, now time.Time) bool {
	return bucket.TokensAt(now) >= float64(bucket.Burst())
}

// untilOne returns how long it takes until a bucket has one token.
func untilOne(bucket *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - bucket.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	return time.Duration(missing / float64(bucket.Limit()) * float64(time.Second))
}
