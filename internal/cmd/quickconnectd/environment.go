package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

// fromEnvironment sets the flags that the command line does not have from their environment variables. A variable that
// is empty counts as absent.
func fromEnvironment(flags *pflag.FlagSet) (err error) {
	given := map[string]bool{}
	flags.VisitAll(func(f *pflag.Flag) { given[f.Name] = f.Changed || replaced(flags, f.Name) })
	flags.VisitAll(func(f *pflag.Flag) {
		variable := limits.VariableOf(f.Name)
		value := os.Getenv(variable)
		if err != nil || given[f.Name] || value == "" || !hasVariable(f) {
			return
		}
		if flags.Set(f.Name, value) != nil {
			err = usagef("%s must be %s", variable, formOf(f))
		}
	})
	return err
}

// hasVariable is false for the flags that every command has, and that ask for a text and nothing else.
func hasVariable(f *pflag.Flag) bool { return f.Name != "help" && f.Name != "version" }

// require marks flags without which a command does nothing.
func require(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		f := cmd.Flags().Lookup(name)
		f.Usage += " (required)"
		_ = cmd.MarkFlagRequired(name) // its error is that there is no such flag
	}
}

// checkRequired names all flags at once that are missing, or empty.
func checkRequired(cmd *cobra.Command) error {
	var missing, variables []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if _, required := f.Annotations[cobra.BashCompOneRequiredFlag]; required && f.Value.String() == "" {
			missing, variables = append(missing, "--"+f.Name), append(variables, limits.VariableOf(f.Name))
		}
	})
	if len(missing) == 0 {
		return nil
	}
	return usagef("%s needs %s (or %s in the environment)", nameOf(cmd), enumeration(missing, "and"),
		enumeration(variables, "and"))
}
