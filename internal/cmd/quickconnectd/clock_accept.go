package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

func clockAcceptCommand(c clock.Clock) *cobra.Command {
	var d data
	cmd := leaf("accept --data-dir DIR", "Say that the time of the machine's clock is right.",
		`Says that the time which the machine's clock shows now is right. After a jump of the clock the server carries
out no deadline until the clock is back or is accepted; /readyz says so. Run it only once the clock is right: what
has passed its deadline ends, and its value is erased. May run beside a server, which follows within a second or
two.`,
		func(cmd *cobra.Command) error { return clockAccept(cmd.Context(), d, cmd.OutOrStdout(), c) })
	dataFlags(cmd, &d)
	return cmd
}

func clockAccept(ctx context.Context, d data, stdout io.Writer, c clock.Clock) (err error) {
	s, _, err := existingData(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	at, was, err := txn.AcceptClock(ctx, s, c)
	if err != nil {
		return err
	}
	before := "the clock was not in doubt"
	switch was.Reason {
	case clock.Backward:
		before = fmt.Sprintf("that is %s before the newest time in the database", was.By.Round(time.Second))
	case clock.Forward:
		before = "a forward jump was found before"
	}
	_, err = fmt.Fprintf(stdout, "accepted %s as the time: %s\n", at.Format(time.RFC3339), before)
	return err
}
