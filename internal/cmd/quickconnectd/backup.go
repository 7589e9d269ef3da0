package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"
	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/backup"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
)

const backupLockName = "backup.lock"

// backupChoice are the flags of backup.
type backupChoice struct {
	data           data
	out            string
	recipients     []string
	recipientsFile string
}

func backupCommand(c clock.Clock) *cobra.Command {
	var b backupChoice
	cmd := leaf("backup --data-dir DIR --out FILE", "Write an encrypted backup of the database, beside a server.",
		`Writes the database as it is at one moment into a file that does not exist yet, encrypted in the format of age:
under the newest key of keyring.json, or for the recipients that are named. keyring.json is not in it: keep that in
another place. May run beside a server. It needs room for a copy of the database in DIR. A file that is not complete
ends in .partial. PostgreSQL has tools of its own: pg_dump or a recovery to a point in time, then restore mark.`,
		func(cmd *cobra.Command) error { return b.run(cmd.Context(), cmd.OutOrStdout(), c) })
	dataFlags(cmd, &b.data)
	flags := cmd.Flags()
	flags.StringVar(&b.out, "out", "", "the `FILE` to write")
	flags.StringArrayVar(&b.recipients, "recipient", nil,
		"encrypt for this recipient of age (`age1…`) instead of under a key of the keyring; can be repeated")
	flags.StringVar(&b.recipientsFile, "recipients-file", "", "the same, for each line of this `FILE`")
	require(cmd, "out")
	return cmd
}

// errNoPostgresBackup says how PostgreSQL is backed up.
var errNoPostgresBackup = errors.New("a database in PostgreSQL is backed up and restored with its own tools, and " +
	"nothing was done: pg_dump and pg_restore, or a base backup and a recovery to a point in time; after the restore " +
	"and before the first start, run quickconnectd restore mark")

func (b backupChoice) run(ctx context.Context, stdout io.Writer, c clock.Clock) (err error) {
	if !b.data.url.IsEmpty() {
		return errNoPostgresBackup
	}
	recipients, err := b.ageRecipients()
	if err != nil {
		return err
	}
	ring, err := b.data.keyringAsItIs()
	if err != nil {
		return err
	}
	under := "for the recipients that were named"
	if len(recipients) == 0 {
		number := ring.Newest()
		recipients = append(recipients, backup.KEK{Context: ctx, Keyring: ring, Number: number})
		under = fmt.Sprintf("under key %d of %s, which is not in it", number, keyring.FileName)
	}
	unlock, err := lockBackup(b.data.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	w, err := backup.Write(ctx, backup.Config{
		Database: filepath.Join(b.data.dir, databaseName), Out: b.out, At: c.Now(), Recipients: recipients,
	})
	if err != nil {
		return fmt.Errorf("no backup was written: %w", err)
	}
	_, err = fmt.Fprintf(stdout, "wrote %s: %d bytes, SHA-256 %s\nencrypted %s\n%s", b.out, w.Size, w.SHA256, under,
		describeBackup(w.Manifest))
	return err
}

// describeBackup says what is in a backup.
func describeBackup(m backup.Manifest) string {
	out := fmt.Sprintf("platform %s, incarnation %d, at %s: version %d, %d tables, %d rows\n", m.Platform, m.Incarnation,
		m.TakenAt.Format("2006-01-02T15:04:05Z"), m.Schema, len(m.Tables), m.Rows())
	for _, l := range m.Logs {
		out += fmt.Sprintf("audit log %s/%s: %d events, root %s\n", l.Tenant, l.Environment, l.Size, l.Root)
	}
	return out
}

func (b backupChoice) ageRecipients() (all []age.Recipient, err error) {
	for _, text := range b.recipients {
		r, err := age.ParseX25519Recipient(text)
		if err != nil {
			return nil, usagef("--recipient must be a recipient of age, which begins with age1")
		}
		all = append(all, r)
	}
	if b.recipientsFile == "" {
		return all, nil
	}
	f, err := os.Open(b.recipientsFile)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	more, err := age.ParseRecipients(f)
	if err != nil {
		return nil, fmt.Errorf("%s has no recipients of age: %w", b.recipientsFile, err)
	}
	return append(all, more...), nil
}

// keyringAsItIs opens the keyring alone: a database of an older build is not brought to this one's version.
func (d data) keyringAsItIs() (*keyring.Keyring, error) {
	named, err := d.outsideKEK()
	if err != nil {
		return nil, err
	}
	k, err := keyring.Open(d.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("put the %s of the platform into %s first, with mode 0600: no backup has it",
			keyring.FileName, d.dir)
	}
	if err != nil {
		return nil, err
	}
	k.Use(keyring.Outside{Clock: clock.System(), Login: named})
	return k, d.checkKEK(k, named)
}

// lockBackup prevents two backups of a data directory at once.
func lockBackup(dir string) (unlock func() error, err error) {
	lock := flock.New(filepath.Join(dir, backupLockName), flock.SetPermissions(0o600))
	switch locked, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock the data directory for a backup: %w", err)
	case !locked:
		return nil, fmt.Errorf("another quickconnectd backup is at work in this data directory (it holds %s): run this "+
			"again when that one has ended", lock.Path())
	}
	if err := keyring.GiveToOwner(dir, lock.Path()); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the data directory for a backup: %w", err), lock.Unlock())
	}
	return lock.Unlock, nil
}
