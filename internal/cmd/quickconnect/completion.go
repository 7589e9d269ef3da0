package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

var shells = []string{"bash", "zsh", "fish", "powershell"}

// completionCommand takes the place of cobra's own, which succeeds without a shell, and for an unknown one.
func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "completion SHELL", Short: "Print a script that completes commands and flags",
		Long: "Prints a script that completes commands, flags and kinds in a shell: bash, zsh, fish or powershell.\n\n" +
			"  bash   source <(quickconnect completion bash)\n" +
			"  zsh    quickconnect completion zsh > \"${fpath[1]}/_quickconnect\"\n" +
			"  fish   quickconnect completion fish > ~/.config/fish/completions/quickconnect.fish",
		ValidArgs: shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(shells, args[0]) {
				return refusef("completion needs one shell: %s", strings.Join(shells, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			}
			return root.GenPowerShellCompletionWithDesc(out)
		},
	}
}
