package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

func tokenListCommand(c clock.Clock) *cobra.Command {
	var d data
	var scope store.Scope
	cmd := leaf("list --data-dir DIR --tenant TENANT --environment ENVIRONMENT",
		"List the principals of an environment, and never a token.",
		"Lists the principals of an environment: id, name, role, when it was made, when it expires, when it was last used\n"+
			"(at most a minute behind). Never a token. May run beside a server.",
		func(cmd *cobra.Command) error { return tokenList(cmd.Context(), d, scope, cmd.OutOrStdout(), c) })
	dataFlags(cmd, &d)
	scopeFlags(cmd, &scope)
	return cmd
}

func tokenList(ctx context.Context, d data, scope store.Scope, stdout io.Writer, c clock.Clock) (err error) {
	s, k, err := existingData(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	found, err := access.ListPrincipals(ctx, s, k, c, scope)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "ID\tNAME\tROLE\tCREATED\tEXPIRES\tLAST USED")
	for _, p := range found {
		expires := dateOr(p.ExpiresAt, "never")
		if !p.LiveAt(c.Now()) {
			expires += " (expired)"
		}
		_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\n",
			p.ID, p.Name, p.Role, dateOr(p.CreatedAt, ""), expires, dateOr(p.LastUsedAt, "never"))
	}
	return out.Flush()
}

func dateOr(t time.Time, otherwise string) string {
	if t.IsZero() {
		return otherwise
	}
	return t.UTC().Format(time.RFC3339)
}
