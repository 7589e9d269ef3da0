package limits

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Tokens counts the uses of scoped tokens, each under a rate of its own. It is safe for concurrent use. It keeps what
// was used lately, and only tokens that are accepted come here, so it needs no limit of its own.
type Tokens struct {
	mu    sync.Mutex
	kept  map[string]*rate.Limiter
	swept time.Time
}

// NewTokens returns tokens of which none was used yet.
func NewTokens() *Tokens { return &Tokens{kept: map[string]*rate.Limiter{}} }

// Take counts a use of a token, or refuses it. A use that is refused counts nothing. A token that was not used for a
// minute has the uses of a minute at once. A rate that has changed counts at once.
func (t *Tokens) Take(id string, perMinute int64, now time.Time) *Refusal {
	r := Rate{Requests: perMinute, Per: time.Minute, Burst: perMinute}
	t.mu.Lock()
	defer t.mu.Unlock()
	if due(&t.swept, now) {
		t.sweep(now)
	}
	bucket, ok := t.kept[id]
	switch {
	case !ok:
		bucket = r.bucket()
		t.kept[id] = bucket
	case bucket.Burst() != int(perMinute):
		bucket.SetLimitAt(now, r.limit())
		bucket.SetBurstAt(now, int(perMinute))
	}
	if bucket.AllowN(now, 1) {
		return nil
	}
	return &Refusal{Limit: Token, Rate: r, Wait: untilOne(bucket, now)}
}

func (t *Tokens) sweep(now time.Time) {
	for id, bucket := range t.kept {
		if isFull(bucket, now) {
			delete(t.kept, id)
		}
	}
}
