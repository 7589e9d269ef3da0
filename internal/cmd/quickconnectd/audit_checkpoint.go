package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/audit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

func auditPublicKeyCommand(c clock.Clock) *cobra.Command {
	var d data
	cmd := leaf("public-key --data-dir DIR", "Print the public key of the checkpoints.",
		"Prints the key that verifies the checkpoints of the audit logs. It is no secret, and does not change. May run\n"+
			"beside a server.",
		func(cmd *cobra.Command) error {
			return withRunner(cmd.Context(), d, c, func(r *txn.Runner) error {
				_, public, err := keys.CheckpointSigner(r.Keys, r.Platform.ID)
				if err == nil {
					_, err = fmt.Fprintln(cmd.OutOrStdout(), public)
				}
				return err
			})
		})
	dataFlags(cmd, &d)
	return cmd
}

func auditCheckpointCommand(c clock.Clock) *cobra.Command {
	var d data
	var scope store.Scope
	cmd := leaf("checkpoint --data-dir DIR --tenant TENANT --environment ENVIRONMENT",
		"Print a signed checkpoint of the audit log.",
		"Prints the size and the root of the audit log of an environment, signed. Keep it where nobody of the platform can\n"+
			"change it: audit verify compares the log with it. May run beside a server.",
		func(cmd *cobra.Command) error { return auditCheckpoint(cmd.Context(), d, scope, cmd.OutOrStdout(), c) })
	dataFlags(cmd, &d)
	scopeFlags(cmd, &scope)
	return cmd
}

func auditCheckpoint(ctx context.Context, d data, scope store.Scope, stdout io.Writer, c clock.Clock) error {
	return withRunner(ctx, d, c, func(r *txn.Runner) error {
		var signed audit.Signed
		err := r.Update(ctx, txn.Caller{Scope: scope, Actor: access.ActorOperator}, func(tx *txn.Tx) (err error) {
			signed, err = audit.Keep(ctx, tx, scope)
			return err
		})
		if err == nil {
			_, err = io.WriteString(stdout, signed.Note)
		}
		return err
	})
}
