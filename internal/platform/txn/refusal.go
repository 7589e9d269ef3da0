package txn

import (
	"cmp"
	"context"
	"errors"
)

// refusal is an error of a transaction that has something to store although the transaction was rolled back.
type refusal interface {
	error
	// Keep stores it, and returns what the caller is told.
	Keep(ctx context.Context, tx *Tx) (told, err error)
}

// Keep stores what a refusal has to store, in a transaction of its own, and returns what the caller is told. It returns
// every other error as it is.
func (r *Runner) Keep(ctx context.Context, c Caller, err error) error {
	var kept refusal
	if !errors.As(err, &kept) {
		return err
	}
	var told error
	err = r.Update(ctx, c, func(tx *Tx) (err error) {
		told, err = kept.Keep(ctx, tx)
		return err
	})
	return cmp.Or(err, told)
}
