package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
)

func keyringListCommand(c clock.Clock) *cobra.Command {
	var d data
	cmd := leaf("list --data-dir DIR", "List the keys, and what still needs them.",
		"Lists the keys of the keyring, the lookup keys and the comparison keys: the number, when it was made, whether it\n"+
			"is current, and how much needs it. Never a key. May run beside a server.",
		func(cmd *cobra.Command) error { return keyringList(cmd.Context(), d, cmd.OutOrStdout(), c) })
	dataFlags(cmd, &d)
	return cmd
}

func keyringList(ctx context.Context, d data, stdout io.Writer, c clock.Clock) error {
	return withKeys(ctx, d, c, func(o *keys.Operator) error {
		all, err := o.KEKs(ctx)
		if err != nil {
			return err
		}
		out := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(out, "KEY\tNUMBER\tCREATED\tSTATE\tNEEDED BY")
		for _, kek := range all {
			_, _ = fmt.Fprintf(out, "keyring\t%d\t%s\t%s\t%s\n", kek.Number, dateOr(kek.CreatedAt, "-"),
				stateOfKEK(kek)+whereOfKEK(o, kek),
				cmp.Or(keys.Summary(kek.Uses), "nothing"))
		}
		platform, err := o.PlatformKeys(ctx)
		if err != nil {
			return err
		}
		for _, p := range platform {
			state := "older"
			if p.Current {
				state = "current"
			}
			_, _ = fmt.Fprintf(out, "%s\t%d\t%s\t%s\t%s\n", p.Name, p.Number, dateOr(p.CreatedAt, "-"), state,
				cmp.Or(keys.Summary(append(p.Uses, p.Ended...)), "nothing"))
		}
		return out.Flush()
	})
}

// whereOfKEK says where a key outside is.
func whereOfKEK(o *keys.Operator, k keys.KEK) string {
	key, version, err := o.OutsideOf(k.Number)
	if !k.InFile || err != nil || version == 0 {
		return ""
	}
	return fmt.Sprintf(" (version %d of %s)", version, key.Short())
}

func stateOfKEK(k keys.KEK) string {
	switch {
	case !k.Known:
		return "unused (a rotation was interrupted)"
	case !k.RetiredAt.IsZero():
		return "retired " + dateOr(k.RetiredAt, "")
	case !k.InFile:
		return "missing in " + keyring.FileName
	case k.Current:
		return "current"
	}
	return "older"
}
