package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
)

func keyringMoveCommand(c clock.Clock) *cobra.Command {
	var d data
	var to string
	cmd := leaf("move --data-dir DIR --to URI", "Move to a key-encryption key outside of this machine, or back.",
		`Makes the key of --to the one that seals what is new, seals everything else again under it, and ends the older keys
once nothing is under them. --to is hcvault://HOST[:PORT]/MOUNT/KEY?… for a key of a transit engine, whose newest
version is pinned, or file:// for a new key in keyring.json. Prints what it did. If it is stopped or killed, run it
again: it goes on where it was. May run beside a server. Back up keyring.json afterwards, and set --kek of serve.`,
		func(cmd *cobra.Command) error {
			target, err := kekOf("--to", to, d.dir)
			if err != nil {
				return err
			}
			d.anyKEK = true
			return changingKeys(cmd.Context(), d, c, func(o *keys.Operator) error {
				return moveKEK(cmd.Context(), o, target, cmd.OutOrStdout(), cmd.ErrOrStderr())
			})
		})
	dataFlags(cmd, &d)
	cmd.Flags().StringVar(&to, "to", "", "the `URI` of the key-encryption key to move to")
	require(cmd, "to")
	return cmd
}

func moveKEK(ctx context.Context, o *keys.Operator, to *keyring.OutsideKey, stdout, stderr io.Writer) error {
	m, err := keys.MoveKEK(ctx, o, to, progressOn(stderr))
	if m.Made {
		_, _ = fmt.Fprintf(stdout, "key %d of the keyring seals what is new: %s\n", m.Number, shortKEK(to))
	}
	if err != nil {
		return fmt.Errorf("the move is not complete, and the older keys stay: run quickconnectd keyring move again, which "+
			"goes on: %w", err)
	}
	if n := len(m.Rewrapped.Unreadable); n > 0 {
		return fmt.Errorf("%d were sealed again under key %d, and %d stay as they are, because they do not open, so no key "+
			"was ended: %s; restore them from a backup or make their objects anew, and run quickconnectd keyring move again",
			m.Rewrapped.Done, m.Number, n, strings.Join(m.Rewrapped.Unreadable, "; "))
	}
	_, err = fmt.Fprintf(stdout, "%d were sealed again, and everything is under key %d; keys ended: %s\nback up %s now\n",
		m.Rewrapped.Done, m.Number, numbers(m.Retired), keyring.FileName)
	return err
}

func numbers(all []int64) string {
	if len(all) == 0 {
		return "none"
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(all), " ", ", "), "[]")
}
