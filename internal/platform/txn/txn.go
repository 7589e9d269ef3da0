// Package txn runs one transaction on behalf of one caller. All that happens in it happens together, at one moment, in
// one tenant and environment. It knows nothing of HTTP and nothing of any kind of object.
package txn

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/journal"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Caller is the identity on whose behalf a transaction runs. Background work has a caller too.
type Caller struct {
	Scope     store.Scope
	Actor     string // the id that the audit names; empty for none
	ActorName string // its name; empty for what has none
	RequestID string // empty outside a request

	// What the audit has besides, of a request.
	Role      string // of the actor
	Workload  string // the id of the workload identity that acts; empty for none
	Address   string
	UserAgent string
}

// In returns the caller in another scope.
func (c Caller) In(scope store.Scope) Caller {
	c.Scope = scope
	return c
}

// Runner runs transactions.
type Runner struct {
	Store  *store.Store
	Clock  clock.Clock
	Keys   *keys.Keys
	Random *keys.Random
	Watch  *Watch
	// Principals are those that were read lately, by the keyed hash of their token.
	Principals Verified[*store.Principal]
	// Workloads are the access tokens of workload identities that were read lately, by the keyed hash of their value.
	Workloads Verified[WorkloadToken]
	// Platform is which platform the database is of, as it was when the runner was opened.
	Platform api.PlatformRef
	// Journal has outside of the database what a backup may lack; nil for none.
	Journal *journal.File
	// Restored tells whether a restore of the platform waits for its confirmation.
	Restored *Restored
}

// View runs a transaction that only reads.
func (r *Runner) View(ctx context.Context, c Caller, do func(*Tx) error) error {
	return r.Store.View(ctx, func(tx *store.Tx) error { return do(r.begin(tx, c, false)) })
}

// Update runs a transaction that may write. It calls the functions of OnCommit after the commit.
func (r *Runner) Update(ctx context.Context, c Caller, do func(*Tx) error) error {
	return r.update(ctx, r.Store.UpdateIn, c, do)
}

// TryUpdate is Update for what can wait. It does not wait itself where the database cannot be written.
func (r *Runner) TryUpdate(ctx context.Context, c Caller, do func(*Tx) error) error {
	return r.update(ctx, r.Store.TryUpdate, c, do)
}

func (r *Runner) update(
	ctx context.Context, update func(context.Context, store.Scope, func(*store.Tx) error) error, c Caller,
	do func(*Tx) error,
) error {
	var done *Tx
	err := update(ctx, c.Scope, func(tx *store.Tx) error {
		done = r.begin(tx, c, true)
		if err := do(done); err != nil {
			return err
		}
		if err := r.Watch.raise(ctx, done); err != nil {
			return err
		}
		r.note(done)
		return nil
	})
	if err == nil {
		for _, f := range done.shared.committed {
			f()
		}
	}
	return err
}

func (r *Runner) begin(tx *store.Tx, c Caller, writable bool) *Tx {
	now, verdict := r.Watch.Judge()
	return &Tx{
		Tx: tx, Caller: c, Now: now, Paused: verdict.InDoubt() || r.Restored.Pending(), Keys: r.Keys, Random: r.Random,
		Writable: writable, shared: &shared{values: map[any]any{}},
	}
}

// Tx is a transaction of the store on behalf of a caller.
type Tx struct {
	*store.Tx
	Caller
	Now time.Time // of everything that happens in it
	// Paused says that the clock is in doubt, or that a restore is not confirmed: what the platform does by itself when a
	// time has passed, and cannot undo, waits. What a caller asks for is done, and validity is decided by Now all the
	// same.
	Paused   bool
	Keys     *keys.Keys
	Random   *keys.Random
	Writable bool

	shared *shared
}

// shared is what a transaction has in common with the transactions that As returns.
type shared struct {
	committed []func()
	values    map[any]any
}

// As returns the same transaction on behalf of another caller.
func (tx *Tx) As(c Caller) *Tx {
	out := *tx
	out.Caller = c
	return &out
}

// OnCommit has a function called once the transaction is committed, and never otherwise.
func (tx *Tx) OnCommit(f func()) { tx.shared.committed = append(tx.shared.committed, f) }

// Value returns what a package keeps for the length of the transaction. The key is of a type of that package. The
// first call for a key makes the value.
func (tx *Tx) Value(key any, first func() any) any {
	v, ok := tx.shared.values[key]
	if !ok {
		v = first()
		tx.shared.values[key] = v
	}
	return v
}

// NewID returns a new id with a prefix.
func (tx *Tx) NewID(prefix string) (string, error) { return tx.Random.ID(prefix, tx.Now) }

// Bound returns what the sealed value of a version belongs to.
func (tx *Tx) Bound(credentialID string, number int64) keyring.Bound {
	return keyring.Bound{
		Tenant: tx.Scope.Tenant, Environment: tx.Scope.Environment, Credential: credentialID, Version: number,
	}
}
