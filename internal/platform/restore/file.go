package restore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/backup"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// File is a backup, and where its database is to be.
type File struct {
	Backup     string
	Database   string // the file that the restore makes
	Keyring    *keyring.Keyring
	Identities []age.Identity
	Clock      clock.Clock
	Random     io.Reader
	Marking    Marking
}

// unmarked is the name of a database that is not marked as restored yet, beside the one to come. Nothing serves it.
const unmarked = ".restoring.db"

// ErrNotEmpty is the error of a directory that has more than a keyring.
var ErrNotEmpty = errors.New("a restore needs a directory that has the keyring and nothing else: name a new " +
	"directory, and put keyring.json there, with mode 0600")

// CheckEmpty refuses a directory with anything but the files that are named, and what an interrupted restore has left.
func CheckEmpty(dir string, besides ...string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !slices.Contains(besides, e.Name()) && !strings.HasPrefix(e.Name(), unmarked) {
			return fmt.Errorf("%s has %s: %w", dir, e.Name(), ErrNotEmpty)
		}
	}
	return nil
}

// FromFile makes the database of a backup. It appears under its name when it is marked as restored, so that a process
// that is killed at any moment leaves nothing that could be served. The caller prevents two calls at once.
func FromFile(ctx context.Context, f File) (m backup.Manifest, r store.Restore, err error) {
	path := filepath.Join(filepath.Dir(f.Database), unmarked)
	if err := removeDatabase(path); err != nil { // of a process that was killed
		return m, r, err
	}
	if m, err = backup.Read(ctx, f.Backup, path, f.Identities); err != nil {
		return m, r, err
	}
	if r, err = f.mark(ctx, path); err != nil {
		return m, r, errors.Join(err, removeDatabase(path))
	}
	if err := os.Rename(path, f.Database); err != nil {
		return m, r, err
	}
	_ = keyring.SyncDirectory(filepath.Dir(f.Database)) // not every file system can do that
	return m, r, nil
}

// mark brings the database of a backup to the version of this build, and marks it as restored.
func (f File) mark(ctx context.Context, path string) (out store.Restore, err error) {
	s, err := store.Open(ctx, path)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if _, err := keys.Check(ctx, s, f.Keyring); err != nil {
		return out, fmt.Errorf("keyring.json does not belong to this backup: %w", err)
	}
	r, err := txn.Open(ctx, s, f.Keyring, f.Clock, f.Random)
	if err != nil {
		return out, err
	}
	return Mark(ctx, r, f.Marking)
}

// removeDatabase removes the file of a database, with the journal that a process has left that was killed.
func removeDatabase(path string) (err error) {
	for _, suffix := range []string{"-wal", "-shm", "-journal", ""} {
		if e := os.Remove(path + suffix); !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}
