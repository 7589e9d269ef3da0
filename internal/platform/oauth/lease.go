package oauth

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

const (
	// leaseKind is the kind of the leases of refreshes.
	leaseKind = "refresh"
	// leaseFor is longer than a request and the storing of its outcome take.
	leaseFor = time.Minute
	// lookEvery is how often a process looks whether another one is done with a refresh, and waitFor how long it does.
	lookEvery, waitFor = 200 * time.Millisecond, 20 * time.Second
)

// lease takes the lease of the refreshes of a connector, so that no other process uses its refresh token. It waits
// while another one does. It returns an empty id where that one is not done in time.
func (r *Refresher) lease(ctx context.Context, ref store.Ref) (attempt string, err error) {
	id, err := r.Runner.Random.ID(keys.IDAttempt, r.Runner.Clock.Now())
	if err != nil {
		return "", err
	}
	limited, cancel := context.WithTimeout(ctx, waitFor)
	defer cancel()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		taken, err := r.Runner.Store.Leases.Take(ctx, leaseKind, ref.ID, id, leaseFor)
		if taken || err != nil {
			return id, err
		}
		select {
		case <-tick.C:
		case <-limited.Done():
			return "", nil
		}
	}
}
