package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// version is the version of this build. The linker sets it.
var version = "dev"

func versionText() string {
	return fmt.Sprintf("quickconnect %s (%s, %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version of this program", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), versionText())
			return err
		},
	}
}
