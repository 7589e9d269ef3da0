package access

import (
	"context"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// UseInterval is the least time between two writes of a principal's last use.
const UseInterval = time.Minute

// Uses collects the uses of principals and of workload identities until they are written. No request waits for that,
// and none fails with it.
type Uses struct {
	mu      sync.Mutex
	at      map[string]time.Time // by id of the principal or the identity
	written map[string]time.Time // the last use that was written, which a principal that is kept in memory does not show
}

// NewUses returns a collection without uses.
func NewUses() *Uses { return &Uses{at: map[string]time.Time{}, written: map[string]time.Time{}} }

// note remembers a use, unless the last one that is written is recent.
func (u *Uses) note(p *store.Principal, now time.Time) {
	if u == nil || now.Sub(p.LastUsedAt) < UseInterval {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if now.Sub(u.written[p.ID]) >= UseInterval {
		u.at[p.ID] = now
	}
}

// Waiting returns how many uses wait to be written: at most one of each principal.
func (u *Uses) Waiting() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.at)
}

// Write writes the uses so far. Those that cannot be written are kept for the next time.
func (u *Uses) Write(ctx context.Context, r *txn.Runner) error {
	u.mu.Lock()
	waiting := maps.Clone(u.at)
	u.mu.Unlock()
	if len(waiting) == 0 {
		return nil
	}
	err := r.TryUpdate(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		for id, at := range waiting {
			mark := tx.MarkPrincipalUsed
			if strings.HasPrefix(id, api.WorkloadIdentities.IDPrefix) {
				mark = tx.MarkWorkloadIdentityUsed
			}
			if err := mark(ctx, id, at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	maps.DeleteFunc(u.written, func(_ string, at time.Time) bool { return r.Clock.Now().Sub(at) >= UseInterval })
	maps.Copy(u.written, waiting)
	maps.DeleteFunc(u.at, func(id string, at time.Time) bool { return at.Equal(waiting[id]) })
	return nil
}
