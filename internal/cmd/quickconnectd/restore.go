package main

import (
	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

func restoreCommand(c clock.Clock) *cobra.Command {
	return group("restore", "Restore a platform from a backup, and say that it may serve again.",
		restoreMarkCommand(c),
		restoreStatusCommand(c),
		restoreConfirmCommand(c),
	)
}
