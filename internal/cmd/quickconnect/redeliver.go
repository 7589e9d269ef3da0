package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// redelivery is what the command line of redeliver says.
type redelivery struct {
	event string
	since string
	state string
}

func redeliverCommand(o *options) *cobra.Command {
	var r redelivery
	cmd := &cobra.Command{
		Use: "redeliver ENDPOINT (--event ID | --since TIME)", Short: "Send events to a webhook endpoint again, now",
		Long: "Sends one event again, or all that have failed since a time; with --state queued it sends now what waits\n" +
			"for its next attempt, and ends a pause that the receiver asked for. Events keep their ids, so that a\n" +
			"receiver that has handled one does not handle it again. A delivered event cannot be sent again: its data\n" +
			"was erased. Where --since selects nothing, the exit code is 3.",
		Example: "  quickconnect redeliver one --since 2026-05-01T12:00:00Z",
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := r.request()
			if err != nil {
				return err
			}
			s, e, err := o.openEndpoint(cmd.Context(), args)
			if err != nil {
				return err
			}
			if r.event != "" {
				return s.resend(cmd.Context(), e, r.event)
			}
			return s.redeliver(cmd.Context(), e, in)
		},
	}
	f := cmd.Flags()
	f.StringVar(&r.event, "event", "", "the `ID` (msg_…) of one event")
	f.StringVar(&r.since, "since", "", "events that were queued at this `TIME` (RFC 3339) or later")
	f.StringVar(&r.state, "state", "", "with --since, the `STATE` of the events: failed or queued (default failed)")
	completeStates(cmd, api.DeliveryFailed, api.DeliveryQueued)
	return cmd
}

// request checks the flags. What it returns is of no use with --event.
func (r redelivery) request() (in api.RedeliveryRequest, err error) {
	switch {
	case (r.event == "") == (r.since == ""):
		return in, refusef("redeliver needs either --event or --since")
	case r.event != "" && r.state != "":
		return in, refusef("--state goes with --since alone")
	case r.event != "" && (!strings.HasPrefix(r.event, "msg_") || !client.IsID(r.event)):
		return in, refusef("--event must be the id of an event (msg_…), as quickconnect deliveries shows it")
	case r.state != "" && r.state != api.DeliveryFailed && r.state != api.DeliveryQueued:
		return in, refusef("--state must be %s or %s", api.DeliveryFailed, api.DeliveryQueued)
	}
	if in.State = r.state; in.State == "" {
		in.State = api.DeliveryFailed
	}
	in.Since, err = sinceFlag(r.since)
	return in, err
}

func (s *session) resend(ctx context.Context, e *api.WebhookEndpoint, event string) error {
	if err := s.client.WebhookEndpoints().Resend(ctx, e.ID, event, client.Write{}); err != nil {
		return err
	}
	return s.out.done(api.TestEvent{ID: event}, "event %s is sent again to webhook endpoint %s now; "+
		"quickconnect deliveries shows what comes of it", event, e.Name)
}

func (s *session) redeliver(ctx context.Context, e *api.WebhookEndpoint, in api.RedeliveryRequest) error {
	count, err := s.client.WebhookEndpoints().Redeliver(ctx, e.ID, in)
	if err != nil {
		return err
	}
	if err := s.out.done(api.Redelivery{Count: count}, "events that are sent to webhook endpoint %s now: %d", e.Name,
		count); err != nil {
		return err
	}
	if count == 0 {
		return noChangef("nothing was sent: no event that was queued since %s is %s", moment(in.Since), in.State)
	}
	return nil
}
