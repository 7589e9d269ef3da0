package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// Kinds of errors, by their exit code. An error that is none of them is of the platform, or of the way to it.
var (
	// errRefused is of a command that was not begun. Its texts do not repeat what was typed, apart from names that have
	// the form of one: an argument may be a misplaced token.
	errRefused = errors.New("refused")
	// errNoChange is of a command that had nothing to do, or whose answer is no.
	errNoChange = errors.New("no change")
)

// outcome is an error whose text has no prefix.
type outcome struct {
	kind error
	text string
}

func (o *outcome) Error() string { return o.text }

func (o *outcome) Unwrap() error { return o.kind }

func refusef(format string, args ...any) error {
	return &outcome{errRefused, fmt.Sprintf(format, args...)}
}

func noChangef(format string, args ...any) error {
	return &outcome{errNoChange, fmt.Sprintf(format, args...)}
}

// noArguments refuses arguments without repeating them.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return refusef("%s takes no argument: a value belongs to the standard input, where no list of processes shows it",
			cmd.Name())
	}
	return nil
}
