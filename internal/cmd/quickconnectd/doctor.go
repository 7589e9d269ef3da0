package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// state is what a check found.
type state string

const (
	stateOK   state = "ok"
	stateWarn state = "warn" // it works, and the operator should look at it
	stateFail state = "fail" // serve would not start, or would not work
)

// finding is what one check found, and what to do about it.
type finding struct {
	state state
	about string
	text  string
}

func found(s state, about, format string, args ...any) finding {
	return finding{s, about, fmt.Sprintf(format, args...)}
}

// examined is what doctor looks at: what serve would use.
type examined struct {
	listening
	data
}

func doctorCommand(c clock.Clock) *cobra.Command {
	var e examined
	cmd := leaf("doctor --data-dir DIR", "Check the machine and the data directory before or beside serve.",
		`Checks whether serve can work with these flags: the data directory, permissions, the keyring, the clock, disk
space, the port, the TLS files and the version of the database; with --database also the database server, and who
serves the database. Prints a line for each check: ok, warn or fail, and what to do. It makes no platform, and
migrates no database. The exit code is 1 if a check fails. May run beside a server.`,
		func(cmd *cobra.Command) error { return doctor(cmd.Context(), e, cmd.OutOrStdout(), c) })
	dataFlags(cmd, &e.data)
	listenFlags(cmd, &e.listening)
	return cmd
}

func doctor(ctx context.Context, e examined, stdout io.Writer, c clock.Clock) error {
	findings := diagnose(lookAt(ctx, e, c))
	out := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	failed := 0
	for _, f := range findings {
		if f.state == stateFail {
			failed++
		}
		_, _ = fmt.Fprintf(out, "%s\t%s\t%s\n", f.state, f.about, strings.ReplaceAll(f.text, "\n", "; "))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("doctor: %d of %d checks failed", failed, len(findings))
	}
	return nil
}
