package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
)

func tokenRevokeCommand(c clock.Clock) *cobra.Command {
	var d data
	var id, path string
	var last bool
	cmd := leaf("revoke --data-dir DIR --id ID", "End a principal: its token is refused at once.",
		"Ends a principal: its token is refused at once. May run beside a server.",
		func(cmd *cobra.Command) error {
			return tokenRevoke(cmd.Context(), d, id, last, path, cmd.OutOrStdout(), c)
		})
	dataFlags(cmd, &d)
	cmd.Flags().StringVar(&id, "id", "", "the `ID` of the principal, as token list shows it")
	cmd.Flags().BoolVar(&last, "last", false,
		"also end the last deployer of an environment; workload identities do not count")
	journalFlag(cmd.Flags(), &path)
	require(cmd, "id")
	completes(cmd, "id")
	return cmd
}

func tokenRevoke(
	ctx context.Context, d data, id string, last bool, path string, stdout io.Writer, c clock.Clock,
) (err error) {
	kept, err := openJournal(path)
	if err != nil {
		return err
	}
	s, k, err := existingData(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	p, err := access.RevokePrincipal(ctx, s, k, c, id, last, kept)
	if err != nil {
		return err
	}
	if lacks := kept.Failure(); lacks != nil {
		return fmt.Errorf("%s was revoked, and the journal could not be written: make a backup: %w", p.ID, lacks)
	}
	_, err = fmt.Fprintf(stdout, "revoked %s (%s), role %s, of tenant %s, environment %s\n",
		p.Name, p.ID, p.Role, p.Tenant, p.Environment)
	return err
}
