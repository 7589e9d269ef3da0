package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// version is the version of this build. The linker sets it.
var version = "dev"

func versionText() string {
	return fmt.Sprintf("quickconnectd %s (%s, %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func versionCommand() *cobra.Command {
	return leaf("version", "Print the version of this program.", "Prints the version of this program.",
		func(cmd *cobra.Command) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), versionText())
			return err
		})
}
