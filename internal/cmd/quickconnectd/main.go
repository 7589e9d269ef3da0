// Command quickconnectd runs the reference platform.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

// Exit codes.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

func main() {
	if err := noCoreDumps(); err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "quickconnectd: core dumps cannot be switched off: %v; "+
			"a dump of this process would have secrets: switch them off with ulimit -c 0\n", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr, clock.System()))
}

// run runs a command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, c clock.Clock) int {
	root := rootCommand(c) //nolint:contextcheck // cobra gives each command the context of ExecuteContext
	root.SetArgs(doubleDashes(args))
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errUsage):
		_, _ = fmt.Fprintf(stderr, "quickconnectd: %v\nRun quickconnectd help to see the commands.\n", err)
		return exitUsage
	}
	var refused *problem.Error
	if errors.As(err, &refused) && err.Error() == refused.Error() {
		err = errors.New(refused.Detail) // its code is for programs
	}
	_, _ = fmt.Fprintf(stderr, "quickconnectd: %v\n", err)
	return exitError
}
