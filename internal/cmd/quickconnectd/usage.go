package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// errUsage is the error of a command line that is not valid. Its texts do not repeat what was typed, apart from names
// of commands and flags: an argument may be a misplaced token.
var errUsage = errors.New("usage")

func usagef(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}

// doubleDashes writes -name as --name: no flag but -h and -v has one letter.
func doubleDashes(args []string) []string {
	out := make([]string, len(args))
	for i, a := range args {
		if len(a) > 2 && a[0] == '-' && a[1] >= 'a' && a[1] <= 'z' {
			a = "-" + a
		}
		out[i] = a
	}
	return out
}

// nameOf is the name of a command without the program's.
func nameOf(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}

// refuseCommand is what a command does that only has other commands.
func refuseCommand(cmd *cobra.Command, args []string) error {
	var names []string
	for _, c := range leaves(cmd) {
		names = append(names, nameOf(c))
	}
	switch {
	case len(args) > 0:
		meant := ""
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			meant = " (did you mean " + near[0] + "?)"
		}
		return usagef("there is no such command%s; the commands are %s", meant, enumeration(names, "and"))
	case cmd.HasParent():
		return usagef("%s needs a command: %s", cmd.Name(), enumeration(names, "or"))
	}
	return usagef("the command is missing: %s", enumeration(names, "or"))
}

// leaves returns the commands at and below one that do something.
func leaves(cmd *cobra.Command) (out []*cobra.Command) {
	for _, c := range cmd.Commands() {
		if c.Hidden {
			continue
		}
		if !c.HasSubCommands() || isAlone(c) {
			out = append(out, c)
		}
		if c.HasSubCommands() {
			out = append(out, leaves(c)...)
		}
	}
	return out
}

func enumeration(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}

func flagsOnly(cmd *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return nil
	case 1:
		return usagef("%s takes flags only, but there is 1 argument without one", nameOf(cmd))
	}
	return usagef("%s takes flags only, but there are %d arguments without one", nameOf(cmd), len(args))
}

// plainFlag is what a mistyped flag looks like; a token does not.
var plainFlag = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

// flagError says what is wrong with a flag, and which flags there are. A command that is unknown is named first.
func flagError(cmd *cobra.Command, err error) error {
	var missing *pflag.NotExistError
	if errors.As(err, &missing) {
		name := "such flag"
		if given := missing.GetSpecifiedName(); plainFlag.MatchString(given) {
			name = "flag --" + given
		}
		return usagef("%s has no %s; its flags are %s", nameOf(cmd), name, enumeration(flagNames(cmd), "and"))
	}
	var empty *pflag.ValueRequiredError
	if errors.As(err, &empty) {
		return usagef("--%s needs a value", empty.GetFlag().Name)
	}
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return usagef("--%s must be %s", invalid.GetFlag().Name, formOf(invalid.GetFlag()))
	}
	return usagef("an argument that begins with - is no flag; the flags of %s are %s", nameOf(cmd),
		enumeration(flagNames(cmd), "and"))
}

func flagNames(cmd *cobra.Command) (names []string) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return names
}

// formOf says what a flag takes.
func formOf(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return "true or false"
	case "int64":
		return "a whole number"
	}
	return "a text"
}
