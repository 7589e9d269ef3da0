// Package keys has the keys of the platform, its random values, and the formats of tokens and ids. It decides nothing
// about who may see a value. Outside of package keyring, the files of this package are the only ones of the platform
// that take a secret out of secret.Value.
package keys

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"hash"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys/memory"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Purposes of the keys in the store.
const (
	purposeLookup  = "lookup"     // token values are found by their keyed hash
	purposeRequest = "request"    // bodies are compared by their keyed hash
	purposeBinding = "binding"    // what decides about access is bound to its row by a keyed hash
	purposeSigning = "checkpoint" // the Ed25519 seed that signs the checkpoints of the audit logs
	purposeBound   = "bound"      // no key: its row says that every row has got its keyed hash

	purposePoliciesBound = "policies bound" // no key: the same of the environment policies, which are younger
)

func purposeComparison(scope store.Scope) string {
	return comparisonPrefix + scope.Tenant + "/" + scope.Environment
}

const keyBytes = 32

// SymmetricKey is a key of the store after it was opened.
type SymmetricKey struct {
	number int64
	key    []byte
}

// Keys has the keys of the platform. It is safe for concurrent use.
type Keys struct {
	sealer

	request SymmetricKey
	binding SymmetricKey
	signing SymmetricKey
}

// Open opens the keys of the platform, and makes those that the store does not have yet.
func Open(
	ctx context.Context, s *store.Store, k *keyring.Keyring, random *Random, c clock.Clock,
) (*Keys, error) {
	out := &Keys{sealer: sealer{store: s, keyring: k, clock: c}}
	err := s.View(ctx, func(tx *store.Tx) error {
		if _, err := tx.CurrentKEK(ctx); err != nil {
			return err
		}
		return out.set(func(purpose string) (SymmetricKey, error) { return out.key(ctx, tx, purpose) })
	})
	if errors.Is(err, store.ErrNotFound) {
		err = s.Update(ctx, func(tx *store.Tx) error {
			if err := out.ensureKEK(ctx, tx); err != nil {
				return err
			}
			return out.set(func(purpose string) (SymmetricKey, error) {
				return out.ensure(ctx, tx, purpose, random, c.Now())
			})
		})
	}
	if err != nil {
		return nil, err
	}
	return out, openAll(ctx, out)
}

// set sets the keys to those that find returns.
func (k *Keys) set(find func(purpose string) (SymmetricKey, error)) (err error) {
	if _, err = find(purposeLookup); err != nil { // Lookup reads it in each transaction
		return err
	}
	if k.request, err = find(purposeRequest); err != nil {
		return err
	}
	if k.binding, err = find(purposeBinding); err != nil {
		return err
	}
	k.signing, err = find(purposeSigning)
	return err
}

// ensureKEK stores the number of the KEK that seals what is new, in a database that has none.
func (k *Keys) ensureKEK(ctx context.Context, tx *store.Tx) error {
	_, err := tx.CurrentKEK(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return tx.InsertKEK(ctx, k.keyring.Newest(), k.clock.Now())
	}
	return err
}

// Check reports whether a keyring opens the keys of a store, and makes none. Keys that do not exist are no error. It
// returns the key-encryption keys.
func Check(ctx context.Context, s *store.Store, ring *keyring.Keyring) ([]KEK, error) {
	k := &Keys{sealer: sealer{store: s, keyring: ring, clock: clock.System()}}
	err := s.View(ctx, func(tx *store.Tx) error {
		return k.set(func(purpose string) (SymmetricKey, error) {
			found, err := k.key(ctx, tx, purpose)
			if errors.Is(err, store.ErrNotFound) {
				return found, nil
			}
			return found, err
		})
	})
	if err != nil {
		return nil, err
	}
	return (&Operator{Keys: k}).KEKs(ctx)
}

func (k *Keys) key(ctx context.Context, tx *store.Tx, purpose string) (SymmetricKey, error) {
	number, sealed, err := tx.LatestKey(ctx, purpose)
	if err != nil {
		return SymmetricKey{}, err
	}
	return k.openKey(ctx, sealed, purpose, number)
}

func (k *Keys) ensure(
	ctx context.Context, tx *store.Tx, purpose string, random *Random, now time.Time,
) (SymmetricKey, error) {
	found, err := k.key(ctx, tx, purpose)
	if !errors.Is(err, store.ErrNotFound) {
		return found, err
	}
	return k.makeKey(ctx, tx, purpose, 1, random, now)
}

// makeKey stores a new key under the current key-encryption key.
func (k *sealer) makeKey(
	ctx context.Context, tx *store.Tx, purpose string, number int64, random *Random, now time.Time,
) (SymmetricKey, error) {
	key, err := random.bytes(keyBytes)
	if err != nil {
		return SymmetricKey{}, err
	}
	kek, err := tx.CurrentKEK(ctx)
	if err != nil {
		return SymmetricKey{}, err
	}
	sealed, err := k.keyring.SealKey(ctx, kek, key, purpose, number)
	if err != nil {
		return SymmetricKey{}, unavailable(err)
	}
	made := SymmetricKey{number, key}
	k.unwrapped.Keep(sealedID(purpose, sealed),
		memory.Entry{Platform: made, Outside: k.keyring.IsOutside(kek)}, now)
	return made, tx.InsertKey(ctx, purpose, number, sealed, now)
}

// RowsBound reports whether the rows of a table that older builds wrote have got their keyed hashes.
func RowsBound(ctx context.Context, k *Keys, tx *store.Tx, table store.Table) (bool, error) {
	_, err := k.key(ctx, tx, boundPurpose(table))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// SetRowsBound says that every row of a table has got its keyed hash.
func SetRowsBound(
	ctx context.Context, k *Keys, tx *store.Tx, table store.Table, random *Random, now time.Time,
) error {
	_, err := k.ensure(ctx, tx, boundPurpose(table), random, now)
	return err
}

// boundPurpose is what notes that the rows of a table are bound: the tables that had rows before there were keyed
// hashes share one.
func boundPurpose(table store.Table) string {
	if table == store.TableEnvironmentPolicies {
		return purposePoliciesBound
	}
	return purposeBound
}

// EnsureComparison makes the comparison key of an environment if it has none.
func (k *Keys) EnsureComparison(
	ctx context.Context, tx *store.Tx, scope store.Scope, random *Random, now time.Time,
) error {
	_, err := k.ensure(ctx, tx, purposeComparison(scope), random, now)
	return err
}

// RequestHash returns the hash for the body of a request. It is keyed, because a body may hold a secret that is easy
// to guess.
func (k *Keys) RequestHash() hash.Hash { return hmac.New(sha256.New, k.request.key) }

// SpecificationHash returns the keyed hash by which a create finds an object that an equal create has made. body is
// the RequestHash of the create.
func (k *Keys) SpecificationHash(kind string, body []byte) []byte {
	return k.requestMAC("specification", kind, string(body))
}

// ClaimHash returns the keyed hash by which the claim of an object is found. The hashes of one claim for two objects
// differ.
func (k *Keys) ClaimHash(scope store.Scope, objectID, claim string) []byte {
	return k.requestMAC("claim", scope.Tenant, scope.Environment, objectID, claim)
}

func (k *Keys) requestMAC(parts ...string) []byte {
	mac := k.RequestHash()
	for _, part := range parts {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	return mac.Sum(nil)
}
