package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/audit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// eraseChoice is which event to erase, and why.
type eraseChoice struct {
	data   data
	scope  store.Scope
	index  int64
	reason string
}

func auditEraseCommand(c clock.Clock) *cobra.Command {
	var e eraseChoice
	cmd := leaf("erase --data-dir DIR --tenant TENANT --environment ENVIRONMENT --index N --reason REASON",
		"Erase what one audit event says.",
		`Erases what one audit event says, for good: its fields and its salt. Its place in the log stays, so the log verifies
as before, and an event of its own records the erasure, its index and the reason. Exports and backups that were made
before have the event still. May run beside a server.`,
		func(cmd *cobra.Command) error { return auditErase(cmd.Context(), e, cmd.OutOrStdout(), c) })
	dataFlags(cmd, &e.data)
	scopeFlags(cmd, &e.scope)
	cmd.Flags().Int64Var(&e.index, "index", -1, "the index `N` of the event, as the export and the API show it")
	cmd.Flags().StringVar(&e.reason, "reason", "", "the `REASON`, which the audit trail keeps")
	require(cmd, "index", "reason")
	completes(cmd, "index")
	completes(cmd, "reason")
	return cmd
}

func auditErase(ctx context.Context, e eraseChoice, stdout io.Writer, c clock.Clock) error {
	return withRunner(ctx, e.data, c, func(r *txn.Runner) error {
		var erased *store.AuditEvent
		by := txn.Caller{Scope: e.scope, Actor: access.ActorOperator}
		err := r.Update(ctx, by, func(tx *txn.Tx) (err error) {
			erased, err = audit.Erase(ctx, tx, e.index, e.reason)
			return err
		})
		if err == nil {
			_, err = fmt.Fprintf(stdout, "erased audit event %d (%s) of tenant %s, environment %s\n", e.index, erased.ID,
				e.scope.Tenant, e.scope.Environment)
		}
		return err
	})
}
