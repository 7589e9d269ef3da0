package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
)

func issuerListCommand(c clock.Clock) *cobra.Command {
	var d data
	var tenant string
	cmd := leaf("list --data-dir DIR --tenant TENANT", "List who signs the people of a tenant in, and never a secret.",
		"Lists the issuers of a tenant: name, id, URL, client, the claim with the groups, and what a sign-in must have.\n"+
			"Never a secret. May run beside a server.",
		func(cmd *cobra.Command) error { return issuerList(cmd.Context(), d, tenant, cmd.OutOrStdout(), c) })
	dataFlags(cmd, &d)
	tenantFlag(cmd, &tenant)
	return cmd
}

func tenantFlag(cmd *cobra.Command, tenant *string) {
	cmd.Flags().StringVar(tenant, "tenant", "", "the name of the `TENANT`")
	require(cmd, "tenant")
	completes(cmd, "tenant")
}

func issuerList(ctx context.Context, d data, tenant string, stdout io.Writer, c clock.Clock) (err error) {
	s, k, err := existingData(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	found, err := people.ListIssuers(ctx, s, k, c, tenant)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "NAME\tID\tURL\tCLIENT\tGROUPS CLAIM\tREQUIRED ACR\tREQUIRED AMR\tADDED")
	for _, i := range found {
		_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", i.Name, i.ID, i.URL, i.ClientID, i.GroupsClaim,
			cmp.Or(strings.Join(i.RequiredACR, " or "), "any"), cmp.Or(strings.Join(i.RequiredAMR, " and "), "any"),
			dateOr(i.CreatedAt, ""))
	}
	return out.Flush()
}
