package keys

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// rewrapBatch is how many values one transaction seals again. Writers wait for one at most.
const rewrapBatch = 50

// Rewrapping is how far a rewrap is.
type Rewrapping struct {
	Number int64 // of the KEK that everything is sealed under afterwards
	Done   int64 // values sealed again, and hashed again, over this run
	Total  int64 // values to seal and to hash again, when this run began
	// Unreadable names what does not open, which stays as it is.
	Unreadable []string
}

// Upgraded reports whether nothing can be sealed in the format of older builds.
func (k *sealer) Upgraded(ctx context.Context) (upgraded bool, err error) {
	err = k.store.View(ctx, func(tx *store.Tx) error {
		all, err := tx.KEKs(ctx)
		upgraded = slices.ContainsFunc(all, func(k store.KEK) bool { return !k.RewrappedAt.IsZero() })
		return err
	})
	return upgraded, err
}

// Rewrap seals everything again that is sealed under an older number than the current one, or in the format of older
// builds, and gives every value that can be opened the hash of the newest lookup key. It works in batches, one
// transaction each, beside a server; begun again, it goes on where it was. It calls progress after each batch.
func Rewrap(
	ctx context.Context, k *Keys, progress func(Rewrapping) error,
) (r Rewrapping, err error) {
	err = k.store.View(ctx, func(tx *store.Tx) (err error) {
		if r.Number, err = tx.CurrentKEK(ctx); err != nil {
			return err
		}
		if r.Total, err = sealedBetween(ctx, tx, nil, keyring.Below(r.Number)); err != nil {
			return err
		}
		lookup, err := k.Lookup(ctx, tx)
		if err != nil || lookup[0].number == 1 {
			return err
		}
		older, err := tx.CountOlderHashes(ctx, hashesOf(lookup[0].number))
		r.Total += older
		return err
	})
	if err != nil {
		return r, err
	}
	for _, column := range store.SealedColumns() {
		if err := k.rewrapColumn(ctx, column, &r, progress); err != nil {
			return r, fmt.Errorf("seal %s again: %w", column, err)
		}
	}
	if err := rehash(ctx, k, &r, progress); err != nil {
		return r, fmt.Errorf("hash values again: %w", err)
	}
	if len(r.Unreadable) > 0 {
		return r, nil
	}
	return r, k.store.Update(ctx, func(tx *store.Tx) error {
		all, err := tx.KEKs(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(k store.KEK) bool { return k.Number == r.Number })
		all[i].RewrappedAt = k.clock.Now()
		return tx.UpdateKEK(ctx, all[i])
	})
}

// sealedBetween counts the values of every column whose bytes come before below, and not before from.
func sealedBetween(ctx context.Context, tx *store.Tx, from, below []byte) (count int64, err error) {
	for _, column := range store.SealedColumns() {
		n, err := tx.CountSealed(ctx, column, append([]byte{}, from...), below)
		if err != nil {
			return 0, err
		}
		count += n
	}
	return count, nil
}

