package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
)

func issuerRemoveCommand(c clock.Clock) *cobra.Command {
	var d data
	var tenant, name, path string
	cmd := leaf("remove --data-dir DIR --tenant TENANT --name NAME",
		"Remove an issuer: whom it signed in is signed out at once.",
		"Removes an issuer: it signs nobody in any more, and whom it signed in is signed out at once. Its role\n"+
			"bindings stay and count for nobody; its name cannot be used again. May run beside a server.",
		func(cmd *cobra.Command) error {
			return issuerRemove(cmd.Context(), d, tenant, name, path, cmd.OutOrStdout(), c)
		})
	dataFlags(cmd, &d)
	tenantFlag(cmd, &tenant)
	cmd.Flags().StringVar(&name, "name", "", "the `NAME` of the issuer, as issuer list shows it")
	journalFlag(cmd.Flags(), &path)
	require(cmd, "name")
	completes(cmd, "name")
	return cmd
}

func issuerRemove(
	ctx context.Context, d data, tenant, name, path string, stdout io.Writer, c clock.Clock,
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
	sessions, bindings, err := people.RemoveIssuer(ctx, s, k, c, tenant, name, kept)
	if err != nil {
		return err
	}
	if lacks := kept.Failure(); lacks != nil {
		return fmt.Errorf("%s was removed, and the journal could not be written: make a backup: %w", name, lacks)
	}
	_, err = fmt.Fprintf(stdout, "removed %s of tenant %s; sessions ended: %d\n", name, tenant, sessions)
	for _, b := range bindings {
		if err == nil {
			_, err = fmt.Fprintf(stdout, "counts for nobody now: role binding %s in environment %s (%s %s, role %s)\n",
				b.ID, b.Scope.Environment, b.Attribute, b.Value, b.Role)
		}
	}
	return err
}
