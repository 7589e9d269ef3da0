package keys

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys/memory"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// sealer seals and opens values with data keys.
type sealer struct {
	store     *store.Store
	keyring   *keyring.Keyring
	clock     clock.Clock
	unwrapped memory.Memory
}

// sealing returns the data key that seals what is new of an owner, and makes it where there is none.
func (k *sealer) sealing(ctx context.Context, tx *store.Tx, owner keyring.Owner) (*keyring.DataKey, error) {
	number, err := tx.CurrentKEK(ctx)
	if err != nil {
		return nil, err
	}
	scope := store.Scope{Tenant: owner.Tenant, Environment: owner.Environment}
	row, err := tx.DataKeyOf(ctx, scope, owner.Credential, number)
	if err == nil {
		header := keyring.Header{Number: number}
		copy(header.ID[:], row.ID)
		return k.unwrap(ctx, header, owner, row.Wrapped)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	header, key, wrapped, err := k.keyring.NewDataKey(ctx, number, owner)
	if err != nil {
		return nil, unavailable(err)
	}
	row = store.DataKey{
		Scope: scope, ID: header.ID[:], Credential: owner.Credential, Number: number, Wrapped: wrapped,
	}
	now := k.clock.Now()
	if err := tx.InsertDataKey(ctx, row, now); err != nil {
		return nil, err
	}
	keep(k, header, key, wrapped, now)
	return key, nil
}

// opening returns the data key that sealed a value of an owner. Outside of a transaction, tx is nil.
func (k *sealer) opening(
	ctx context.Context, tx *store.Tx, sealed []byte, owner keyring.Owner,
) (*keyring.DataKey, error) {
	if keyring.IsOlder(sealed) {
		return k.keyring.Older()
	}
	header, err := keyring.HeaderOf(sealed)
	if err != nil {
		return nil, err
	}
	if known := k.unwrapped.DataKey(header, k.clock.Now()); known != nil && known.Owner == owner {
		return known, nil
	}
	var wrapped []byte
	find := func(tx *store.Tx) (err error) {
		wrapped, err = tx.WrappedDataKey(ctx, header.ID[:])
		return err
	}
	if tx == nil {
		err = k.store.View(ctx, find)
	} else {
		err = find(tx)
	}
	if err != nil {
		return nil, err
	}
	return k.unwrap(ctx, header, owner, wrapped)
}

func (k *sealer) unwrap(
	ctx context.Context, header keyring.Header, owner keyring.Owner, wrapped []byte,
) (*keyring.DataKey, error) {
	now := k.clock.Now()
	if known := k.unwrapped.DataKey(header, now); known != nil && known.Owner == owner {
		return known, nil
	}
	key, err := k.keyring.OpenDataKey(ctx, header, owner, wrapped)
	switch {
	case err == nil:
		keep(k, header, key, wrapped, now)
	case keyring.IsUnreachable(err):
		if known := k.unwrapped.Stale(header, now, k.keyring.Outage()); known != nil && known.Owner == owner {
			return known, nil
		}
	case keyring.IsRefused(err):
		k.unwrapped.Drop(header.Number)
	}
	return key, unavailable(err)
}

// keep keeps an unwrapped data key in memory.
func keep(k *sealer, header keyring.Header, key *keyring.DataKey, wrapped []byte, now time.Time) {
	u := memory.Entry{DataKey: key, Outside: k.keyring.IsOutside(header.Number), Number: header.Number}
	if u.Outside {
		u.Wrapped = wrapped
	}
	k.unwrapped.Keep(header, u, now)
}

// openKey opens a key of the platform. It asks the KEK once in a while, and not for each use.
func (k *sealer) openKey(ctx context.Context, sealed []byte, purpose string, number int64) (SymmetricKey, error) {
	now := k.clock.Now()
	id := sealedID(purpose, sealed)
	if known, ok := k.unwrapped.PlatformKey(id, now).(SymmetricKey); ok && known.number == number {
		return known, nil
	}
	key, err := k.keyring.OpenKey(ctx, sealed, purpose, number)
	if keyring.IsUnreachable(err) || keyring.IsRefused(err) {
		return SymmetricKey{}, unavailable(err)
	}
	if err != nil {
		return SymmetricKey{}, fmt.Errorf("the %s key in the database does not open with keyring.json: "+
			"both must come from the same data directory: %w", purpose, err)
	}
	opened := SymmetricKey{number, key}
	k.unwrapped.Keep(id, memory.Entry{Platform: opened, Outside: sealedOutside(k.keyring, sealed)}, now)
	return opened, nil
}

func sealedID(purpose string, sealed []byte) string { return purpose + " " + string(sealed) }

// sealedOutside reports whether a key outside of the machine has sealed something.
func sealedOutside(ring *keyring.Keyring, sealed []byte) bool {
	header, err := keyring.HeaderOf(sealed)
	return err == nil && ring.IsOutside(header.Number)
}

// Forget drops the data keys of a credential from memory, because the database has them no more.
func Forget(k *Keys, scope store.Scope, credential string) {
	k.unwrapped.Forget(keyring.Owner{Tenant: scope.Tenant, Environment: scope.Environment, Credential: credential})
}
