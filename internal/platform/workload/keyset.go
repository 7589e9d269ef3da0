package workload

import (
	"context"
	"crypto"
	"log/slog"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

const (
	// keysFresh is how long fetched keys are used before they are fetched again. So long may a key count that its issuer
	// has withdrawn.
	keysFresh = 15 * time.Minute
	// keysKept is how long fetched keys are used while their issuer cannot be reached.
	keysKept = 24 * time.Hour
	// fetchInterval is the least time between two fetches from one issuer: a token may name any key.
	fetchInterval = 30 * time.Second
	// fetchTimeout limits a whole fetch, for which exchanges wait.
	fetchTimeout = 10 * time.Second
	// mostIssuers is how many issuers have their keys in memory. The tenants choose issuers.
	mostIssuers = 1000
)

// fetchKeys gets the keys of an issuer. Its error never has a text of the issuer.
type fetchKeys func(ctx context.Context, issuer string) ([]jose.JSONWebKey, error)

// keySets keeps the keys of issuers. It is safe for concurrent use.
type keySets struct {
	fetch fetchKeys
	clock clock.Clock
	log   *slog.Logger

	mu      sync.Mutex
	issuers map[string]*keySet
}

// keySet has the keys of one issuer.
type keySet struct {
	keys    []jose.JSONWebKey
	fetched time.Time     // when the keys came; zero: never
	tried   time.Time     // when the last fetch began; zero: never
	failure string        // why the last fetch failed; empty: it did not
	done    chan struct{} // closed when the fetch that is under way ends; nil: none is
}

func newKeySets(fetch fetchKeys, c clock.Clock, log *slog.Logger) *keySets {
	return &keySets{fetch: fetch, clock: c, log: log, issuers: map[string]*keySet{}}
}

// usable reports whether the keys may be used.
func (s *keySet) usable(now time.Time) bool {
	return !s.fetched.IsZero() && now.Sub(s.fetched) < keysKept
}

// due reports whether the keys are to be fetched: they are old, or do not have the wanted one. A time that lies ahead
// is one before a clock was set back, and says nothing.
func (s *keySet) due(known bool, now time.Time) bool {
	within := func(since time.Time, d time.Duration) bool {
		return !since.IsZero() && !now.Before(since) && now.Sub(since) < d
	}
	return (!known || !within(s.fetched, keysFresh)) && !within(s.tried, fetchInterval)
}

// find returns a key of an issuer. The refusal says why there is none.
func (k *keySets) find(ctx context.Context, issuer string, w wanted) (crypto.PublicKey, Refusal) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.of(issuer)
	if s == nil {
		return nil, Refusal{Reason: ReasonUnavailable, Keys: busy}
	}
	now := k.clock.Now()
	if s.done == nil && s.due(w.in(s.keys) != nil, now) {
		s.tried, s.done = now, make(chan struct{})
		go k.refresh(context.WithoutCancel(ctx), issuer, s)
	}
	if done := s.done; done != nil {
		k.mu.Unlock()
		select {
		case <-done:
		case <-ctx.Done():
		}
		k.mu.Lock()
	}
	if !s.usable(k.clock.Now()) {
		return nil, Refusal{Reason: ReasonUnavailable, Keys: s.failure}
	}
	if key := w.in(s.keys); key != nil {
		return key, Refusal{}
	}
	return nil, Refusal{Reason: ReasonUnknownKey, Keys: s.failure}
}

// busy says that the keys of an issuer are not fetched: of as many issuers as there may be, none has answered yet.
const busy = "too many issuers are asked for their keys at this moment"

// of returns the keys of an issuer. Where there are too many issuers, the one that was asked longest ago is forgotten.
// It returns nil where each of them is being asked.
func (k *keySets) of(issuer string) *keySet {
	if s, there := k.issuers[issuer]; there {
		return s
	}
	if len(k.issuers) >= mostIssuers {
		oldest := ""
		for name, s := range k.issuers {
			if s.done == nil && (oldest == "" || s.tried.Before(k.issuers[oldest].tried)) {
				oldest = name
			}
		}
		if oldest == "" {
			return nil
		}
		delete(k.issuers, oldest)
	}
	s := &keySet{}
	k.issuers[issuer] = s
	return s
}

// refresh fetches the keys of an issuer. Where that fails, those that are there stay.
func (k *keySets) refresh(ctx context.Context, issuer string, s *keySet) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	keys, err := k.fetch(ctx, issuer)
	k.mu.Lock()
	defer k.mu.Unlock()
	if s.failure = ""; err == nil {
		s.keys, s.fetched = keys, k.clock.Now()
	} else {
		s.failure = err.Error()
		k.log.WarnContext(ctx, "the keys of an issuer could not be fetched", "issuer", issuer, "reason", s.failure,
			"fetched", s.fetched)
	}
	close(s.done)
	s.done = nil
}

// age returns the age of the oldest keys that are in use because their issuer could not be reached; 0 for none.
func (k *keySets) age() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.clock.Now()
	var oldest time.Duration
	for _, s := range k.issuers {
		if s.failure != "" && s.usable(now) {
			oldest = max(oldest, now.Sub(s.fetched))
		}
	}
	return oldest
}
