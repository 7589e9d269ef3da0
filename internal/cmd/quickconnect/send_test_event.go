package main

import (
	"context"
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

func sendTestEventCommand(o *options) *cobra.Command {
	var eventType, data string
	cmd := &cobra.Command{
		Use: "send-test-event ENDPOINT --type TYPE", Short: "Queue an event for a webhook endpoint",
		Long: "Queues an event of a type that the webhook endpoint takes, signed and retried as every other one.\n" +
			"quickconnect deliveries shows what comes of it.",
		Example: "  quickconnect send-test-event one --type message.delivered",
		RunE: func(cmd *cobra.Command, args []string) error {
			in := api.TestEventRequest{Type: eventType}
			if err := api.CheckEventType(eventType); err != nil {
				return refusef("--type %v", err)
			}
			if data != "" {
				in.Data = json.RawMessage(data)
			}
			if data != "" && !json.Valid(in.Data) {
				return refusef("--data must be a JSON object")
			}
			s, e, err := o.openEndpoint(cmd.Context(), args)
			if err != nil {
				return err
			}
			return s.sendTestEvent(cmd.Context(), e, in)
		},
	}
	cmd.Flags().StringVar(&eventType, "type", "", "the `TYPE` of the event, such as message.delivered (required)")
	cmd.Flags().StringVar(&data, "data", "", "what the event says, as a `JSON` object; {} where it is not given")
	return cmd
}

func (s *session) sendTestEvent(ctx context.Context, e *api.WebhookEndpoint, in api.TestEventRequest) error {
	queued, err := s.client.WebhookEndpoints().SendTestEvent(ctx, e.ID, in, client.Write{})
	if err != nil {
		return err
	}
	return s.out.done(queued, "event %s is queued for webhook endpoint %s, %s", queued.ID, e.Name, e.ShownURL())
}
