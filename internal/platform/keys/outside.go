package keys

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// refreshAhead is how long before its end a data key is unwrapped again that was used lately. An outage then finds keys
// that are fresh for a time.
const refreshAhead = 2 * time.Minute

// serviceRetryAfter is how many seconds a client should wait for a key-management service.
const serviceRetryAfter = 10

// serviceError is the error of a key-management service, with what the client of the API learns of it.
type serviceError struct {
	answer *problem.Error
	err    error
}

func (e *serviceError) Error() string   { return e.err.Error() }
func (e *serviceError) Unwrap() []error { return []error{e.answer, e.err} }

// unavailable adds what the client of the API learns to an error of a key-management service.
func unavailable(err error) error {
	if !keyring.IsUnreachable(err) && !keyring.IsRefused(err) {
		return err
	}
	answer := problem.New(api.CodeUnavailable, "", "the value cannot be sealed or opened now: %s", keyring.Reason(err))
	answer.RetryAfter = serviceRetryAfter
	return &serviceError{answer, err}
}

// isService reports whether an error is of a key-management service, and of no value.
func isService(err error) bool {
	return keyring.IsUnreachable(err) || keyring.IsRefused(err) || errors.Is(err, context.Canceled) ||
		errors.Is(err, context.DeadlineExceeded)
}

// Refresh unwraps the data keys again that a key outside has wrapped, that were used lately, and that are about to be
// fresh no more. In an outage they stay as they are; where the service refuses the platform, they are dropped.
func Refresh(ctx context.Context, k *Keys) error {
	now := k.clock.Now()
	ending := k.unwrapped.Ending(now, refreshAhead, k.keyring.Outage())
	byNumber := map[int64][]keyring.Wrapped{}
	for header, u := range ending {
		byNumber[header.Number] = append(byNumber[header.Number], keyring.Wrapped{
			Header: header, Owner: u.DataKey.Owner, Text: u.Wrapped,
		})
	}
	for _, number := range slices.Sorted(maps.Keys(byNumber)) {
		for batch := range slices.Chunk(byNumber[number], keyring.MaxBatch) {
			if err := refresh(ctx, k, number, batch, now); err != nil {
				return err
			}
		}
	}
	return nil
}

func refresh(ctx context.Context, k *Keys, number int64, batch []keyring.Wrapped, now time.Time) error {
	opened, err := k.keyring.OpenDataKeys(ctx, number, batch)
	if keyring.IsRefused(err) {
		k.unwrapped.Drop(number)
	}
	if err != nil {
		return err
	}
	for i, key := range opened {
		k.unwrapped.Renew(batch[i].Header, key, now)
	}
	return nil
}

// openAll opens every key of the platform, so that an outage of a key outside keeps nobody from being recognised.
func openAll(ctx context.Context, k *Keys) error {
	if !k.keyring.IsOutside(k.keyring.Newest()) {
		return nil
	}
	return k.store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.AllKeys(ctx)
		if err != nil {
			return err
		}
		for _, purpose := range purposesOf(rows) {
			if _, err := k.keysOf(ctx, tx, purpose); err != nil {
				return err
			}
		}
		return nil
	})
}

// purposesOf returns the purposes of keys, each once.
func purposesOf(rows []store.KeyRow) (out []string) {
	for _, row := range rows {
		if !slices.Contains(out, row.Purpose) {
			out = append(out, row.Purpose)
		}
	}
	return out
}
