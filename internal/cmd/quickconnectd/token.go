package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// token runs one of the commands about principals.
func token(ctx context.Context, args []string, stdout io.Writer, c clock.Clock) error {
	if len(args) > 0 {
		switch args[0] {
		case "create":
			return tokenCreate(ctx, args[1:], stdout, c)
		case "list":
			return tokenList(ctx, args[1:], stdout, c)
		case "revoke":
			return tokenRevoke(ctx, args[1:], stdout, c)
		}
	}
	return usagef("token has three commands: token create, token list and token revoke")
}

func tokenList(ctx context.Context, args []string, stdout io.Writer, c clock.Clock) (err error) {
	flags := flag.NewFlagSet("token list", flag.ContinueOnError)
	dir := flags.String("data-dir", "", "")
	tenant := flags.String("tenant", "", "")
	environment := flags.String("environment", "", "")
	if err := parse(flags, args, "data-dir", "tenant", "environment"); err != nil {
		return err
	}
	s, k, err := existingData(ctx, *dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	found, err := access.ListPrincipals(ctx, s, k, c, store.Scope{Tenant: *tenant, Environment: *environment})
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

func tokenRevoke(ctx context.Context, args []string, stdout io.Writer, c clock.Clock) (err error) {
	flags := flag.NewFlagSet("token revoke", flag.ContinueOnError)
	dir := flags.String("data-dir", "", "")
	id := flags.String("id", "", "")
	last := flags.Bool("last", false, "")
	if err := parse(flags, args, "data-dir", "id"); err != nil {
		return err
	}
	s, k, err := existingData(ctx, *dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	p, err := access.RevokePrincipal(ctx, s, k, c, *id, *last)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "revoked %s (%s), role %s, of tenant %s, environment %s\n",
		p.Name, p.ID, p.Role, p.Tenant, p.Environment)
	return err
}

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
	token, err := access.CreatePrincipal(ctx, s, k, c, scope, *role, cmp.Or(*name, *role), lifetime)
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
