package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
)

func bootstrap(ctx context.Context, args []string, stdout io.Writer, c clock.Clock) (err error) {
	flags := flag.NewFlagSet("bootstrap", flag.ContinueOnError)
	dir := flags.String("data-dir", "", "")
	tenant := flags.String("tenant", "", "")
	environments := flags.String("environments", "", "")
	if err := parse(flags, args, "data-dir", "tenant", "environments"); err != nil {
		return err
	}
	s, k, err := openData(ctx, *dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	tokens, err := access.Bootstrap(ctx, s, k, c, *tenant, strings.Split(*environments, ","))
	if err != nil {
		return err
	}
	out := map[string]string{}
	for environment, token := range tokens {
		out[environment] = token.Expose()
	}
	return json.NewEncoder(stdout).Encode(out)
}
