package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/sessions"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// newIssuer are the flags of issuer add.
type newIssuer struct {
	data
	people.NewIssuer

	secretFile string
}

func issuerAddCommand(c clock.Clock) *cobra.Command {
	var i newIssuer
	cmd := leaf("add --data-dir DIR --tenant TENANT --name NAME --url URL --client-id ID",
		"Have an OpenID provider sign the people of a tenant in.",
		`Has an OpenID provider sign the people of a tenant in, in every environment. Who may do what is for role bindings,
which Terraform writes (quickconnect_role_binding). The secret of the client comes from a file and is stored sealed.
With --require-acr or --require-amr, a sign-in counts only where the provider reports what is required, such as a
second factor. May run beside a server, which must have --public-url.`,
		func(cmd *cobra.Command) error { return issuerAdd(cmd.Context(), i, cmd.OutOrStdout(), c) })
	dataFlags(cmd, &i.data)
	flags := cmd.Flags()
	flags.StringVar(&i.Tenant, "tenant", "", "the name of the `TENANT`")
	flags.StringVar(&i.Name, "name", "", "a `NAME` for it, which role bindings and the page to sign in show")
	flags.StringVar(&i.URL, "url", "", "the `URL` of the provider: the iss claim of its tokens, exactly")
	flags.StringVar(&i.ClientID, "client-id", "", "the `ID` of the platform's client at the provider")
	flags.StringVar(&i.secretFile, "client-secret-file", "",
		"the `FILE` with the secret of the client (default a public client)")
	flags.StringVar(&i.GroupsClaim, "groups-claim", people.DefaultGroupsClaim, "the `CLAIM` with the groups of a person")
	flags.StringArrayVar(&i.RequiredACR, "require-acr", nil,
		"a `VALUE` that the acr claim must have; repeated: one of them")
	flags.StringArrayVar(&i.RequiredAMR, "require-amr", nil,
		"a `VALUE` that must be in the amr claim, such as mfa; repeated: all of them")
	require(cmd, "tenant", "name", "url", "client-id")
	for _, name := range []string{"tenant", "name", "url", "client-id", "groups-claim", "require-acr", "require-amr"} {
		completes(cmd, name)
	}
	return cmd
}

func issuerAdd(ctx context.Context, i newIssuer, stdout io.Writer, c clock.Clock) (err error) {
	if i.secretFile != "" {
		text, err := os.ReadFile(i.secretFile)
		if err != nil {
			return fmt.Errorf("read the secret of the client: %w", err)
		}
		if i.Secret = secret.New(strings.TrimSpace(string(text))); i.Secret.IsEmpty() {
			return usagef("--client-secret-file names a file without a secret")
		}
	}
	s, k, err := existingData(ctx, i.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	made, err := people.AddIssuer(ctx, s, k, c, i.NewIssuer)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "added %s (%s) of tenant %s\nAt the provider, allow the redirect URI PUBLIC-URL%s, "+
		"where PUBLIC-URL is --public-url of serve.\n", made.Name, made.ID, made.Tenant, sessions.CallbackPath)
	return err
}
