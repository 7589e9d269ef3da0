package workload

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

const hungIssuer = "https://hung.example.com"

// asking is the key sets of issuers that all have one key. One of them never answers.
type asking struct {
	*keySets
	t     *testing.T
	clock *clock.Fake

	mu      sync.Mutex
	fetches map[string]int
	hold    chan struct{} // an answer waits until it is closed; nil: none waits
}

func newAsking(t *testing.T) *asking {
	t.Helper()
	a := &asking{t: t, clock: clock.NewFake(time.Unix(1_800_000_000, 0)), fetches: map[string]int{}}
	public := make(ed25519.PublicKey, ed25519.PublicKeySize)
	key := jose.JSONWebKey{Key: public, KeyID: "k", Algorithm: "EdDSA", Use: "sig"}
	a.keySets = newKeySets(func(ctx context.Context, issuer string) ([]jose.JSONWebKey, error) {
		a.mu.Lock()
		a.fetches[issuer]++
		hold := a.hold
		a.mu.Unlock()
		if issuer == hungIssuer {
			<-ctx.Done()
			return nil, errors.New("no answer in time")
		}
		if hold != nil {
			<-hold
		}
		return []jose.JSONWebKey{key}, nil
	}, a.clock, slog.New(slog.DiscardHandler))
	return a
}

// ask looks for the key of an issuer, and returns why it has none.
func (a *asking) ask(issuer string) string {
	_, r := a.find(a.t.Context(), issuer, wanted{id: "k", algorithm: "EdDSA"})
	return r.Reason + r.Keys
}

func (a *asking) asked(issuer string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.fetches[issuer]
}

// Of 50 exchanges at the same time, one fetches the keys, and the others wait for it.
func TestKeysAreFetchedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAsking(t)
		a.hold = make(chan struct{})
		var all sync.WaitGroup
		var answered int
		var mu sync.Mutex
		for range 50 {
			all.Go(func() {
				if why := a.ask("https://one.example.com"); why != "" {
					t.Error(why)
				}
				mu.Lock()
				defer mu.Unlock()
				answered++
			})
		}
		synctest.Wait()
		mu.Lock()
		if n := a.asked("https://one.example.com"); n != 1 || answered != 0 {
			t.Errorf("%d fetches for 50 that wait, %d of them answered", n, answered)
		}
		mu.Unlock()
		close(a.hold)
		all.Wait()
		if n := a.asked("https://one.example.com"); n != 1 || answered != 50 {
			t.Errorf("%d fetches, %d of 50 answered", n, answered)
		}
	})
}

// Nobody waits for an issuer that hangs longer than a fetch may take. Others are asked meanwhile, and the end of one
// caller's waiting does not end the fetch.
func TestHungIssuer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := clock.System().Now // synctest has its own
		a, began := newAsking(t), now()
		gone, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			if _, r := a.find(gone, hungIssuer, wanted{id: "k", algorithm: "EdDSA"}); r.Reason != ReasonUnavailable {
				t.Errorf("whoever has gone: %+v", r)
			}
			if waited := now().Sub(began); waited != 0 {
				t.Errorf("whoever has gone waited %s", waited)
			}
		})
		synctest.Wait()
		for range 20 {
			all.Go(func() {
				if why := a.ask(hungIssuer); why != ReasonUnavailable+"no answer in time" {
					t.Error(why)
				}
				if waited := now().Sub(began); waited != fetchTimeout {
					t.Errorf("waited %s", waited)
				}
			})
		}
		synctest.Wait()
		cancel()
		if why := a.ask("https://one.example.com"); why != "" || now().Sub(began) != 0 {
			t.Errorf("another issuer: %s after %s", why, now().Sub(began))
		}
		all.Wait()
		if n := a.asked(hungIssuer); n != 1 {
			t.Errorf("%d fetches", n)
		}
		// It is left alone for a while: nobody waits.
		began = now()
		if why := a.ask(hungIssuer); why != ReasonUnavailable+"no answer in time" || now().Sub(began) != 0 {
			t.Errorf("right after: %s after %s", why, now().Sub(began))
		}
		a.clock.Advance(fetchInterval)
		if a.ask(hungIssuer); a.asked(hungIssuer) != 2 {
			t.Errorf("%d fetches after a while", a.asked(hungIssuer))
		}
	})
}

// The keys of 1,000 issuers are in memory. The one that was asked longest ago makes room for another one; one that is
// being asked does not.
func TestIssuersAreLimited(t *testing.T) {
	const most = 1000
	synctest.Test(t, func(t *testing.T) {
		a := newAsking(t)
		name := func(i int) string { return fmt.Sprintf("https://%d.example.com", i) }
		a.hold = make(chan struct{})
		var all sync.WaitGroup
		for i := range most {
			all.Go(func() {
				if why := a.ask(name(i)); why != "" {
					t.Error(why)
				}
			})
			synctest.Wait()
			a.clock.Advance(time.Microsecond)
		}
		if why := a.ask("https://another.example.com"); why != ReasonUnavailable+busy || len(a.issuers) != most {
			t.Errorf("while all are asked: %q, %d issuers", why, len(a.issuers))
		}
		close(a.hold)
		all.Wait()
		for i := range 3 {
			if why := a.ask(name(most + i)); why != "" || len(a.issuers) != most {
				t.Errorf("%q, %d issuers", why, len(a.issuers))
			}
		}
		for _, i := range []int{3, most - 1, most, 0} { // the first one was forgotten
			want := 1
			if i == 0 {
				want = 2
			}
			if a.ask(name(i)); a.asked(name(i)) != want {
				t.Errorf("issuer %d was asked %d times, want %d", i, a.asked(name(i)), want)
			}
		}
	})
}
