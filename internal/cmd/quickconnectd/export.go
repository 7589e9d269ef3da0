package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/export"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// exported is what the command line of export says.
type exported struct {
	endpoint  string
	tokenFile string
	caFile    string
	kinds     []string
	filters   []string
}

func exportCommand() *cobra.Command {
	var e exported
	cmd := leaf("export --endpoint URL --token-file FILE [--kind KIND]… [--filter NAME=VALUE]…",
		"Write an environment as a Terraform configuration with import blocks.",
		"Writes what the environment of a principal has to standard output, as a Terraform configuration with import\n"+
			"blocks: all objects, or those of --kind that every --filter selects. It calls the API of a running platform,\n"+
			"and changes nothing. It writes no secret: write-only arguments are left out, and the platform keeps what it\n"+
			"has. It is for Terraform below 1.14 and for OpenTofu; a newer Terraform has terraform query.",
		func(cmd *cobra.Command) error {
			return writeExport(cmd.Context(), e, cmd.OutOrStdout(), cmd.ErrOrStderr())
		})
	f := cmd.Flags()
	f.StringVar(&e.endpoint, "endpoint", "", "the `URL` of the platform")
	f.StringVar(&e.tokenFile, "token-file", "",
		"the `FILE` with the token of a principal that may read, or - for standard input")
	f.StringVar(&e.caFile, "ca-file", "",
		"a `FILE` with certificate authorities in PEM, trusted besides those of the system")
	f.StringArrayVar(&e.kinds, "kind", nil, "only objects of this `KIND`, one of\n"+strings.Join(kindPaths(), ", ")+
		";\nmay be given several times")
	f.StringArrayVar(&e.filters, "filter", nil, "only objects that this selects: `NAME=VALUE`, NAME one of\n"+
		strings.Join(export.Filters(), ", ")+";\nmay be given several times")
	require(cmd, "endpoint", "token-file")
	return cmd
}

func kindPaths() (paths []string) {
	for _, k := range api.Kinds() {
		paths = append(paths, k.Path)
	}
	return paths
}

func writeExport(ctx context.Context, e exported, stdout, stderr io.Writer) error {
	kinds, filter, err := e.selection()
	if err != nil {
		return err
	}
	token, err := e.token()
	if err != nil {
		return err
	}
	c, err := client.New(client.Config{
		Endpoint: e.endpoint, Token: token, CAFile: e.caFile, MaxRetries: client.DefaultMaxRetries,
		UserAgent: "quickconnectd/" + version,
	})
	if err != nil {
		return usagef("%s", err)
	}
	here, err := c.Identity(ctx)
	if err != nil {
		return err
	}
	counts, err := export.Write(ctx, c.For(*here), kinds, filter, stdout)
	if err != nil {
		return err
	}
	written := 0
	for _, count := range counts {
		written += count.Written
		_, _ = fmt.Fprintf(stderr, "%s\n", count.Kind.Count(count.Written))
	}
	if written == 0 {
		return fmt.Errorf("nothing was exported: tenant %q, environment %q has no such object", here.Tenant, here.Environment)
	}
	return nil
}

// selection returns the kinds and the filter that the flags name.
func (e exported) selection() (kinds []api.Kind, filter client.Filter, err error) {
	for _, path := range e.kinds {
		kind, ok := api.KindAt(path)
		if !ok {
			return nil, filter, usagef("--kind %q is no kind: it is one of %s", path, strings.Join(kindPaths(), ", "))
		}
		kinds = append(kinds, kind)
	}
	if len(kinds) == 0 {
		kinds = api.Kinds()
	}
	for _, text := range e.filters {
		if err := export.SetFilter(&filter, text); err != nil {
			return nil, filter, usagef("--filter %q %s", text, err)
		}
	}
	return kinds, filter, nil
}

func (e exported) token() (secret.Value, error) {
	read := func() ([]byte, error) { return os.ReadFile(e.tokenFile) }
	if e.tokenFile == "-" {
		read = func() ([]byte, error) { return io.ReadAll(io.LimitReader(os.Stdin, 4096)) }
	}
	text, err := read()
	if err != nil {
		return secret.Value{}, fmt.Errorf("read the token: %w", err)
	}
	return secret.New(strings.TrimSpace(string(text))), nil
}
