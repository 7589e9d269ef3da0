package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

const (
	databaseName = "quickconnect.db"
	lockName     = "serve.lock"
)

// lockData prevents a second server on a data directory: the deliveries in progress are known to one process only. The
// lock ends with the process, even after a crash.
func lockData(dir string) (unlock func() error, err error) {
	if err := makeData(dir); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	switch locked, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock the data directory: %w", err)
	case !locked:
		return nil, fmt.Errorf("another quickconnectd serves this data directory (it holds %s); "+
			"stop it first, or use another --data-dir", lock.Path())
	}
	return lock.Unlock, nil
}

func makeData(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	return nil
}

// openData opens the keyring and the database of a data directory, and creates them if they are missing. It makes no
// new keyring for a database that has sealed keys: nothing in it would open.
func openData(ctx context.Context, dir string) (*store.Store, *keyring.Keyring, error) {
	if err := makeData(dir); err != nil {
		return nil, nil, err
	}
	s, err := store.Open(ctx, filepath.Join(dir, databaseName))
	if err != nil {
		return nil, nil, err
	}
	k, err := openKeyring(ctx, s, dir)
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return s, k, nil
}

func openKeyring(ctx context.Context, s *store.Store, dir string) (*keyring.Keyring, error) {
	var sealed bool
	err := s.View(ctx, func(tx *store.Tx) (err error) {
		sealed, err = tx.HasKeys(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !sealed {
		return keyring.Create(dir)
	}
	k, err := keyring.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the keyring is missing, and the database has keys that it sealed; a new keyring would open "+
			"none of them: put the %s that belongs to %s back as %s, from its backup, with mode 0600",
			keyring.FileName, filepath.Join(dir, databaseName), filepath.Join(dir, keyring.FileName))
	}
	return k, err
}

// existingData opens a data directory that exists, so that a mistyped path is an error and not a new directory.
func existingData(ctx context.Context, dir string) (*store.Store, *keyring.Keyring, error) {
	if _, err := os.Stat(filepath.Join(dir, databaseName)); err != nil {
		return nil, nil, fmt.Errorf("there is no platform in the data directory: "+
			"run quickconnectd bootstrap or serve with it first: %w", err)
	}
	return openData(ctx, dir)
}

// dataDirFlag adds the flag that every command about a platform needs.
func dataDirFlag(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "data-dir", "", "the directory `DIR` with the database and the keyring")
	require(cmd, "data-dir")
	_ = cmd.MarkFlagDirname("data-dir") // its error is that there is no such flag
}

// scopeFlags adds the flags of a command about one environment.
func scopeFlags(cmd *cobra.Command, scope *store.Scope) {
	cmd.Flags().StringVar(&scope.Tenant, "tenant", "", "the name of the `TENANT`")
	cmd.Flags().StringVar(&scope.Environment, "environment", "", "the name of the `ENVIRONMENT`")
	require(cmd, "tenant", "environment")
	completes(cmd, "tenant")
	completes(cmd, "environment")
}
