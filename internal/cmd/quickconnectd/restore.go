package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/backup"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/restore"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// restoreChoice are the flags of restore.
type restoreChoice struct {
	data         data
	from         string
	identityFile string
	last         int64
}

func restoreCommand(c clock.Clock) *cobra.Command {
	var r restoreChoice
	cmd := leaf("restore --from FILE --data-dir DIR", "Restore a platform from a file of quickconnectd backup.",
		`Makes the database of a backup in DIR, which must have the keyring.json of the platform and nothing else. The
platform gets a new incarnation: the numbers of versions and the etags go on 1,000 higher, and until restore confirm
no value is accepted, handed out or delivered. If it is interrupted, run it again. Never serve the old database again.`,
		func(cmd *cobra.Command) error { return r.run(cmd.Context(), cmd.OutOrStdout(), c) })
	dataFlags(cmd, &r.data)
	flags := cmd.Flags()
	flags.StringVar(&r.from, "from", "", "the `FILE` of quickconnectd backup")
	flags.StringVar(&r.identityFile, "identity", "",
		"a `FILE` with an identity of age, where the backup is for a recipient")
	lastFlag(cmd, &r.last)
	require(cmd, "from")
	cmd.Annotations = map[string]string{alone: "true"}
	cmd.AddCommand(restoreMarkCommand(c), restoreStatusCommand(c), restoreConfirmCommand(c))
	return cmd
}

func (r restoreChoice) run(ctx context.Context, stdout io.Writer, c clock.Clock) (err error) {
	if !r.data.url.IsEmpty() {
		return errNoPostgresBackup
	}
	ring, err := r.data.keyringAsItIs()
	if err != nil {
		return err
	}
	unlock, err := lockData(r.data.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := restore.CheckEmpty(r.data.dir, keyring.FileName, lockName, keyringLockName, backupLockName); err != nil {
		return err
	}
	identities := []age.Identity{backup.KEK{Context: ctx, Keyring: ring}}
	if r.identityFile != "" {
		if identities, err = readIdentities(r.identityFile); err != nil {
			return err
		}
	}
	m, done, err := restore.FromFile(ctx, restore.File{
		Backup: r.from, Database: filepath.Join(r.data.dir, databaseName), Keyring: ring, Identities: identities, Clock: c,
		Random:  rand.Reader,
		Marking: restore.Marking{Source: store.RestoredBackup, Last: r.last, Actor: access.ActorOperator},
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "restored %s\n%sThe platform is now incarnation %d. %s\n", r.data.database(),
		describeBackup(m), done.Incarnation, afterMark)
	return err
}

func readIdentities(path string) ([]age.Identity, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	identities, err := age.ParseIdentities(f)
	if err != nil { // its text may quote a key
		return nil, fmt.Errorf("%s has no identity of age: give the file that age-keygen made", path)
	}
	return identities, nil
}