// updateAgain runs a transaction of an operator beside a server. The writes of the server go first: a transaction that
// is refused because of them, or because the database cannot be used, is tried again for about a minute.
func (k *sealer) updateAgain(ctx context.Context, do func(tx *store.Tx) error) error {
	const tries, longest = 64, time.Second
	for try := 1; ; try++ {
		err := k.store.Update(ctx, do)
		if !errors.Is(err, store.ErrUnavailable) || try == tries {
			return err
		}
		timer := time.NewTimer(min(longest, time.Duration(try)*100*time.Millisecond))
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

// inBatches works through values in batches, one transaction each, until a batch is not full. seal does one batch, and
// may be called again for the same one: it returns how many values there were, and names those that do not open.
// committed is called once after each batch.
func (k *sealer) inBatches(
	ctx context.Context, r *Rewrapping, progress func(Rewrapping) error,
	seal func(tx *store.Tx) (found int, unreadable []string, err error), committed func(),
) error {
	for {
		var found int
		var unreadable []string
		err := k.updateAgain(ctx, func(tx *store.Tx) (err error) {
			found, unreadable, err = seal(tx)
			return err
		})
		if err != nil {
			return err
		}
		committed()
		r.Done += int64(found - len(unreadable))
		r.Unreadable = append(r.Unreadable, unreadable...)
		if found > 0 {
			if err := progress(*r); err != nil {
				return err
			}
		}
		if found < rewrapBatch {
			return nil
		}
	}
}

func (k *sealer) rewrapColumn(
	ctx context.Context, column store.SealedColumn, r *Rewrapping, progress func(Rewrapping) error,
) error {
	var last, reached store.SealedValue
	return k.inBatches(ctx, r, progress, func(tx *store.Tx) (int, []string, error) {
		batch, err := tx.SealedBelow(ctx, column, keyring.Below(r.Number), last, rewrapBatch)
		if err != nil || len(batch) == 0 {
			return 0, nil, err
		}
		reached = batch[len(batch)-1]
		unreadable, err := k.resealAll(ctx, tx, column, batch)
		return len(batch), unreadable, err
	}, func() { last = reached })
}

// resealAll seals values again. It leaves one that does not open, and names it: it must not keep the others from it.
func (k *sealer) resealAll(
	ctx context.Context, tx *store.Tx, column store.SealedColumn, batch []store.SealedValue,
) (unreadable []string, err error) {
	for _, v := range batch {
		v.Sealed, err = k.reseal(ctx, tx, column, v)
		switch {
		case errors.Is(err, errUnreadable):
			unreadable = append(unreadable, fmt.Sprintf("%s: %v", column, err))
		case err != nil:
			return nil, err
		default:
			if err := tx.PutSealed(ctx, column, v); err != nil {
				return nil, err
			}
		}
	}
	return unreadable, nil
}

// errUnreadable is the error of a value that does not open. Any other error of a rewrap ends it.
var errUnreadable = errors.New("left as it is")

func asUnreadable(err error) error {
	if err == nil || errors.Is(err, store.ErrUnavailable) || isService(err) {
		return err
	}
	return fmt.Errorf("%w, %w", err, errUnreadable)
}

func (k *sealer) reseal(
	ctx context.Context, tx *store.Tx, column store.SealedColumn, v store.SealedValue,
) ([]byte, error) {
	switch column {
	case store.SealedKeys:
		key, err := k.keyring.OpenKey(ctx, v.Sealed, v.ID, v.Number)
		if err != nil {
			return nil, asUnreadable(err)
		}
		number, err := tx.CurrentKEK(ctx)
		if err != nil {
			return nil, err
		}
		return k.keyring.SealKey(ctx, number, key, v.ID, v.Number)
	case store.SealedSecrets:
		of := keyring.Bound{Tenant: v.Tenant, Environment: v.Environment, Credential: v.ID, Version: v.Number}
		value, err := k.open(ctx, tx, v.Sealed, of)
		if err != nil {
			return nil, asUnreadable(err)
		}
		return k.seal(ctx, tx, value, of)
	case store.SealedAccessTokens:
		of := keyring.AccessToken{Bound: keyring.Bound{
			Tenant: v.Tenant, Environment: v.Environment, Credential: v.ID, Version: v.Number,
		}}
		value, err := k.openAccessToken(ctx, tx, v.Sealed, of)
		if err != nil {
			return nil, asUnreadable(err)
		}
		return k.sealAccessToken(ctx, tx, value, of)
	case store.SealedEvents:
		of := keyring.Event{Tenant: v.Tenant, Environment: v.Environment, Endpoint: v.Endpoint, ID: v.ID}
		body, err := k.OpenEvent(ctx, tx, v.Sealed, of)
		if err != nil {
			return nil, asUnreadable(err)
		}
		return k.SealEvent(ctx, tx, body, of)
	}
	of := keyring.EndpointValue{
		Tenant: v.Tenant, Environment: v.Environment, Endpoint: v.ID, What: endpointValues[column],
	}
	value, err := k.OpenEndpointValue(ctx, tx, v.Sealed, of)
	if err != nil {
		return nil, asUnreadable(err)
	}
	return k.sealEndpointValue(ctx, tx, value, of)
}

var endpointValues = map[store.SealedColumn]string{
	store.SealedURLs: api.EndpointURL, store.SealedHeaders: api.EndpointHeaders,
	store.SealedClientKeys: api.EndpointClientKey, store.SealedClientSecrets: clientSecret,
	store.SealedSessions: issuerToken,
}
