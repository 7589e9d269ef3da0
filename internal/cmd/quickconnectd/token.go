package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

func tokenCreate(ctx context.Context, args []string, stdout io.Writer, c clock.Clock) (err error) {
	flags := flag.NewFlagSet("token create", flag.ContinueOnError)
	dir := flags.String("data-dir", "", "")
	tenant := flags.String("tenant", "", "")
	environment := flags.String("environment", "", "")
	role := flags.String("role", "", "")
	name := flags.String("name", "", "")
	ttl := flags.String("ttl", "", "")
	if err := parse(flags, args, "data-dir", "tenant", "environment", "role"); err != nil {
		return err
	}
	lifetime, err := parseTTL(*ttl)
	if err != nil {
		return err
	}
	s, k, err := existingData(ctx, *dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	scope := store.Scope{Tenant: *tenant, Environment: *environment}
	token, err := platform.CreatePrincipal(ctx, s, k, c, scope, *role, cmp.Or(*name, *role), lifetime)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, token.Expose())
	return err
}

// parseTTL reads a duration in Go's form (720h, 1.5h) or the API's (30d). An empty text is 0: the token does not
// expire.
func parseTTL(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		d, err = api.ParseDuration(s)
	}
	if err != nil || d <= 0 {
		return 0, usagef("--ttl must be a duration of more than 0, such as 720h or 30d")
	}
	return d, nil
}
