package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
)

// keyringLockName is beside keyring.json: a rotation replaces that file, and with it any lock on it.
const keyringLockName = "keyring.lock"

// lockKeyring prevents two commands that change the keyring at once. A server reads it meanwhile.
func lockKeyring(dir string) (unlock func() error, err error) {
	lock := flock.New(filepath.Join(dir, keyringLockName), flock.SetPermissions(0o600))
	switch locked, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock the keyring: %w", err)
	case !locked:
		return nil, fmt.Errorf("another quickconnectd keyring command is at work in this data directory (it holds %s): "+
			"run this again when that one has ended", lock.Path())
	}
	return lock.Unlock, nil
}

// withKeys calls do with the keys of a platform that exists.
func withKeys(ctx context.Context, d data, c clock.Clock, do func(k *keys.Keys) error) (err error) {
	s, ring, err := existingData(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	k, err := keys.Open(ctx, s, ring, keys.NewRandom(rand.Reader), c)
	if err != nil {
		return fmt.Errorf("open the keys of the platform: %w", err)
	}
	return do(k)
}

// changingKeys is withKeys for a command that changes keys: one at a time.
func changingKeys(ctx context.Context, d data, c clock.Clock, do func(k *keys.Keys) error) error {
	return withKeys(ctx, d, c, func(k *keys.Keys) (err error) {
		unlock, err := lockKeyring(d.dir)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, unlock()) }()
		return do(k)
	})
}
