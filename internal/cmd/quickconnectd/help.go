package main

import (
	"cmp"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

// helpCommand shows the help of a command. Cobra's own succeeds for a command that does not exist.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Show the help of a command.", DisableFlagsInUseLine: true,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if about, _, err := cmd.Root().Find(args); err == nil {
				for _, c := range about.Commands() {
					names = append(names, c.Name())
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return refuseCommand(about, rest)
			}
			about.InitDefaultHelpFlag()
			printHelp(about, nil)
			return nil
		},
	}
}

func printHelp(cmd *cobra.Command, _ []string) {
	out := cmd.OutOrStdout()
	line := cmd.UseLine()
	if cmd.HasSubCommands() && !isAlone(cmd) {
		line = cmd.CommandPath() + " COMMAND"
	}
	_, _ = fmt.Fprintf(out, "%s\n\nUsage:\n  %s\n", cmp.Or(cmd.Long, cmd.Short), line)
	if cmd.HasSubCommands() {
		_, _ = fmt.Fprint(out, "\nCommands:\n")
		table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
		for _, c := range leaves(cmd) {
			_, _ = fmt.Fprintf(table, "  %s\t%s\n", nameOf(c), c.Short)
		}
		_ = table.Flush()
		_, _ = fmt.Fprintf(out, "\nquickconnectd help COMMAND shows the flags of a command.\n")
		if !isAlone(cmd) {
			return
		}
	}
	cmd.Flags().SortFlags = false
	_, _ = fmt.Fprintf(out, "\nFlags:\n%s", cmd.Flags().FlagUsages())
	var first string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if first == "" && hasVariable(f) {
			first = f.Name
		}
	})
	if first != "" {
		_, _ = fmt.Fprintf(out, "\nEach flag has an environment variable, which counts where the flag is not given:\n"+
			"--%s is %s.\n", first, limits.VariableOf(first))
	}
}
