package txn

import (
	"context"
	"fmt"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

const chainBatch = 200

// takeOverChain makes the audit events of older builds, which were in a hash chain, the first leaves of the logs. That
// happens once in the life of a database, before anything else is recorded, and goes on where it was interrupted.
// Where the chain does not verify, the events are taken over as they are: quickconnectd audit verify finds the same.
func (r *Runner) takeOverChain(ctx context.Context) error {
	for {
		var found []store.ChainEvent
		read := func(tx *store.Tx) (err error) {
			found, err = tx.ChainEvents(ctx, chainBatch)
			return err
		}
		if err := r.Store.View(ctx, read); err != nil || len(found) == 0 {
			return err
		}
		err := r.Store.Update(ctx, func(tx *store.Tx) error {
			if err := read(tx); err != nil {
				return err
			}
			for _, e := range found {
				var err error
				if e.Salt, err = r.Random.Salt(); err == nil {
					err = tx.TakeFromChain(ctx, e)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("take over the audit events of an older build: %w", err)
		}
	}
}
