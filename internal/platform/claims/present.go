package claims

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Present takes the claim of a read. From then on the object is never adopted. It returns a problem where another run
// has adopted the object, so that a second state does not go on with it. A claim of another object says nothing.
func Present(ctx context.Context, runner *txn.Runner, caller txn.Caller, id, claim string) error {
	var found *store.Claim
	err := runner.View(ctx, caller, func(tx *txn.Tx) (err error) {
		found, err = presented(ctx, tx, id, claim)
		return err
	})
	if err != nil || found == nil || !found.PresentedAt.IsZero() {
		return err
	}
	if outage := runner.Store.Outage(); outage != nil {
		return outage // no read waits for its end
	}
	return runner.Update(ctx, caller, func(tx *txn.Tx) error { return note(ctx, tx, id, claim) })
}

// note stores that a claim was presented.
func note(ctx context.Context, tx *txn.Tx, id, claim string) error {
	found, err := presented(ctx, tx, id, claim)
	if err != nil || found == nil || !found.PresentedAt.IsZero() {
		return err
	}
	found.PresentedAt, found.Digest = tx.Now, api.ClaimDigest(id, claim)
	if err := tx.UpdateClaim(ctx, found); err != nil {
		return err
	}
	return bind(ctx, tx, found)
}

// presentBatch is how many claims one transaction of PresentAll stores. The writes of others go in between.
const presentBatch = 100

// PresentAll takes the claims of objects that a state has, as Present takes each. It says nothing of a claim that does
// not count.
func PresentAll(ctx context.Context, runner *txn.Runner, caller txn.Caller, all []api.PresentedClaim) error {
	if outage := runner.Store.Outage(); outage != nil {
		return outage
	}
	for batch := range slices.Chunk(all, presentBatch) {
		err := runner.Update(ctx, caller, func(tx *txn.Tx) error {
			for _, c := range batch {
				err := note(ctx, tx, c.ID, c.Claim)
				if err != nil && !problem.Has(err, api.CodeClaimSuperseded) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// presented finds the claim of a read; nil for none.
func presented(ctx context.Context, tx *txn.Tx, id, claim string) (*store.Claim, error) {
	found, err := tx.ClaimByHash(ctx, tx.Scope, id, tx.Keys.ClaimHash(tx.Scope, id, claim))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	bound, err := tx.Keys.Rows().Claim(found)
	if err := tx.CheckBound(ctx, bound, err); err != nil {
		return nil, err
	}
	if found.SupersededAt.IsZero() {
		return found, nil
	}
	name, err := tx.PrincipalName(ctx, tx.Scope, found.SupersededBy)
	if err != nil {
		return nil, fmt.Errorf("find who adopted %s: %w", id, err)
	}
	return nil, problem.New(api.CodeClaimSuperseded, "", "%s was made by the interrupted run %s; at %s, %s adopted it in "+
		"run %s, before any state had presented the claim of this one; "+
		"the state of that run has it now, so take it out of this one",
		id, found.RunID, found.SupersededAt.UTC().Format(time.RFC3339),
		api.Actor(found.SupersededBy, name), found.SupersededRun)
}
