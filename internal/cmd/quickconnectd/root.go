package main

import (
	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// rootCommand returns the program with all its commands. Each command has a file of its own.
func rootCommand(c clock.Clock) *cobra.Command {
	root := group("quickconnectd", "The Quickconnect reference platform.",
		serveCommand(c),
		bootstrapCommand(c),
		group("token", "Create, list and end the tokens of principals.",
			tokenCreateCommand(c),
			tokenListCommand(c),
			tokenRevokeCommand(c),
		),
		group("keyring", "Rotate and retire the keys that open the database.",
			keyringListCommand(c),
			keyringRotateCommand(c),
			keyringRewrapCommand(c),
			keyringRetireCommand(c),
			keyringMoveCommand(c),
		),
		group("audit", "Verify, export and sign the audit trail.",
			auditVerifyCommand(),
			auditExportCommand(c),
			auditCheckpointCommand(c),
			auditPublicKeyCommand(c),
			auditEraseCommand(c),
		),
		group("identity", "Find out which workload identity takes a JWT.",
			identityCheckCommand(c),
		),
		group("issuer", "Say who signs people in.",
			issuerAddCommand(c),
			issuerListCommand(c),
			issuerRemoveCommand(c),
		),
		group("clock", "Say whether the machine's clock is right.",
			clockAcceptCommand(c),
		),
		backupCommand(c),
		restoreCommand(c),
		migrateCommand(c),
		exportCommand(),
		doctorCommand(c),
		completionCommand(),
		versionCommand(),
	)
	root.Long = `quickconnectd is the Quickconnect reference platform: one program with one data directory. The directory
contains the database and keyring.json, which opens every secret in the database. Back up both, and keep them apart.`
	root.Version = versionText()
	root.SetVersionTemplate("{{.Version}}\n")
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true // completionCommand takes its place
	root.SetHelpCommand(helpCommand())
	root.SetHelpFunc(printHelp)
	root.SetFlagErrorFunc(flagError)
	root.PersistentPreRunE = completeFlags
	return root
}

// completeFlags takes what the command line does not have from elsewhere.
func completeFlags(cmd *cobra.Command, _ []string) error {
	if err := fromEnvironment(cmd.Flags()); err != nil {
		return err
	}
	if err := checkRequired(cmd); err != nil {
		return err
	}
	return readDatabaseFile(cmd.Flags())
}

// group returns a command that only has other commands. Without one of them it does nothing, which is an error.
func group(name, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: name, Short: short, Args: cobra.ArbitraryArgs, DisableFlagsInUseLine: true,
		SuggestionsMinimumDistance: 2,
		// A flag of another command must not hide that the command itself is unknown.
		FParseErrWhitelist: cobra.FParseErrWhitelist{UnknownFlags: true},
		RunE:               refuseCommand,
	}
	cmd.AddCommand(commands...)
	return cmd
}

// alone marks a command that does something by itself, and has other commands besides.
const alone = "alone"

func isAlone(cmd *cobra.Command) bool { return cmd.Annotations[alone] != "" }

// leaf returns a command that takes flags only.
func leaf(use, short, long string, run func(cmd *cobra.Command) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Long: long, Args: flagsOnly, DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd) },
	}
}
