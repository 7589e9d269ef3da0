package keys

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// dataKeyTTL is how long a key stays in memory unwrapped.
const dataKeyTTL = 5 * time.Minute

// maxUnwrapped is how many keys stay in memory at most.
const maxUnwrapped = 10_000

// sealer seals and opens values with data keys.
type sealer struct {
	store     *store.Store
	keyring   *keyring.Keyring
	clock     clock.Clock
	unwrapped memory
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
		return nil, err
	}
	row = store.DataKey{
		Scope: scope, ID: header.ID[:], Credential: owner.Credential, Number: number, Wrapped: wrapped,
	}
	now := k.clock.Now()
	if err := tx.InsertDataKey(ctx, row, now); err != nil {
		return nil, err
	}
	k.unwrapped.keep(header, unwrapped{dataKey: key}, now)
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
	if known := k.unwrapped.dataKey(header, k.clock.Now()); known != nil && known.Owner == owner {
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
	if known := k.unwrapped.dataKey(header, now); known != nil && known.Owner == owner {
		return known, nil
	}
	key, err := k.keyring.OpenDataKey(ctx, header, owner, wrapped)
	if err == nil {
		k.unwrapped.keep(header, unwrapped{dataKey: key}, now)
	}
	return key, err
}

// openKey opens a key of the platform. It asks the KEK once in a while, and not for each use.
func (k *sealer) openKey(ctx context.Context, sealed []byte, purpose string, number int64) (SymmetricKey, error) {
	now := k.clock.Now()
	id := sealedID(purpose, sealed)
	if known := k.unwrapped.symmetric(id, now); known != nil && known.number == number {
		return *known, nil
	}
	key, err := k.keyring.OpenKey(ctx, sealed, purpose, number)
	if err != nil {
		return SymmetricKey{}, fmt.Errorf("the %s key in the database does not open with keyring.json: "+
			"both must come from the same data directory: %w", purpose, err)
	}
	opened := SymmetricKey{number, key}
	k.unwrapped.keep(id, unwrapped{key: &opened}, now)
	return opened, nil
}

func sealedID(purpose string, sealed []byte) string { return purpose + " " + string(sealed) }

// memory has the keys that were unwrapped a short time ago. A data key is found by its header, which no other data key
// ever has: not even where the transaction that made the first was rolled back. Other keys are found by what they are
// sealed as.
type memory struct {
	mu   sync.Mutex
	keys map[any]unwrapped
}

type unwrapped struct {
	dataKey *keyring.DataKey
	key     *SymmetricKey
	until   time.Time
}

func (m *memory) dataKey(h keyring.Header, now time.Time) *keyring.DataKey {
	return m.find(h, now).dataKey
}

func (m *memory) symmetric(id string, now time.Time) *SymmetricKey { return m.find(id, now).key }

func (m *memory) find(id any, now time.Time) unwrapped {
	m.mu.Lock()
	defer m.mu.Unlock()
	if found := m.keys[id]; now.Before(found.until) && found.until.Sub(now) <= dataKeyTTL {
		return found
	}
	delete(m.keys, id)
	return unwrapped{}
}

// Forget drops the data keys of a credential from memory, because the database has them no more.
func Forget(k *Keys, scope store.Scope, credential string) {
	owner := keyring.Owner{Tenant: scope.Tenant, Environment: scope.Environment, Credential: credential}
	k.unwrapped.mu.Lock()
	defer k.unwrapped.mu.Unlock()
	maps.DeleteFunc(k.unwrapped.keys, func(_ any, u unwrapped) bool {
		return u.dataKey != nil && u.dataKey.Owner == owner
	})
}

func (m *memory) keep(id any, u unwrapped, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys == nil || len(m.keys) >= maxUnwrapped {
		m.keys = map[any]unwrapped{} // all of them are unwrapped again when they are needed
	}
	u.until = now.Add(dataKeyTTL)
	m.keys[id] = u
}
