package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// newKey are the flags of keyring rotate.
type newKey struct {
	data
	keyChoice

	rewrap bool
}

func keyringRotateCommand(c clock.Clock) *cobra.Command {
	var n newKey
	cmd := leaf("rotate --data-dir DIR", "Make a new key that seals what is new, and with --rewrap everything else too.",
		`Makes a new key in keyring.json, which seals what is new from then on. What is sealed stays under the older key
until --rewrap, or keyring rewrap later, seals it again. May run beside a server, which follows at once: run it with
the data directory of that server, as the user of that server or as root. Back up keyring.json afterwards.

With --lookup or --comparison it makes a new key in the database instead. What was made with an older key is found
and recognised as before.`,
		func(cmd *cobra.Command) error {
			if err := n.check(); err != nil {
				return err
			}
			if n.rewrap && n.comparison {
				return usagef("--rewrap does not go with --comparison: a digest changes with the next new value of its secret")
			}
			return keyringRotate(cmd.Context(), n, cmd.OutOrStdout(), cmd.ErrOrStderr(), c)
		})
	dataFlags(cmd, &n.data)
	cmd.Flags().BoolVar(&n.rewrap, "rewrap", false,
		"also seal and hash again what the new key should seal and hash, as keyring rewrap does")
	n.define(cmd, "only the keys")
	return cmd
}

func keyringRotate(ctx context.Context, n newKey, stdout, stderr io.Writer, c clock.Clock) error {
	return changingKeys(ctx, n.data, c, func(o *keys.Operator) error {
		if err := makeKey(ctx, n, o, stdout); err != nil || !n.rewrap {
			return err
		}
		return rewrap(ctx, o.Keys, stdout, stderr)
	})
}

// makeKey makes the key that is asked for, and says which.
func makeKey(ctx context.Context, n newKey, o *keys.Operator, stdout io.Writer) error {
	switch {
	case n.lookup:
		number, err := o.RotateLookup(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(stdout, "lookup key %d makes the hashes of new values\n", number)
		return err
	case n.comparison:
		made, err := o.RotateComparison(ctx, n.scope)
		if err != nil {
			return err
		}
		for _, scope := range slices.SortedFunc(maps.Keys(made), compareScopes) {
			if _, err := fmt.Fprintf(stdout, "comparison key %d of tenant %s, environment %s makes new digests\n", made[scope],
				scope.Tenant, scope.Environment); err != nil {
				return err
			}
		}
		return nil
	}
	number, err := o.RotateKEK(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "key %d of the keyring seals what is new; back up %s now\n", number, keyring.FileName)
	return err
}

func compareScopes(a, b store.Scope) int {
	return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Environment, b.Environment))
}
