package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

func TestSharedQueryBeginsAfterTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s sharedQuery
		queries := make(chan chan int64) // each running query takes its answer from a channel of its own
		query := func(context.Context) (int64, error) {
			answer := make(chan int64)
			queries <- answer
			return <-answer, nil
		}
		var all sync.WaitGroup
		ask := func(want int64) {
			all.Go(func() {
				if got, err := s.ask(t.Context(), query); err != nil || got != want {
					t.Errorf("got %d, %v, want %d", got, err, want)
				}
			})
		}
		ask(1)
		first := <-queries
		for range 10 {
			ask(2) // these come while the first query runs, so its answer may be too old for them
		}
		synctest.Wait()
		first <- 1
		second := <-queries
		ask(3)
		synctest.Wait()
		second <- 2
		third := <-queries
		third <- 3
		all.Wait()
		synctest.Wait()
		if s.running || s.next != nil {
			t.Error("something still runs or waits")
		}
	})
}

func TestSharedQueryOutlivesACaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s sharedQuery
		answer := make(chan int64)
		query := func(ctx context.Context) (int64, error) {
			select {
			case n := <-answer:
				return n, nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		}
		ended, end := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := s.ask(ended, query); !errors.Is(err, context.Canceled) {
				t.Errorf("the caller that ended got %v", err)
			}
		})
		synctest.Wait()
		end()
		synctest.Wait()
		all.Go(func() {
			if got, err := s.ask(t.Context(), query); err != nil || got != 2 {
				t.Errorf("the caller that stayed got %d, %v", got, err)
			}
		})
		synctest.Wait()
		answer <- 1
		answer <- 2
		all.Wait()
	})
}
