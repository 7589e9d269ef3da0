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
	keyChoice

	number int64
	forget bool
}

func keyringRetireCommand(c clock.Clock) *cobra.Command {
	var o oldKey
	cmd := leaf("retire N --data-dir DIR", "End an older key that nothing needs.",
		`Ends key N, and deletes it from keyring.json. It refuses the current key, and one under which anything is still
sealed. A backup of the database from before keyring rewrap needs the old key: keep the backup of keyring.json that
belongs to it, for as long as that backup. May run beside a server.

With --lookup or --comparison it ends a key in the database instead, and refuses one that anything valid needs. By
such a key, values that have ended are recognised too (/v1/identify, and a revoked secret that is supplied again): it
refuses that as well, unless --forget-ended is given.`, nil)
	cmd.Args = func(cmd *cobra.Command, args []string) (err error) {
		o.number, err = numberOf(cmd, args)
		return err
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := o.check(); err != nil {
			return err
		}
		if o.forget && !o.lookup && !o.comparison {
			return usagef("--forget-ended goes with --lookup or --comparison: nothing is sealed of a value that has ended")
		}
		if o.comparison && (o.scope.Tenant == "" || o.scope.Environment == "") {
			return usagef("keyring retire --comparison needs --tenant and --environment")
		}
		return keyringRetire(cmd.Context(), o, cmd.OutOrStdout(), c)
	}
	dataFlags(cmd, &o.data)
	o.define(cmd, "the key")
	cmd.Flags().BoolVar(&o.forget, "forget-ended", false,
		"with --lookup or --comparison, also end a key that still recognises values that have ended")
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
	return changingKeys(ctx, o.data, c, func(k *keys.Operator) error {
		switch {
		case o.lookup:
			return printDone(stdout, k.RetireLookup(ctx, o.number, o.forget), "lookup key %d is retired\n", o.number)
		case o.comparison:
			return printDone(stdout, k.RetireComparison(ctx, o.scope, o.number, o.forget),
				"comparison key %d of tenant %s, environment %s is retired\n", o.number, o.scope.Tenant, o.scope.Environment)
		}
		return printDone(stdout, k.RetireKEK(ctx, o.number), "key %d is retired and no longer in %[2]s; back up %[2]s now\n",
			o.number, keyring.FileName)
	})
}

// printDone prints what was done, unless err says that it failed.
func printDone(stdout io.Writer, err error, format string, args ...any) error {
	if err == nil {
		_, err = fmt.Fprintf(stdout, format, args...)
	}
	return err
}
