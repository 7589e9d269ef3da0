package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

func deliveriesCommand(o *options) *cobra.Command {
	var f client.DeliveryFilter
	var since string
	cmd := &cobra.Command{
		Use: "deliveries ENDPOINT", Short: "List the deliveries to a webhook endpoint, the newest first",
		Long: "Lists the deliveries to a webhook endpoint, by its id or name, the newest first, with what came of\n" +
			"the last attempt. --output json has every attempt. An event has neither its data nor a signature here.",
		Example: "  quickconnect deliveries one\n  quickconnect deliveries one --state failed",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if f.Since, err = sinceFlag(since); err != nil {
				return err
			}
			if f.AtMost < 1 {
				return refusef("--at-most must be 1 or more")
			}
			s, e, err := o.openEndpoint(cmd.Context(), args)
			if err != nil {
				return err
			}
			return s.deliveries(cmd.Context(), e, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.State, "state", "", "only deliveries in this `STATE`: queued, delivered or failed")
	flags.StringVar(&f.Type, "type", "", "only events of this `TYPE`")
	flags.StringVar(&since, "since", "", "only events that were queued at this `TIME` (RFC 3339) or later")
	flags.IntVar(&f.AtMost, "at-most", 50, "how many, the newest")
	completeStates(cmd, api.DeliveryQueued, api.DeliveryDelivered, api.DeliveryFailed)
	return cmd
}

func completeStates(cmd *cobra.Command, states ...string) {
	_ = cmd.RegisterFlagCompletionFunc("state",
		cobra.FixedCompletions(states, cobra.ShellCompDirectiveNoFileComp))
}

// sinceFlag reads a time; empty is none.
func sinceFlag(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, refusef("--since must be a time such as 2026-05-01T12:00:00Z")
	}
	return at, nil
}

// openEndpoint opens the session, and reads the webhook endpoint that the one argument names.
func (o *options) openEndpoint(ctx context.Context, args []string) (*session, *api.WebhookEndpoint, error) {
	if len(args) != 1 {
		return nil, nil, refusef("name one webhook endpoint, by its id or its name")
	}
	t, err := named(api.WebhookEndpoints, args[0])
	if err != nil {
		return nil, nil, err
	}
	s, err := o.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	e, err := s.endpoint(ctx, t)
	return s, e, err
}

func (s *session) deliveries(ctx context.Context, e *api.WebhookEndpoint, f client.DeliveryFilter) error {
	found, err := s.client.WebhookEndpoints().FilteredDeliveries(ctx, e.ID, f)
	if err != nil {
		return err
	}
	t := table{head: []string{"EVENT", "TYPE", "STATE", "QUEUED", "ATTEMPTS", "LAST", "NEXT"}}
	for _, d := range found {
		last := "-"
		if n := len(d.Attempts); n > 0 {
			last = d.Attempts[n-1].Detail
		}
		t.add(d.ID, d.Type, d.State, moment(d.CreatedAt), number(int64(len(d.Attempts))), last,
			momentOr(d.NextAttemptAt, "-"))
	}
	if err := s.out.list(append([]api.Delivery{}, found...), t); err != nil { // none is [] in JSON, not null
		return err
	}
	if len(found) == f.AtMost {
		_, _ = fmt.Fprintf(s.stderr, "These are the newest %d; --at-most shows more.\n", f.AtMost)
	}
	return nil
}
