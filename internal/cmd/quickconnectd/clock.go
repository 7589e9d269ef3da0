package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

func clockCommand(ctx context.Context, args []string, stdout io.Writer, c clock.Clock) (err error) {
	if len(args) == 0 || args[0] != "accept" {
		return usagef("clock needs a command: clock accept")
	}
	flags := flag.NewFlagSet("clock accept", flag.ContinueOnError)
	dir := flags.String("data-dir", "", "")
	if err := parse(flags, args[1:], "data-dir"); err != nil {
		return err
	}
	s, _, err := existingData(ctx, *dir)
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
