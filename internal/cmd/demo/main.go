// demo shows the main job from end to end, on this machine, with the real programs: a scoped token is made, handed
// over, rotated and ended by Terraform; then the signing secret of a receiver of webhooks is rotated while events flow.
// It checks every line before it prints it, and fails at the first thing that is not as said.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	bin := flag.String("bin", "bin",
		"the directory with terraform-provider-quickconnect, quickconnectd and quickconnect-receiver")
	cli := flag.String("terraform", "terraform", "the Terraform or OpenTofu program")
	examples := flag.String("examples", "examples",
		"the directory with the configurations to apply: quickstart and webhooks")
	keep := flag.Bool("keep", false, "leave the platform and its objects, and say how to go on by hand")
	withConsole := flag.Bool("console", false, "keep all as -keep does, and open the console with single sign-on")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	d := &demo{bin: *bin, cli: *cli, examples: *examples, keep: *keep || *withConsole, withConsole: *withConsole}
	if err := d.close(ctx, d.show(ctx)); err != nil {
		if ctx.Err() != nil {
			err = errors.New("it was interrupted")
		}
		fmt.Fprintf(os.Stderr, "\nThe demo has failed: %v\n", err)
		os.Exit(1)
	}
}
