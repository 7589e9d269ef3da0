package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
)

// newKey are the flags of keyring rotate.
type newKey struct {
	data

	rewrap bool
}

func keyringRotateCommand(c clock.Clock) *cobra.Command {
	var n newKey
	cmd := leaf("rotate --data-dir DIR", "Make a new key that seals what is new, and seal everything again.",
		`Makes a new key in keyring.json, which seals what is new from then on. What is sealed stays under the older key
until --rewrap, or keyring rewrap later, seals it again. May run beside a server, which follows at once: run it with
the data directory of that server, as the user of that server or as root. Back up keyring.json afterwards.`,
		func(cmd *cobra.Command) error {
			return keyringRotate(cmd.Context(), n, cmd.OutOrStdout(), cmd.ErrOrStderr(), c)
		})
	dataFlags(cmd, &n.data)
	cmd.Flags().BoolVar(&n.rewrap, "rewrap", false, "also seal everything again under the new key, as keyring rewrap does")
	return cmd
}

func keyringRotate(ctx context.Context, n newKey, stdout, stderr io.Writer, c clock.Clock) error {
	return changingKeys(ctx, n.data, c, func(k *keys.Keys) error {
		number, err := k.RotateKEK(ctx)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(stdout, "key %d of the keyring seals what is new; back up %s now\n", number,
			keyring.FileName); err != nil || !n.rewrap {
			return err
		}
		return rewrap(ctx, k, stdout, stderr)
	})
}
