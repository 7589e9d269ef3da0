package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// newPrincipal are the flags of token create.
type newPrincipal struct {
	data

	role, name, ttl string
	scope           store.Scope
	breakGlass      bool
}

func tokenCreateCommand(c clock.Clock) *cobra.Command {
	var p newPrincipal
	cmd := leaf("create --data-dir DIR --tenant TENANT --environment ENVIRONMENT --role ROLE",
		"Create one more principal, and print its token once.",
		"Creates one more principal and prints its token once. The token cannot be shown again. May run beside a server.\n"+
			"Refused where the policy of the environment has forbid_static_principals: --break-glass makes it nevertheless.",
		func(cmd *cobra.Command) error {
			return tokenCreate(cmd.Context(), p, cmd.OutOrStdout(), cmd.ErrOrStderr(), c)
		})
	dataFlags(cmd, &p.data)
	scopeFlags(cmd, &p.scope)
	flags := cmd.Flags()
	flags.StringVar(&p.role, "role", "", "the `ROLE`: "+strings.Join(api.Roles(), ", "))
	flags.StringVar(&p.name, "name", "", "a `NAME` that says where the token is used (default the role)")
	flags.StringVar(&p.ttl, "ttl", "", "the `DURATION` after which the token expires, such as 720h or 30d (default never)")
	flags.BoolVar(&p.breakGlass, "break-glass", false,
		"make it although the policy of the environment forbids static principals; the audit trail records it")
	require(cmd, "role")
	completes(cmd, "role", api.Roles()...)
	completes(cmd, "name")
	completes(cmd, "ttl")
	return cmd
}

func tokenCreate(ctx context.Context, p newPrincipal, stdout, stderr io.Writer, c clock.Clock) (err error) {
	lifetime, err := parseTTL(p.ttl)
	if err != nil {
		return err
	}
	s, k, err := existingData(ctx, p.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	create := access.CreatePrincipal
	if p.breakGlass {
		create = access.BreakGlass
		_, _ = fmt.Fprintln(stderr, "warning: this token is made whatever the policy of the environment says; the audit "+
			"trail records it. Revoke it once there is another way in: quickconnectd token revoke")
	}
	token, err := create(ctx, s, k, c, p.scope, p.role, cmp.Or(p.name, p.role), lifetime)
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
