// Package keyring seals secrets before they reach the store. A data key seals the values of one credential, or what
// else an environment has. A key-encryption key (KEK), which only the keyring or a key-management service has, wraps
// each data key once.
package keyring

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// KEK wraps data keys. Its calls have a context because it may be a service on another machine.
type KEK interface{ tink.AEADWithContext }

// Keyring has the key-encryption keys. It is safe for concurrent use.
type Keyring struct {
	outsides

	dir   string
	calls atomic.Int64

	mu   sync.Mutex
	keks map[int64]entry
}

// entry is a KEK as the file has it: a key of this process, or a version of a key outside.
type entry struct {
	local

	key     OutsideKey
	version int64 // of the key outside; 0 for a key of this process
}

// local is a KEK in the memory of this process.
type local struct {
	handle    *keyset.Handle
	primitive tink.AEAD
}

func newLocal(handle *keyset.Handle) (local, error) {
	primitive, err := aead.New(handle)
	return local{handle, primitive}, err
}

// EncryptWithContext implements KEK.
func (l local) EncryptWithContext(_ context.Context, plain, associated []byte) ([]byte, error) {
	return l.primitive.Encrypt(plain, associated)
}

// DecryptWithContext implements KEK.
func (l local) DecryptWithContext(_ context.Context, sealed, associated []byte) ([]byte, error) {
	return l.primitive.Decrypt(sealed, associated)
}

// kek returns the KEK with a number. It reads the file again for a number that it does not know: another process may
// have rotated the keyring.
func (k *Keyring) kek(number int64) (KEK, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, err := k.entry(number)
	if err != nil || found.version == 0 {
		return found.local, err
	}
	of, err := k.service(found.key)
	return remote{of, found.version}, err
}

// entry is kek for what the file has of it. The caller holds the mutex.
func (k *Keyring) entry(number int64) (entry, error) {
	if found, ok := k.keks[number]; ok {
		return found, nil
	}
	if err := k.reread(); err != nil {
		return entry{}, err
	}
	found, ok := k.keks[number]
	if !ok {
		return found, fmt.Errorf("%s has no key %d: it was retired, or the file is older than the database; "+
			"restore the newest %s from its backup", FileName, number, FileName)
	}
	return found, nil
}

// calling is kek for one call of it.
func (k *Keyring) calling(number int64) (KEK, error) {
	k.calls.Add(1)
	return k.kek(number)
}

// Calls returns how many times a KEK was called. A KEK on another machine is slow, so it must not grow with the values.
func (k *Keyring) Calls() int64 { return k.calls.Load() }

// Newest returns the highest number of a KEK.
func (k *Keyring) Newest() int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Max(slices.Collect(maps.Keys(k.keks)))
}

// SealKey encrypts a symmetric key of the platform, for one purpose and number, under the KEK with the number kek.
func (k *Keyring) SealKey(ctx context.Context, kek int64, key []byte, purpose string, number int64) ([]byte, error) {
	with, err := k.calling(kek)
	if err != nil {
		return nil, err
	}
	header := Header{Number: kek}.bytes()
	sealed, err := with.EncryptWithContext(ctx, key, bound(header, associated("key", number, purpose)))
	if err != nil {
		return nil, fmt.Errorf("sealing key %d for %s: %w", number, purpose, err)
	}
	return append(header, sealed...), nil
}

// OpenKey decrypts what SealKey made for the same purpose and number.
func (k *Keyring) OpenKey(ctx context.Context, sealed []byte, purpose string, number int64) ([]byte, error) {
	belongs := associated("key", number, purpose)
	if IsOlder(sealed) {
		older, err := k.Older()
		if err != nil {
			return nil, err
		}
		key, err := older.aead.Decrypt(sealed, belongs)
		return key, doesNotOpen(err, purpose, number)
	}
	header, err := HeaderOf(sealed)
	if err != nil {
		return nil, doesNotOpen(err, purpose, number)
	}
	with, err := k.calling(header.Number)
	if err != nil {
		return nil, fmt.Errorf("key %d for %s: %w", number, purpose, err)
	}
	key, err := with.DecryptWithContext(ctx, sealed[headerBytes:], bound(header.bytes(), belongs))
	if isOutside(ctx, err) {
		return nil, fmt.Errorf("key %d for %s: %w", number, purpose, err)
	}
	return key, doesNotOpen(err, purpose, number)
}

func doesNotOpen(err error, purpose string, number int64) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("key %d for %s does not open: it was sealed with another keyring; "+
		"restore the %s that belongs to this database", number, purpose, FileName)
}
