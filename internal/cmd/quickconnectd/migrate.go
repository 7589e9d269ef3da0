package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/move"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// reportEvery is after how many rows of a table migrate prints how far it is.
const reportEvery = 50_000

// migration are the flags of migrate.
type migration struct {
	from string
	to   secret.Value
	undo bool
}

func migrateCommand(c clock.Clock) *cobra.Command {
	var m migration
	cmd := leaf("migrate --from DIR --to URL", "Move a platform from a data directory into a PostgreSQL database.",
		`Moves the platform of a data directory into an empty PostgreSQL database. Stop its server first. Copies every
table, and compares the number of rows and a checksum of each one on both sides. Prints them at the end, and how far it
is on standard error. If it is interrupted, run it again: it goes on where it stopped; until it has ended, no other
command uses the database. Afterwards no command uses the database file in DIR, and every command needs
--database URL. keyring.json stays in DIR: nothing opens the database without it.

--undo, without --to, makes the database file in DIR usable again after a move. It has none of the changes since then.`,
		func(cmd *cobra.Command) error {
			return m.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), c)
		})
	flags := cmd.Flags()
	flags.StringVar(&m.from, "from", "", "the data directory `DIR` with the database and the keyring")
	flags.Var(urlValue{&m.to}, "to", "the `URL` of an empty PostgreSQL database, postgres://USER@HOST/NAME; put one\n"+
		"with a password into QUICKCONNECTD_TO, because others on the machine see a command line")
	flags.BoolVar(&m.undo, "undo", false, "use the database file in DIR again after a move")
	require(cmd, "from")
	_ = cmd.MarkFlagDirname("from") // its error is that there is no such flag
	return cmd
}

func (m migration) run(ctx context.Context, stdout, stderr io.Writer, c clock.Clock) (err error) {
	if m.undo != m.to.IsEmpty() {
		return usagef("migrate needs either --to or --undo (or QUICKCONNECTD_TO or QUICKCONNECTD_UNDO in the environment)")
	}
	path := filepath.Join(m.from, databaseName)
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("there is no platform in the data directory that --from names: %w", err)
	}
	unlock, err := lockData(m.from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if m.undo {
		place, err := move.Undo(ctx, path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(stdout, "%s is in use again, as it was when its platform moved to %s: start no server of that "+
			"database, and drop it\n", path, place)
		return err
	}
	if err := checkOpens(ctx, m.from); err != nil {
		return err
	}
	sums, err := move.Run(ctx, move.Config{From: path, To: m.to.Expose(), Clock: c, Report: reporter(stderr)})
	if err := errors.Join(err, printSums(stdout, sums)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "The platform moved. Give every command --data-dir %s and --database with the URL from "+
		"now on.\nThe keyring stays in %[1]s. Keep its backup: nothing else opens the database.\n", m.from)
	return err
}

// checkOpens refuses a platform whose keyring does not open it. An earlier attempt that marked it as moved did this.
func checkOpens(ctx context.Context, dir string) (err error) {
	s, k, err := existingData(ctx, data{dir: dir})
	var moved *store.MovedError
	if errors.As(err, &moved) {
		_, err = keyring.Open(dir)
		return err
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	_, err = keys.Check(ctx, s, k)
	return err
}

// reporter prints how far a move is: at the end of each table that has rows, and sometimes before that.
func reporter(stderr io.Writer) func(move.Progress) {
	var begun bool
	var printed int64
	var table string
	return func(p move.Progress) {
		if !begun {
			begun = true
			how := "moving to"
			if p.Resumed {
				how = "going on with the move to"
			}
			_, _ = fmt.Fprintln(stderr, how, p.Place)
		}
		if p.Table != table {
			table, printed = p.Table, p.Done
		}
		if p.Rows > 0 && (p.Done == p.Rows || p.Done-printed >= reportEvery) {
			printed = p.Done
			_, _ = fmt.Fprintf(stderr, "%s: %d of %d rows copied\n", p.Table, p.Done, p.Rows)
		}
	}
}

func printSums(stdout io.Writer, sums []move.Sum) error {
	out := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for _, s := range sums {
		_, _ = fmt.Fprintf(out, "%s\t%d rows\tsha256 %s\n", s.Table, s.Rows, s.SHA256)
	}
	return out.Flush()
}
