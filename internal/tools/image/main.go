// Command image makes the container image of quickconnectd, without Docker and without a base image: the program, the
// certificates of the public authorities, a user and an empty data directory. Equal programs give an equal image.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

// options are the flags of the command.
type options struct {
	programs     []program
	version, ref string
	out          string
	push         bool
	made         time.Time
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	index, err := imageIndex(o)
	if err != nil {
		return err
	}
	digest, err := index.Digest()
	if err != nil {
		return err
	}
	if o.out != "" {
		if err := writeArchive(o.out, o.ref, index, o.made); err != nil {
			return err
		}
	}
	if o.push {
		ref, err := name.ParseReference(o.ref)
		if err != nil {
			return err
		}
		options := []remote.Option{remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain)}
		if err := remote.WriteIndex(ref, index, options...); err != nil {
			return fmt.Errorf("pushing %s: %w", o.ref, err)
		}
	}
	_, err = fmt.Fprintf(stdout, "%s@%s\n", o.ref, digest)
	return err
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("image", flag.ContinueOnError)
	flags.StringVar(&o.version, "version", "", "the `VERSION` of the programs")
	flags.StringVar(&o.ref, "ref", "", "the name of the image, `HOST/NAME:TAG`")
	flags.StringVar(&o.out, "out", "", "the `FILE` to write the image to, as a tar file with an OCI layout")
	flags.BoolVar(&o.push, "push", false, "push the image to the registry that -ref names")
	made := flags.Int64("time", 0, "the time of the commit, in `SECONDS` since 1970: the time of everything in the image")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.made = time.Unix(*made, 0).UTC()
	for _, arg := range flags.Args() {
		arch, path, ok := strings.Cut(arg, "=")
		if !ok {
			return o, fmt.Errorf("%q is not ARCH=PROGRAM, such as amd64=dist/quickconnectd", arg)
		}
		o.programs = append(o.programs, program{arch, path})
	}
	switch {
	case len(o.programs) == 0:
		return o, errors.New("name the programs: ARCH=PROGRAM ...")
	case o.version == "" || o.ref == "" || *made == 0:
		return o, errors.New("-version, -ref and -time are needed")
	case o.out == "" && !o.push:
		return o, errors.New("there is nothing to do without -out or -push")
	}
	return o, nil
}
