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

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	databaseName = "quickconnect.db"
	lockName     = "serve.lock"
)

// lock prevents a second server of a database that only one process may serve. Several may serve a PostgreSQL
// database, on one data directory too: it has only their keyring.
func (d data) lock() (unlock func() error, err error) {
	if d.url.IsEmpty() {
		return lockData(d.dir)
	}
	return func() error { return nil }, makeData(d.dir)
}

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

// data is where a platform is.
type data struct {
	dir string
	url secret.Value // of a PostgreSQL database, with its password; empty: the database is in the directory
	kek string       // the URI of the key-encryption key; empty: as the keyring says

	anyKEK bool // whatever key the keyring has, kek says only how to log in
}

// openData opens the keyring and the database of a platform, and creates them if they are missing, but for a PostgreSQL
// database, which must exist. It makes no new keyring for a database that has sealed keys: nothing in it would open. It
// makes the database before the keyring, so that a start that was interrupted leaves no keyring alone.
func openData(ctx context.Context, d data) (*store.Store, *keyring.Keyring, error) {
	named, err := d.outsideKEK()
	if err != nil {
		return nil, nil, err
	}
	if err := makeData(d.dir); err != nil {
		return nil, nil, err
	}
	if err := d.refuseKeyringAlone(); err != nil {
		return nil, nil, err
	}
	s, err := d.openStore(ctx)
	if err != nil {
		return nil, nil, err
	}
	k, err := openKeyring(ctx, s, d, named)
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return s, k, nil
}

func (d data) openStore(ctx context.Context) (*store.Store, error) {
	if d.url.IsEmpty() {
		return store.Open(ctx, filepath.Join(d.dir, databaseName))
	}
	return store.OpenPostgres(ctx, d.url.Expose())
}

// refuseKeyringAlone refuses a data directory that has a keyring and no database, unless the database is elsewhere: its
// platform is in PostgreSQL, or its database was lost. A new one would look as if every object were gone.
func (d data) refuseKeyringAlone() error {
	if !d.url.IsEmpty() || !keyringAlone(d.dir) {
		return nil
	}
	return fmt.Errorf("%s has %s and no %s, so there was a platform, and no new one was made: give --database (or "+
		"QUICKCONNECTD_DATABASE) with the URL if it is in PostgreSQL; put %[3]s back from a backup if it was lost; for a "+
		"new platform, name an empty directory", d.dir, keyring.FileName, databaseName)
}

// keyringAlone looks at the keyring first: another process that starts makes the database before it.
func keyringAlone(dir string) bool {
	if _, err := os.Lstat(filepath.Join(dir, keyring.FileName)); err != nil {
		return false
	}
	_, err := os.Lstat(filepath.Join(dir, databaseName))
	return errors.Is(err, fs.ErrNotExist)
}

// database names the database in messages.
func (d data) database() string {
	if d.url.IsEmpty() {
		return filepath.Join(d.dir, databaseName)
	}
	return "the database of --database"
}

func openKeyring(
	ctx context.Context, s *store.Store, d data, named *keyring.OutsideKey,
) (*keyring.Keyring, error) {
	var sealed bool
	err := s.View(ctx, func(tx *store.Tx) (err error) {
		sealed, err = tx.HasKeys(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	use := keyring.Outside{Clock: clock.System(), Login: named, Outage: keyring.DefaultOutage}
	var k *keyring.Keyring
	switch {
	case sealed:
		k, err = keyring.Open(d.dir)
	case named != nil:
		k, err = keyring.CreateOutside(ctx, d.dir, use, *named)
	default:
		k, err = keyring.Create(d.dir)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the keyring is missing, and the database has keys that it sealed; a new keyring would open "+
			"none of them: put the %s that belongs to %s back as %s, from its backup, with mode 0600",
			keyring.FileName, d.database(), filepath.Join(d.dir, keyring.FileName))
	}
	if err != nil {
		return nil, err
	}
	k.Use(use)
	return k, d.checkKEK(k, named)
}

// existingData opens a platform that exists, so that a mistyped path or URL is an error and no new platform.
func existingData(ctx context.Context, d data) (*store.Store, *keyring.Keyring, error) {
	const missing = "there is no platform in the %s: run quickconnectd bootstrap or serve with it first: %w"
	if err := d.refuseKeyringAlone(); err != nil {
		return nil, nil, err
	}
	if d.url.IsEmpty() {
		if _, err := os.Stat(filepath.Join(d.dir, databaseName)); err != nil {
			return nil, nil, fmt.Errorf(missing, "data directory", err)
		}
	} else if _, err := os.Stat(filepath.Join(d.dir, keyring.FileName)); err != nil {
		return nil, nil, fmt.Errorf(missing, "database, or the keyring is elsewhere", err)
	}
	return openData(ctx, d)
}

// dataFlags adds the flags of where the platform is.
func dataFlags(cmd *cobra.Command, d *data) {
	dataDirFlag(cmd, &d.dir)
	databaseFlags(cmd, &d.url)
	kekFlag(cmd, d)
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
