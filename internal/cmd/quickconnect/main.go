// Command quickconnect is the operator's command: it shows credentials of a platform, holds, rotates and ends them, and
// looks after deliveries of webhooks. It speaks to the API alone.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// Exit codes. Every command has the same.
const (
	exitDone     = 0 // done as asked
	exitFailed   = 1 // the platform refused, or gave no answer
	exitRefused  = 2 // the command line, the environment or the confirmation is not right: no change was asked for
	exitNoChange = 3 // nothing was to be done, or the answer is no
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	code := run(ctx, os.Args[1:], world{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, terminal: isTerminal(os.Stdin),
		now: clock.System().Now, configDir: os.UserConfigDir, wait: waitFor,
	})
	stop()
	os.Exit(code)
}

// world is all that a command touches besides the platform.
type world struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	terminal       bool // a person can answer at stdin
	now            func() time.Time
	configDir      func() (string, error) // where the settings of the user are
	wait           func(context.Context, time.Duration) error
}

// isTerminal reports whether a person can answer at a file. Not every character device is a terminal: the null device,
// which cron and services have as their standard input, is one too.
func isTerminal(f *os.File) bool {
	return term.IsTerminal(int(f.Fd()))
}

// run runs a command line and returns the exit code.
func run(ctx context.Context, args []string, w world) int {
	root := rootCommand(w) //nolint:contextcheck // cobra gives each command the context of ExecuteContext
	root.SetArgs(args)
	root.SetIn(w.stdin)
	root.SetOut(w.stdout)
	root.SetErr(w.stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errNoChange):
		_, _ = fmt.Fprintf(w.stderr, "quickconnect: %v\n", err)
		return exitNoChange
	case errors.Is(err, errRefused):
		_, _ = fmt.Fprintf(w.stderr, "quickconnect: %v\n", err)
		return exitRefused
	}
	_, _ = fmt.Fprintf(w.stderr, "quickconnect: %s\n", explain(err))
	return exitFailed
}
