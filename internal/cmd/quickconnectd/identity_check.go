package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/workload"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// mostStdin is more than the longest JWT that an exchange takes.
const mostStdin = 64 << 10

// checkIdentity are the flags of identity check.
type checkIdentity struct {
	data

	scope   store.Scope
	trusted []string
}

func identityCheckCommand(c clock.Clock) *cobra.Command {
	var o checkIdentity
	cmd := leaf("check --data-dir DIR --tenant TENANT --environment ENVIRONMENT",
		"Say which workload identity takes the JWT on the standard input, and what does not fit.",
		"Reads a JWT from the standard input, and says of each workload identity of an environment whether it takes it: if\n"+
			"not, why, claim by claim. Says whether the signature was checked, and with which keys: it fetches those of the\n"+
			"issuer as the server does. Makes no access token, and never prints the JWT. May run beside a server.\n"+
			"The exit code is 0 if an identity takes it, and 1 if none does.",
		func(cmd *cobra.Command) error {
			return identityCheck(cmd.Context(), o, cmd.InOrStdin(), cmd.OutOrStdout(), c)
		})
	dataFlags(cmd, &o.data)
	scopeFlags(cmd, &o.scope)
	cmd.Flags().StringArrayVar(&o.trusted, "trusted-issuer", nil,
		"an issuer `URL` that may be in a private network, as serve has it; may be repeated")
	completes(cmd, "trusted-issuer")
	return cmd
}

var errNoIdentity = errors.New("no workload identity takes this JWT")

func identityCheck(ctx context.Context, o checkIdentity, stdin io.Reader, stdout io.Writer, c clock.Clock) (err error) {
	text, err := io.ReadAll(io.LimitReader(stdin, mostStdin))
	if err != nil {
		return fmt.Errorf("read the JWT from the standard input: %w", err)
	}
	token := workload.Read(secret.New(strings.TrimSpace(string(text))))
	s, k, err := existingData(ctx, o.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	verdicts, err := workload.Examine(ctx, s, k, c, o.scope, token, o.trusted)
	if err != nil {
		return err
	}
	taken := false
	for _, v := range verdicts {
		taken = taken || len(v.Refusals) == 0
		if _, err := io.WriteString(stdout, printVerdict(v, token)); err != nil {
			return err
		}
	}
	switch {
	case len(verdicts) == 0:
		return fmt.Errorf("%w: environment %s of tenant %s has none", errNoIdentity, o.scope.Environment, o.scope.Tenant)
	case !taken:
		return errNoIdentity
	}
	return nil
}

// printVerdict says in a few lines what an identity says of a JWT.
func printVerdict(v workload.Verdict, t *workload.Token) string {
	w := v.Identity
	verb := "takes it"
	if len(v.Refusals) > 0 {
		verb = "does not take it"
	}
	lines := []string{fmt.Sprintf("%s (%s, role %s) %s", w.Name, w.ID, w.Role, verb)}
	for _, r := range v.Refusals {
		lines = append(lines, "  "+r.Sentence(w, t, v.At))
	}
	lines = append(lines, "  signature: "+v.Signature())
	if len(v.Refusals) == 0 && w.AllowedCIDRs != nil {
		lines = append(lines, "  from these addresses only: "+strings.Join(w.AllowedCIDRs, ", "))
	}
	return strings.Join(lines, "\n") + "\n"
}
