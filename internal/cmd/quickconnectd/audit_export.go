package main

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/audit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// exportChoice is which events to export, and how.
type exportChoice struct {
	data          data
	scope         store.Scope
	since, format string
}

func auditExportCommand(c clock.Clock) *cobra.Command {
	var e exportChoice
	cmd := leaf("export --data-dir DIR --tenant TENANT --environment ENVIRONMENT",
		"Write the audit events of an environment.",
		`Writes the audit events of an environment to the standard output, one a line. The format jsonl ends with a signed
checkpoint, and audit verify --file verifies it without the database. The format ocsf is for a SIEM (Open Cybersecurity
Schema Framework 1.9). May run beside a server.`,
		func(cmd *cobra.Command) error { return auditExport(cmd.Context(), e, cmd.OutOrStdout(), c) })
	dataFlags(cmd, &e.data)
	scopeFlags(cmd, &e.scope)
	flags := cmd.Flags()
	flags.StringVar(&e.since, "since", "",
		"begin with the first event at or after this `TIME`, such as 2026-05-01T00:00:00Z; absent: with the first event")
	flags.StringVar(&e.format, "format", audit.FormatJSONL, "the `FORMAT`: jsonl or ocsf")
	completes(cmd, "since")
	completes(cmd, "format", audit.FormatJSONL, audit.FormatOCSF)
	return cmd
}

func auditExport(ctx context.Context, e exportChoice, stdout io.Writer, c clock.Clock) error {
	var since time.Time
	if e.since != "" {
		var err error
		if since, err = time.Parse(time.RFC3339, e.since); err != nil {
			return usagef("--since must be a time such as 2026-05-01T00:00:00Z")
		}
	}
	if e.format != audit.FormatJSONL && e.format != audit.FormatOCSF {
		return usagef("--format must be jsonl or ocsf")
	}
	return withRunner(ctx, e.data, c, func(r *txn.Runner) error {
		return audit.Export(ctx, r, e.scope, since, e.format, stdout)
	})
}
