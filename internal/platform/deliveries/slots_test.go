package deliveries

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
)

// TestSlots leaves slots for other tenants when one tenant has many slow receivers. A waiting caller ends with its
// context.
func TestSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSlots(NewWaker())
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		acquire := func(ctx context.Context, tenant string) (release func()) {
			t.Helper()
			release, err := c.acquire(ctx, tenant)
			if err != nil {
				t.Fatalf("%s got no slot", tenant)
			}
			return release
		}
		full := func(tenant string) {
			t.Helper()
			waiting, stop := context.WithCancel(t.Context())
			got := make(chan bool)
			go func() {
				_, err := c.acquire(waiting, tenant)
				got <- err == nil
			}()
			synctest.Wait() // it waits for a slot, or has got one
			stop()
			if <-got {
				t.Errorf("%s got one slot too many", tenant)
			}
		}
		var release func()
		for n := range slotsAtOnce / slotsPerTenant {
			for range slotsPerTenant {
				release = acquire(t.Context(), fmt.Sprint(n))
			}
			full(fmt.Sprint(n))
		}
		full("another")
		release()
		acquire(t.Context(), "another")()
		if _, err := c.acquire(ended, "another"); err == nil {
			t.Error("a slot for a context that has ended")
		}
		for range slotsPerTenant { // nothing was lost on the way
			release = acquire(t.Context(), fmt.Sprint(slotsAtOnce/slotsPerTenant-1))
			release()
		}
	})
}
