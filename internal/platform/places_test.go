package platform

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
)

// TestPlaces: however many receivers of one tenant are slow, there is room for those of others, and who waits gives up with its context.
func TestPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCourier()
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		enter := func(ctx context.Context, tenant string) (leave func()) {
			t.Helper()
			leave, ok := c.enter(ctx, tenant)
			if !ok {
				t.Fatalf("%s got no place", tenant)
			}
			return leave
		}
		full := func(tenant string) {
			t.Helper()
			waiting, stop := context.WithCancel(t.Context())
			got := make(chan bool)
			go func() {
				_, ok := c.enter(waiting, tenant)
				got <- ok
			}()
			synctest.Wait() // it waits for a place, or has got one
			stop()
			if <-got {
				t.Errorf("%s got one place too many", tenant)
			}
		}
		var leave func()
		for n := range lanesAtOnce / lanesPerTenant {
			for range lanesPerTenant {
				leave = enter(t.Context(), fmt.Sprint(n))
			}
			full(fmt.Sprint(n))
		}
		full("another")
		leave()
		enter(t.Context(), "another")()
		if _, ok := c.enter(ended, "another"); ok {
			t.Error("a place for a context that has ended")
		}
		for range lanesPerTenant { // nothing was lost on the way
			leave = enter(t.Context(), fmt.Sprint(lanesAtOnce/lanesPerTenant-1))
			leave()
		}
	})
}
