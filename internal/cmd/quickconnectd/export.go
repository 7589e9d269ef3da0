package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
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
	certFile  string
	keyFile   string
	out       string
	kinds     []string
	filters   []string
}

func exportCommand() *cobra.Command {
	var e exported
	cmd := leaf("export --endpoint URL --token-file FILE [--kind KIND]… [--filter NAME=VALUE]…",
		"Write an environment as a Terraform configuration with import blocks.",
		"Writes what the environment of a principal has as a Terraform configuration with import blocks: all objects, or\n"+
			"those of --kind that every --filter selects. It calls the API of a running platform, and changes nothing. It\n"+
			"writes no secret: write-only arguments are left out, and the platform keeps what it has. It is for Terraform\n"+
			"below 1.14 and for OpenTofu; a newer Terraform has terraform query.",
		func(cmd *cobra.Command) error {
			return writeExport(cmd.Context(), e, cmd.OutOrStdout(), cmd.ErrOrStderr())
		})
	f := cmd.Flags()
	f.StringVar(&e.endpoint, "endpoint", "", "the `URL` of the platform")
	f.StringVar(&e.tokenFile, "token-file", "",
		"the `FILE` with the token of a principal that may read, or - for standard input")
	f.StringVar(&e.out, "out", "", "a new `FILE` for the configuration; standard output where it is not given")
	f.StringArrayVar(&e.kinds, "kind", nil, "only objects of this `KIND`, one of\n"+kindPaths(api.Kinds())+
		";\nmay be given several times")
	f.StringArrayVar(&e.filters, "filter", nil, "only objects that this selects: `NAME=VALUE`, NAME one of\n"+
		strings.Join(export.Filters(), ", ")+
		";\nmay be given several times, each NAME once; without --kind, only kinds that have it")
	f.StringVar(&e.caFile, "ca-certificate-file", "",
		"a `FILE` with certificate authorities in PEM, trusted besides those of the system")
	f.StringVar(&e.certFile, "client-certificate-file", "",
		"a `FILE` with a certificate in PEM, for a platform with --client-ca")
	f.StringVar(&e.keyFile, "client-key-file", "", "the `FILE` with its private key in PEM")
	require(cmd, "endpoint", "token-file")
	return cmd
}

func kindPaths(kinds []api.Kind) string {
	var paths []string
	for _, k := range kinds {
		paths = append(paths, k.Path)
	}
	return strings.Join(paths, ", ")
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
		Endpoint: e.endpoint, Token: token, CAFile: e.caFile, ClientCertificateFile: e.certFile, ClientKeyFile: e.keyFile,
		MaxRetries: client.DefaultMaxRetries, UserAgent: "quickconnectd/" + version,
	})
	if err != nil {
		return usagef("%s", err)
	}
	here, err := c.Identity(ctx)
	if err != nil {
		return err
	}
	var configuration bytes.Buffer
	counts, err := export.Write(ctx, c.For(*here), kinds, filter, &configuration)
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
	return e.store(configuration.Bytes(), stdout)
}

// store writes the configuration. It replaces no file: a configuration may have been worked on.
func (e exported) store(configuration []byte, stdout io.Writer) error {
	if e.out == "" {
		_, err := stdout.Write(configuration)
		return err
	}
	file, err := os.OpenFile(e.out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists, and nothing was written: name a new file with --out", e.out)
	}
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	_, err = file.Write(configuration)
	return errors.Join(err, file.Close())
}

// selection returns the kinds and the filter that the flags name. Without --kind, they are the kinds that have every
// filter: no other object is selected.
func (e exported) selection() (kinds []api.Kind, filter client.Filter, err error) {
	for _, path := range e.kinds {
		kind, ok := api.KindAt(path)
		if !ok {
			return nil, filter, usagef("--kind %q is no kind: it is one of %s", path, kindPaths(api.Kinds()))
		}
		kinds = append(kinds, kind)
	}
	if len(kinds) == 0 {
		kinds = api.Kinds()
	}
	for _, text := range e.filters {
		name, err := export.SetFilter(&filter, text)
		if err != nil {
			return nil, filter, usagef("--filter %q %s", text, err)
		}
		with := export.KindsWith(name)
		lacks := func(k api.Kind) bool { return !slices.Contains(with, k) }
		if len(e.kinds) > 0 && slices.ContainsFunc(kinds, lacks) {
			return nil, filter, usagef("--filter %q fits only --kind %s", text, kindPaths(with))
		}
		kinds = slices.DeleteFunc(slices.Clone(kinds), lacks)
	}
	if len(kinds) == 0 {
		return nil, filter, usagef("no kind has every --filter that is given: leave one out")
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
