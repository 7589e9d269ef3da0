package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
)

// progressLines is about how many lines a rewrap prints of its progress.
const progressLines = 20

func keyringRewrapCommand(c clock.Clock) *cobra.Command {
	var d data
	cmd := leaf("rewrap --data-dir DIR", "Seal again what is sealed under an older key.",
		`Seals everything again that is sealed under an older key than the current one, and gives every value of a token or
signing secret the hash of the newest lookup key. Prints its progress on standard error. It works in small batches:
if it is stopped or killed, run it again, and it goes on where it was. May run beside a server that is under load.`,
		func(cmd *cobra.Command) error {
			return changingKeys(cmd.Context(), d, c, func(o *keys.Operator) error {
				return rewrap(cmd.Context(), o.Keys, cmd.OutOrStdout(), cmd.ErrOrStderr())
			})
		})
	dataFlags(cmd, &d)
	return cmd
}

// progressOn prints how far a rewrap is.
func progressOn(stderr io.Writer) func(keys.Rewrapping) error {
	var printed int64
	return func(r keys.Rewrapping) error {
		if part := r.Done * progressLines / max(r.Total, 1); part > printed {
			printed = part
			_, _ = fmt.Fprintf(stderr, "%d of %d done\n", r.Done, r.Total)
		}
		return nil
	}
}

func rewrap(ctx context.Context, k *keys.Keys, stdout, stderr io.Writer) error {
	r, err := keys.Rewrap(ctx, k, progressOn(stderr))
	if err != nil {
		return fmt.Errorf("stopped after %d of %d: run quickconnectd keyring rewrap to go on: %w",
			r.Done, r.Total, err)
	}
	if n := len(r.Unreadable); n > 0 {
		return fmt.Errorf("%d were sealed or hashed again under key %d, and %d stay as they are, because they do not open: "+
			"%s; restore them from a backup or make their objects anew, and run quickconnectd keyring rewrap again",
			r.Done, r.Number, n, strings.Join(r.Unreadable, "; "))
	}
	if r.Done == 0 {
		_, err = fmt.Fprintf(stdout, "everything is sealed under key %d already, and hashed under the newest lookup key\n",
			r.Number)
		return err
	}
	_, err = fmt.Fprintf(stdout, "sealed or hashed %d again: everything is sealed under key %d, and hashed under the "+
		"newest lookup key\n", r.Done, r.Number)
	return err
}
