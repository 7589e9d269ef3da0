package txn

import (
	"context"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// State is what decides about access at one moment: the time, and how often it was changed.
type State struct {
	Now     time.Time
	changes int64
	usable  bool
}

// Usable reports whether what was verified at an equal state may be used instead of the database. It may not be while
// the clock is in doubt or the database cannot be written: then what is read depends on more than what is stored.
func (s State) Usable() bool { return s.usable }

// State returns the state of what decides about access, by whichever process it was changed. Nothing is usable at a
// state that could not be read: the transaction that follows has the error.
func (r *Runner) State(ctx context.Context) State {
	now, verdict := r.Watch.Judge()
	if verdict.InDoubt() || r.Store.Outage() != nil {
		return State{Now: now}
	}
	changes, err := r.Store.Access.Changes(ctx)
	return State{Now: now, changes: changes, usable: err == nil}
}

// maxVerified is how many values a Verified keeps at most. Each takes a few kilobytes.
const maxVerified = 10_000

// Verified keeps what was read of rows that decide about access, after their keyed hashes were checked. A value counts
// at the state at which it was kept, and no longer: the first change of any such row ends it, in the transaction of the
// change. What depends on the time is for the caller to decide anew. The zero value is ready for use.
type Verified[V any] struct {
	mu      sync.RWMutex
	changes int64
	values  map[string]V
}

// Find returns the value of a key, where nothing was changed since it was kept.
func (v *Verified[V]) Find(key string, at State) (value V, ok bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if at.usable && at.changes == v.changes {
		value, ok = v.values[key]
	}
	return value, ok
}

// Keep keeps a value that was read after the state. Nobody may change it any more.
func (v *Verified[V]) Keep(key string, at State, value V) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !at.usable || at.changes < v.changes {
		return
	}
	if v.values == nil || at.changes > v.changes || len(v.values) >= maxVerified {
		v.changes, v.values = at.changes, map[string]V{}
	}
	v.values[key] = value
}

// WorkloadToken is what decides about an access token of a workload identity: its row, and that of the identity.
type WorkloadToken struct {
	Token    *store.AccessToken
	Identity *store.WorkloadIdentity
}
