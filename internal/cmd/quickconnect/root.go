package main

import (
	"errors"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const about = `quickconnect is the operator's command: it shows what a platform has, and holds, rotates and ends
credentials.

Before anything else it asks the platform which tenant and environment the token is of, and refuses
others than those that are asked for. It never prints a secret. It takes these variables, as the
Terraform provider does:

  QUICKCONNECT_ENDPOINT      the URL of the platform, such as https://platform.example.com
  QUICKCONNECT_TENANT        the tenant that is meant
  QUICKCONNECT_ENVIRONMENT   the environment that is meant
  QUICKCONNECT_TOKEN         the token (qcp_…) of a principal of that environment; there is no flag for it.
                             Without it, the token of quickconnect login

Exit codes:

  0   done as asked
  1   the platform refused, or gave no answer: the message says whether anything was done
  2   the command line, the environment or the confirmation is not right: nothing was done
  3   there was nothing to do, or the answer is no`

// rootCommand returns the program with all its commands. Each command has a file of its own.
func rootCommand(w world) *cobra.Command {
	o := &options{world: w}
	root := &cobra.Command{
		Use: "quickconnect", Short: "The operator's command of the Quickconnect platform.", Long: about,
		Args: cobra.ArbitraryArgs, RunE: refuseCommand,
		SilenceErrors: true, SilenceUsage: true, SuggestionsMinimumDistance: 2,
		Version: versionText(),
	}
	root.AddCommand(
		loginCommand(o),
		logoutCommand(o),
		inventoryCommand(o),
		ownersCommand(o),
		findingsCommand(o),
		reportCommand(o),
		offboardCommand(o),
		decommissionCommand(o),
		showCommand(o),
		identifyCommand(o),
		holdCommand(o),
		releaseCommand(o),
		quarantineCommand(o),
		releaseQuarantineCommand(o),
		revokeCommand(o),
		rotateCommand(o),
		promoteCommand(o),
		rollbackCommand(o),
		cancelCommand(o),
		deliveriesCommand(o),
		redeliverCommand(o),
		probeCommand(o),
		sendTestEventCommand(o),
		auditCommand(o),
		completionCommand(),
		versionCommand(),
	)
	root.SetVersionTemplate("{{.Version}}\n")
	root.CompletionOptions.DisableDefaultCmd = true // completionCommand takes its place
	root.SetHelpCommand(helpCommand())
	root.SetFlagErrorFunc(flagError)
	o.flags(root.PersistentFlags())
	_ = root.RegisterFlagCompletionFunc("output",
		cobra.FixedCompletions([]string{outputTable, outputJSON}, cobra.ShellCompDirectiveNoFileComp))
	return root
}

// refuseCommand is what the program does without one of its commands.
func refuseCommand(cmd *cobra.Command, args []string) error {
	what := "the command is missing"
	if len(args) > 0 {
		what = "there is no such command"
		if near := cmd.Root().SuggestionsFor(args[0]); len(near) > 0 {
			what += " (did you mean " + near[0] + "?)"
		}
	}
	return refusef("%s; run quickconnect help to see the commands", what)
}

// helpCommand shows the help of a command. Cobra's own succeeds for a command that does not exist.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Show the help of a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return refuseCommand(cmd, args)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// plainFlag is what a mistyped flag looks like; a token does not.
var plainFlag = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

// flagError says what is wrong with a flag, without what was typed as its value.
func flagError(cmd *cobra.Command, err error) error {
	help := "; run quickconnect help " + strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ") + " to see the flags"
	var missing *pflag.NotExistError
	if errors.As(err, &missing) {
		name := "such flag"
		if given := missing.GetSpecifiedName(); plainFlag.MatchString(given) {
			name = "flag --" + given
		}
		return refusef("%s has no %s%s", cmd.Name(), name, help)
	}
	var empty *pflag.ValueRequiredError
	if errors.As(err, &empty) {
		return refusef("--%s needs a value", empty.GetFlag().Name)
	}
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		takes := "a whole number"
		if invalid.GetFlag().Value.Type() == "bool" {
			takes = "true or false"
		}
		return refusef("--%s takes %s", invalid.GetFlag().Name, takes)
	}
	return refusef("an argument that begins with - is no flag%s", help)
}
