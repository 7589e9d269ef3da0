package keys

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Lookup has the keys of the hashes that values are found by, the newest first; never none. A value that was stored
// under an older key is found by the hash of that key, until a rewrap gives it the newest one.
type Lookup []SymmetricKey

// Lookup reads the keys of the hashes that values are found by. It reads them in each transaction: another process may
// have made one.
func (k *Keys) Lookup(ctx context.Context, tx *store.Tx) (Lookup, error) {
	found, err := k.keysOf(ctx, tx, purposeLookup)
	slices.Reverse(found)
	return found, err
}

// keysOf reads the keys of a purpose, the newest last. It fails where there is none.
func (k *sealer) keysOf(ctx context.Context, tx *store.Tx, purpose string) ([]SymmetricKey, error) {
	sealed, err := tx.Keys(ctx, purpose)
	if err == nil && len(sealed) == 0 {
		err = fmt.Errorf("the %s key: %w", purpose, store.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	out := make([]SymmetricKey, len(sealed))
	for i, s := range sealed {
		if out[i], err = k.openKey(ctx, s.Sealed, purpose, s.Number); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Find calls find with each of the hashes that a value may be found by, until one of them is found. It returns
// store.ErrNotFound for none.
func Find(hashes [][]byte, find func(hash []byte) error) error {
	for _, hash := range hashes {
		if err := find(hash); !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return store.ErrNotFound
}

// hashes returns the keyed hash of what write writes, of each key.
func (l Lookup) hashes(write func(mac func(text string))) (out [][]byte) {
	for _, k := range l {
		mac := hmac.New(sha256.New, k.key)
		write(func(text string) { mac.Write([]byte(text)) })
		out = append(out, mac.Sum(hashPrefix(k.number)))
	}
	return out
}

// hashPrefix returns the bytes that the hashes of a lookup key begin with: its number. Those of the first key have
// none, and are shorter than all others.
func hashPrefix(number int64) []byte {
	if number == 1 {
		return nil
	}
	return binary.BigEndian.AppendUint64(nil, uint64(number)) //nolint:gosec // numbers of keys are positive
}

// hashesOf returns the range of the hashes of a lookup key, among those of all keys.
func hashesOf(number int64) store.HashRange {
	if number == 1 {
		return store.HashRange{
			Length: sha256.Size, From: []byte{}, Below: bytes.Repeat([]byte{0xff}, sha256.Size+1),
		}
	}
	from := hashPrefix(number)
	return store.HashRange{Length: len(from) + sha256.Size, From: from, Below: hashPrefix(number + 1)}
}

// rehash gives the values that are found by a hash of an older lookup key the hash of the newest one. It opens them for
// it, so what it stores does not depend on the older hash.
func rehash(ctx context.Context, k *Keys, r *Rewrapping, progress func(Rewrapping) error) error {
	var last, reached store.SealedVersion
	return k.inBatches(ctx, r, progress, func(tx *store.Tx) (int, []string, error) {
		lookup, err := k.Lookup(ctx, tx)
		if err != nil || lookup[0].number == 1 {
			return 0, nil, err
		}
		batch, err := tx.OlderHashes(ctx, hashesOf(lookup[0].number), last, rewrapBatch)
		if err != nil || len(batch) == 0 {
			return 0, nil, err
		}
		reached = batch[len(batch)-1]
		unreadable, err := rehashAll(ctx, k, tx, lookup, batch)
		return len(batch), unreadable, err
	}, func() { last = reached })
}

func rehashAll(
	ctx context.Context, k *Keys, tx *store.Tx, lookup Lookup, batch []store.SealedVersion,
) (unreadable []string, err error) {
	for _, v := range batch {
		hash, err := k.newestHash(ctx, tx, lookup, v)
		if errors.Is(err, errUnreadable) {
			unreadable = append(unreadable, fmt.Sprintf("keyed hash: %v", err))
			continue
		}
		if err != nil {
			return nil, err
		}
		bound, err := k.Rows().Secret(v.Scope, v.ID, v.Number, hash)
		if err != nil {
			return nil, err
		}
		if err := tx.SetHash(ctx, v.ID, v.Number, hash, bound.MAC); err != nil {
			return nil, err
		}
	}
	return unreadable, nil
}
