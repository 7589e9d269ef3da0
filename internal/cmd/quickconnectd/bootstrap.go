package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
)

func bootstrapCommand(c clock.Clock) *cobra.Command {
	var d data
	var tenant, environments string
	cmd := leaf("bootstrap --data-dir DIR --tenant TENANT --environments ENVIRONMENT,...",
		"Create environments with a first token in each.",
		"Creates environments of a tenant, and the tenant if it is new, with one deployer principal in each. Prints the\n"+
			"principals' tokens as JSON by environment. May run beside a server.",
		func(cmd *cobra.Command) error {
			return bootstrap(cmd.Context(), d, tenant, strings.Split(environments, ","), cmd.OutOrStdout(), c)
		})
	dataFlags(cmd, &d)
	cmd.Flags().StringVar(&tenant, "tenant", "", "the name of the `TENANT`")
	cmd.Flags().StringVar(&environments, "environments", "", "the names of the new environments, as `LIST` with commas")
	require(cmd, "tenant", "environments")
	completes(cmd, "tenant")
	completes(cmd, "environments")
	return cmd
}

func bootstrap(
	ctx context.Context, d data, tenant string, environments []string, stdout io.Writer, c clock.Clock,
) (err error) {
	s, k, err := openData(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	tokens, err := access.Bootstrap(ctx, s, k, c, tenant, environments)
	if err != nil {
		return err
	}
	out := map[string]string{}
	for environment, token := range tokens {
		out[environment] = token.Expose()
	}
	return json.NewEncoder(stdout).Encode(out)
}
