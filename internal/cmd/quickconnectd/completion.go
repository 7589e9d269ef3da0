package main

import (
	"slices"

	"github.com/spf13/cobra"
)

var shells = []string{"bash", "zsh", "fish", "powershell"}

// completionCommand takes the place of cobra's own, which succeeds without a shell, and for an unknown one.
func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "completion SHELL", Short: "Print a script that completes commands and flags.", DisableFlagsInUseLine: true,
		Long: "Prints a script that completes commands, flags and their values in a shell: bash, zsh, fish or\n" +
			"powershell.\n\n" +
			"  bash        source <(quickconnectd completion bash)\n" +
			"  zsh         quickconnectd completion zsh > \"${fpath[1]}/_quickconnectd\"\n" +
			"  fish        quickconnectd completion fish > ~/.config/fish/completions/quickconnectd.fish\n" +
			"  powershell  quickconnectd completion powershell | Out-String | Invoke-Expression",
		ValidArgs: shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(shells, args[0]) {
				return usagef("completion needs one shell: %s", enumeration(shells, "or"))
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

// completes lists the values of a flag, which may be none.
func completes(cmd *cobra.Command, flag string, values ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}
