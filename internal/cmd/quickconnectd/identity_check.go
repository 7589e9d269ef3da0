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
		lines = append(lines, "  "+sentence(r, w, t))
	}
	keys := "the keys of " + w.Issuer
	if w.JWKS != nil {
		keys = "the uploaded jwks"
	}
	if v.Signed {
		lines = append(lines, "  signature: good, checked with "+keys)
	} else {
		lines = append(lines, "  signature: not shown to be good; its keys are "+keys)
	}
	if len(v.Refusals) == 0 && w.AllowedCIDRs != nil {
		lines = append(lines, "  from these addresses only: "+strings.Join(w.AllowedCIDRs, ", "))
	}
	return strings.Join(lines, "\n") + "\n"
}

// sentence says what does not fit, and what the identity wants.
func sentence(r workload.Refusal, w *store.WorkloadIdentity, t *workload.Token) string {
	switch r.Reason {
	case workload.ReasonNoClaim:
		return fmt.Sprintf("claim %s: missing, must be %q", r.Claim, w.Claims[r.Claim])
	case workload.ReasonClaim:
		value, _ := t.Claim(r.Claim)
		return fmt.Sprintf("claim %s: %q, must be %q", r.Claim, shortened(value), w.Claims[r.Claim])
	case workload.ReasonIssuer:
		return differs("issuer (iss)", "iss", w.Issuer, t)
	case workload.ReasonAudience:
		return differs("audience (aud)", "aud", w.Audience, t)
	}
	if r.Keys != "" {
		return r.Reason + ": " + r.Keys
	}
	return r.Reason
}

func differs(what, claim, want string, t *workload.Token) string {
	value, there := t.Claim(claim)
	if !there {
		return fmt.Sprintf("%s: no single text, must be %q and nothing else", what, want)
	}
	return fmt.Sprintf("%s: %q, must be %q", what, shortened(value), want)
}

// shortened cuts what a stranger may have made long.
func shortened(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
