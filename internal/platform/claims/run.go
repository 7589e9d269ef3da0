package claims

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Renew says that a run of the caller is alive.
func Renew(ctx context.Context, tx *txn.Tx, id string) (*store.Run, error) {
	r, err := own(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !r.EndedAt.IsZero() {
		return nil, ended(r)
	}
	r.LeaseUntil = tx.Now.Add(api.RunLease)
	return r, save(ctx, tx, r)
}

// End ends a run of the caller. A run that has ended stays as it ended.
func End(ctx context.Context, tx *txn.Tx, id string, inOrder bool) error {
	r, err := own(ctx, tx, id)
	if err != nil || !r.EndedAt.IsZero() {
		return err
	}
	r.EndedAt, r.InOrder = tx.Now, inOrder
	if tx.Now.Before(r.LeaseUntil) {
		r.LeaseUntil = tx.Now
	}
	return save(ctx, tx, r)
}

// own reads a run of the caller.
func own(ctx context.Context, tx *txn.Tx, id string) (*store.Run, error) {
	r, err := read(ctx, tx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && r.Principal != tx.Actor {
		return nil, problem.New(api.CodeNotFound, "", "this principal has no run with this id in tenant %s, environment %s",
			tx.Scope.Tenant, tx.Scope.Environment)
	}
	return r, err
}

func read(ctx context.Context, tx *txn.Tx, id string) (*store.Run, error) {
	r, err := tx.Run(ctx, tx.Scope, id)
	if err != nil {
		return nil, err
	}
	bound, err := tx.Keys.Rows().Run(r)
	return r, tx.CheckBound(ctx, bound, err)
}

func save(ctx context.Context, tx *txn.Tx, r *store.Run) error {
	if err := tx.UpdateRun(ctx, r); err != nil {
		return err
	}
	bound, err := tx.Keys.Rows().Run(r)
	return tx.Bind(ctx, bound, err)
}

func ended(r *store.Run) error {
	return problem.New(api.CodeConflict, "", "the run %s was ended at %s, so nothing is done in its name any more; "+
		"start another one", r.ID, r.EndedAt.UTC().Format(time.RFC3339))
}

// begin makes the run of a create with its first one, and renews it with each further one.
func begin(ctx context.Context, tx *txn.Tx, id string) error {
	r, err := read(ctx, tx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		r = &store.Run{
			Scope: tx.Scope, ID: id, Principal: tx.Actor, StartedAt: tx.Now, LeaseUntil: tx.Now.Add(api.RunLease),
		}
		if err := tx.InsertRun(ctx, r); err != nil {
			return err
		}
		bound, err := tx.Keys.Rows().Run(r)
		return tx.Bind(ctx, bound, err)
	case err != nil:
		return err
	case r.Principal != tx.Actor:
		return problem.New(api.CodeInvalid, "", "header parameter %s: names a run of another principal; "+
			"make an id of your own", api.HeaderRun)
	case !r.EndedAt.IsZero():
		return ended(r)
	}
	r.LeaseUntil = tx.Now.Add(api.RunLease)
	return save(ctx, tx, r)
}

// retention is how long a run is kept after its lease. By then it decides nothing: an object without its run is never
// adopted. A claim stays as long as its object: once presented, it says that a state has the object.
const retention = 24 * time.Hour

// Forget returns what deletes a few old runs, and claims of deleted objects, at a time.
func Forget(ctx context.Context, now time.Time, batch int) []func(*txn.Tx) (int64, error) {
	before := now.Add(-retention)
	all := []func(*txn.Tx) (int64, error){
		func(tx *txn.Tx) (int64, error) { return tx.ForgetRuns(ctx, before, batch) },
	}
	for _, kind := range api.Kinds() {
		all = append(all, func(tx *txn.Tx) (int64, error) {
			return tx.ForgetClaimsOfDeleted(ctx, kind.Path, now, batch)
		})
	}
	return all
}

// extendBatch is how many runs one transaction of Extend changes.
const extendBatch = 200

// Extend gives every run that nobody has ended a new lease, at the start of the platform: while the platform was down,
// no run could renew its own. A run that is gone all the same keeps the next one waiting for that long.
func Extend(ctx context.Context, runner *txn.Runner) error {
	now := runner.Clock.Now()
	until := now.Add(api.RunLease)
	for {
		n := 0
		err := runner.Update(ctx, txn.Caller{}, func(tx *txn.Tx) error {
			found, err := tx.RunsWithLease(ctx, now.Add(-api.AdoptionWindow), until, extendBatch)
			n = len(found)
			if err != nil {
				return err
			}
			for _, r := range found {
				if err := extend(ctx, tx.As(txn.Caller{Scope: r.Scope}), r.ID, until); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n < extendBatch {
			return err
		}
	}
}

func extend(ctx context.Context, tx *txn.Tx, id string, until time.Time) error {
	r, err := read(ctx, tx, id)
	if err != nil {
		return err
	}
	r.LeaseUntil = until
	return save(ctx, tx, r)
}
