package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
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
	if err := keyring.GiveToOwner(dir, lock.Path()); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the keyring: %w", err), lock.Unlock())
	}
	return lock.Unlock, nil
}

// withKeys calls do with the keys of a platform that exists.
func withKeys(
	ctx context.Context, d data, c clock.Clock, do func(o *keys.Operator) error,
) (err error) {
	s, ring, err := existingData(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	random := keys.NewRandom(rand.Reader)
	k, err := keys.Open(ctx, s, ring, random, c)
	if err != nil {
		return fmt.Errorf("open the keys of the platform: %w", err)
	}
	return do(&keys.Operator{Keys: k, Random: random})
}

// changingKeys is withKeys for a command that changes keys: one at a time.
func changingKeys(
	ctx context.Context, d data, c clock.Clock, do func(o *keys.Operator) error,
) error {
	return withKeys(ctx, d, c, func(o *keys.Operator) (err error) {
		unlock, err := lockKeyring(d.dir)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, unlock()) }()
		return do(o)
	})
}

// keyChoice are the flags by which a command chooses among the keys: those of the keyring, unless lookup or comparison
// is set.
type keyChoice struct {
	lookup, comparison bool
	scope              store.Scope // of the comparison keys
}

// define adds the flags. of names the keys of a scope in their help, such as "only the keys".
func (k *keyChoice) define(cmd *cobra.Command, of string) {
	flags := cmd.Flags()
	flags.BoolVar(&k.lookup, "lookup", false,
		"the key of the hashes by which tokens and other values are found, and not a key of the keyring")
	flags.BoolVar(&k.comparison, "comparison", false,
		"the key of an environment that makes the digests of supplied secrets, and not a key of the keyring")
	flags.StringVar(&k.scope.Tenant, "tenant", "", "with --comparison, "+of+" of this `TENANT`")
	flags.StringVar(&k.scope.Environment, "environment", "", "with --comparison, "+of+" of this `ENVIRONMENT`")
	completes(cmd, "tenant")
	completes(cmd, "environment")
}

func (k *keyChoice) check() error {
	switch {
	case k.lookup && k.comparison:
		return usagef("give --lookup or --comparison, and not both")
	case !k.comparison && k.scope != store.Scope{}:
		return usagef("--tenant and --environment go with --comparison: other keys are those of the whole platform")
	}
	return nil
}
