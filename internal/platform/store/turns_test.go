package store

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
)

var (
	loud  = Scope{Tenant: "loud", Environment: "production"}
	quiet = Scope{Tenant: "quiet", Environment: "production"}
)

// queue has a writer of each scope wait for its turn, in this order. Each notes its scope when the turn comes.
func queue(t *testing.T, turns *turns, took *[]string, scopes ...Scope) (done *sync.WaitGroup) {
	t.Helper()
	done = &sync.WaitGroup{}
	for _, scope := range scopes {
		before := waitingFor(turns)
		done.Go(func() {
			if err := turns.begin(t.Context(), scope); err != nil {
				t.Error(err)
				return
			}
			*took = append(*took, scope.Tenant)
			turns.end()
		})
		for waitingFor(turns) == before && t.Context().Err() == nil {
			runtime.Gosched()
		}
	}
	return done
}

func waitingFor(turns *turns) (n int) {
	turns.mu.Lock()
	defer turns.mu.Unlock()
	for _, waiting := range turns.waiting {
		n += len(waiting)
	}
	return n
}

// TestEnvironmentsTakeTurns: a writer waits for one of each other environment, however many of those wait before it.
func TestEnvironmentsTakeTurns(t *testing.T) {
	var turns turns
	if err := turns.begin(t.Context(), loud); err != nil {
		t.Fatal(err)
	}
	var took []string
	done := queue(t, &turns, &took, loud, loud, loud, loud, quiet, quiet)
	turns.end()
	done.Wait()
	if want := []string{"loud", "quiet", "loud", "quiet", "loud", "loud"}; !slices.Equal(took, want) {
		t.Errorf("%q, want %q", took, want)
	}
	if turns.busy || len(turns.order) != 0 || len(turns.waiting) != 0 {
		t.Errorf("at the end: %+v", &turns)
	}
}

// TestGivingUpATurn: who gives up is passed over, and the turn is never lost.
func TestGivingUpATurn(t *testing.T) {
	var turns turns
	for range 200 {
		if err := turns.begin(t.Context(), loud); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		failed := make(chan error, 1)
		go func() {
			err := turns.begin(ctx, loud)
			if err == nil {
				turns.end() // the turn came at the same time
			}
			failed <- err
		}()
		for waitingFor(&turns) == 0 && t.Context().Err() == nil {
			runtime.Gosched()
		}
		var took []string
		done := queue(t, &turns, &took, quiet)
		go cancel()
		turns.end()
		if err := <-failed; err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		done.Wait()
	}
	if turns.busy || len(turns.order) != 0 || len(turns.waiting) != 0 {
		t.Errorf("at the end: %+v", &turns)
	}
}
