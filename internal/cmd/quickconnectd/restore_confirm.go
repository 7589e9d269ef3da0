package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/restore"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// afterMark says what a platform does that was marked as restored.
const afterMark = "Until quickconnectd restore confirm, no value is accepted, handed out or delivered, and no write " +
	"is\ndone but what contains a leak."

func restoreMarkCommand(c clock.Clock) *cobra.Command {
	var d data
	var last int64
	cmd := leaf("mark --data-dir DIR --database URL", "Say that the database was restored by a tool of its own.",
		`Says that the database was restored from a backup by a tool of its own, such as pg_restore or a recovery to a
point in time. Run it before the first start of a server. The platform gets a new incarnation: the numbers of versions
and the etags go on 1,000 higher, and until restore confirm no value is accepted, handed out or delivered. A file of
quickconnectd backup needs quickconnectd restore instead.`,
		func(cmd *cobra.Command) error { return restoreMark(cmd.Context(), d, last, cmd.OutOrStdout(), c) })
	dataFlags(cmd, &d)
	lastFlag(cmd, &last)
	return cmd
}

func lastFlag(cmd *cobra.Command, last *int64) {
	cmd.Flags().Int64Var(last, "last-incarnation", 0, "the highest incarnation `N` that the platform has had, where it "+
		"was restored before and this\nbackup is from before that: the header Quickconnect-Platform shows it")
}

func restoreMark(ctx context.Context, d data, last int64, stdout io.Writer, c clock.Clock) error {
	return aloneWith(ctx, d, c, func(r *txn.Runner) error {
		done, err := restore.Mark(ctx, r, restore.Marking{
			Source: store.RestoredElsewhere, Last: last, Actor: access.ActorOperator,
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(stdout, "%s is marked as restored: incarnation %d, with the data of %s.\n%s\n", d.database(),
			done.Incarnation, asOf(done), afterMark)
		return err
	})
}

func asOf(r store.Restore) string {
	if r.AsOf.IsZero() {
		return "an unknown time"
	}
	return r.AsOf.UTC().Format(time.RFC3339)
}

// aloneWith calls do with a platform that exists and that no server serves meanwhile.
func aloneWith(ctx context.Context, d data, c clock.Clock, do func(*txn.Runner) error) (err error) {
	unlock, err := lockData(d.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return withRunner(ctx, d, c, func(r *txn.Runner) error {
		held, takenOver, err := join(ctx, r.Store, c, r.Store.Serving.Hold)
		if err != nil {
			return err
		}
		return errors.Join(errors.Join(do(r), context.Cause(held)), takenOver())
	})
}

func restoreStatusCommand(c clock.Clock) *cobra.Command {
	var d data
	var k kept
	cmd := leaf("status --data-dir DIR", "Show whether a restore waits for its confirmation, and what the backup lacks.",
		`Shows which incarnation the platform has, when it was restored, with the data of which time, and whether the
restore is confirmed. With the journals of serve, it lists what happened after the backup, and says what restore
confirm ends again. With checkpoints that were kept elsewhere, it says how many audit events are lost. May run beside
a server.`,
		func(cmd *cobra.Command) error { return restoreStatus(cmd.Context(), d, k, cmd.OutOrStdout(), c) })
	dataFlags(cmd, &d)
	k.define(cmd)
	cmd.Flags().StringArrayVar(&k.checkpoints, "checkpoint", nil,
		"a `FILE` with a checkpoint of the audit log from before the restore; can be repeated")
	return cmd
}

func restoreStatus(ctx context.Context, d data, k kept, stdout io.Writer, c clock.Clock) error {
	return withRunner(ctx, d, c, func(r *txn.Runner) error {
		state, err := restore.Look(ctx, r)
		if err != nil {
			return err
		}
		if _, err = fmt.Fprintln(stdout, describeRestore(state)); err != nil {
			return err
		}
		lost, gaps, err := k.lost(ctx, r, state)
		if err != nil {
			return err
		}
		if err := k.print(stdout, lost, gaps); err != nil {
			return err
		}
		return k.printCheckpoints(ctx, r, stdout)
	})
}

// describeRestore says in one line or two what is known of the last restore.
func describeRestore(s restore.State) string {
	out := fmt.Sprintf("platform %s, incarnation %d: ", s.Platform.ID, s.Platform.Incarnation)
	if s.Restore == nil {
		if s.Platform.RestoreConfirmed {
			return out + "it was never restored, and nothing waits for a confirmation"
		}
		return out + "it was restored, and the restore is not confirmed.\n" + afterMark
	}
	out += fmt.Sprintf("restored at %s with the data of %s", s.Restore.RestoredAt.UTC().Format(time.RFC3339),
		asOf(*s.Restore))
	if s.Platform.RestoreConfirmed {
		return out + ", and confirmed at " + s.Restore.ConfirmedAt.UTC().Format(time.RFC3339)
	}
	return out + ", and not confirmed.\n" + afterMark
}

func restoreConfirmCommand(c clock.Clock) *cobra.Command {
	var d data
	var k kept
	cmd := leaf("confirm --data-dir DIR", "End again what had ended after the backup, and serve again.",
		`Ends the time after a restore in which no value is accepted, handed out or delivered. With the journals of serve, it
first ends again what was revoked, deleted or put in quarantine after the backup. Without them, all of that is valid
again: end what must not come back before. May run beside a server, which serves at once.`,
		func(cmd *cobra.Command) error { return restoreConfirm(cmd.Context(), d, k, cmd.OutOrStdout(), c) })
	dataFlags(cmd, &d)
	k.define(cmd)
	cmd.Flags().BoolVar(&k.acceptGaps, "accept-gaps", false,
		"confirm although lines of a journal are missing, and what they ended comes back")
	return cmd
}

// errGaps is the error of a confirmation with a journal that lacks lines.
var errGaps = errors.New("lines of a journal are missing, and nothing was done: give the whole journal; or end by " +
	"hand what must not come back, and run restore confirm with --accept-gaps")

func restoreConfirm(ctx context.Context, d data, k kept, stdout io.Writer, c clock.Clock) (err error) {
	s, ring, err := existingData(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	r, err := txn.Open(ctx, s, ring, c, rand.Reader)
	if err != nil {
		return err
	}
	state, err := restore.Look(ctx, r)
	if err != nil {
		return err
	}
	if state.Platform.RestoreConfirmed {
		return fmt.Errorf("%w (%s)", restore.ErrNotPending, describeRestore(state))
	}
	lost, gaps, err := k.lost(ctx, r, state)
	if err != nil {
		return err
	}
	if err := k.print(stdout, lost, gaps); err != nil {
		return err
	}
	if len(gaps) > 0 && !k.acceptGaps {
		return errGaps
	}
	p, err := platform.New(ctx, platform.Config{Store: s, Keyring: ring, Clock: c})
	if err != nil {
		return err
	}
	again, _ := restore.Contain(lost)
	done, err := p.ConfirmRestore(ctx, again)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%d objects were ended again.\nThe restore is confirmed: platform %s serves and "+
		"delivers as incarnation %d.\n", done, state.Platform.ID, state.Platform.Incarnation)
	return err
}
