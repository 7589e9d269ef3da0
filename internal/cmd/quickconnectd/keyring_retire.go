package main

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
)

// oldKey is what keyring retire is given.
type oldKey struct {
	data

	number int64
}

func keyringRetireCommand(c clock.Clock) *cobra.Command {
	var o oldKey
	cmd := leaf("retire N --data-dir DIR", "End an older key that nothing is sealed under.",
		`Ends key N, and deletes it from keyring.json. It refuses the current key, and one under which anything is still
sealed. A backup of the database from before keyring rewrap needs the old key: keep the backup of keyring.json that
belongs to it, for as long as that backup. May run beside a server.`, nil)
	cmd.Args = func(cmd *cobra.Command, args []string) (err error) {
		o.number, err = numberOf(cmd, args)
		return err
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return keyringRetire(cmd.Context(), o, cmd.OutOrStdout(), c)
	}
	dataFlags(cmd, &o.data)
	return cmd
}

// numberOf reads the one argument of a command, the number of a key.
func numberOf(cmd *cobra.Command, args []string) (int64, error) {
	if len(args) == 1 {
		if n, err := strconv.ParseInt(args[0], 10, 64); err == nil && n > 0 {
			return n, nil
		}
	}
	name := nameOf(cmd)
	return 0, usagef("%s takes the number of one key, as keyring list shows it: quickconnectd %s 1", name, name)
}

func keyringRetire(ctx context.Context, o oldKey, stdout io.Writer, c clock.Clock) error {
	return changingKeys(ctx, o.data, c, func(k *keys.Keys) error {
		if err := k.RetireKEK(ctx, o.number); err != nil {
			return err
		}
		_, err := fmt.Fprintf(stdout, "key %d is retired and no longer in %s; back up %s now\n", o.number,
			keyring.FileName, keyring.FileName)
		return err
	})
}
