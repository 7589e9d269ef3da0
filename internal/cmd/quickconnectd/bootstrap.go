package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
)

// firstTTL is how long the first tokens of an environment last, unless the operator says otherwise.
const firstTTL = "30d"

func bootstrapCommand(c clock.Clock) *cobra.Command {
	var d data
	var tenant, environments, ttl string
	cmd := leaf("bootstrap --data-dir DIR --tenant TENANT --environments ENVIRONMENT,...",
		"Create environments with a first token in each.",
		"Creates environments of a tenant, and the tenant if it is new, with one deployer principal in each. Prints the\n"+
			"principals' tokens as JSON by environment, and to the standard error when they end. May run beside a server.",
		func(cmd *cobra.Command) error {
			lifetime, err := parseTTL(ttl)
			if err != nil {
				return err
			}
			if lifetime == 0 {
				return usagef("--ttl must be a duration of more than 0, such as 720h or 30d")
			}
			return bootstrap(cmd, d, tenant, strings.Split(environments, ","), lifetime, c)
		})
	dataFlags(cmd, &d)
	cmd.Flags().StringVar(&tenant, "tenant", "", "the name of the `TENANT`")
	cmd.Flags().StringVar(&environments, "environments", "", "the names of the new environments, as `LIST` with commas")
	cmd.Flags().StringVar(&ttl, "ttl", firstTTL, "the `DURATION` after which the tokens expire, such as 720h or 30d")
	require(cmd, "tenant", "environments")
	completes(cmd, "tenant")
	completes(cmd, "environments")
	completes(cmd, "ttl")
	return cmd
}

func bootstrap(
	cmd *cobra.Command, d data, tenant string, environments []string, ttl time.Duration, c clock.Clock,
) (err error) {
	ctx := cmd.Context()
	s, k, err := openData(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	tokens, err := access.Bootstrap(ctx, s, k, c, tenant, environments, ttl)
	if err != nil {
		return err
	}
	out := map[string]string{}
	for environment, token := range tokens {
		out[environment] = token.Expose()
	}
	if err := json.NewEncoder(cmd.OutOrStdout()).Encode(out); err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.ErrOrStderr(), "These tokens end in %s, at about %s. Make the next ones before that, with: "+
		"quickconnectd token create\n", api.FormatDuration(ttl), c.Now().Add(ttl).UTC().Format(time.RFC3339))
	return err
}
