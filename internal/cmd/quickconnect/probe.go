package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func probeCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use: "probe ENDPOINT", Short: "Find out whether a receiver accepts the pending versions of its signing secrets",
		Long: "Sends the receiver of a webhook endpoint an event that a pending version alone has signed, and a\n" +
			"forged one, for each signing secret with a pending version. A version that it accepts counts as seen\n" +
			"in use, and may be promoted. The exit code is 3 where no version is pending, or one is not proven.",
		Example: "  quickconnect probe one",
		RunE: func(cmd *cobra.Command, args []string) error {
			s, e, err := o.openEndpoint(cmd.Context(), args)
			if err != nil {
				return err
			}
			return s.probe(cmd.Context(), e)
		},
	}
}

func (s *session) probe(ctx context.Context, e *api.WebhookEndpoint) error {
	answer, err := s.client.WebhookEndpoints().Probe(ctx, e.ID)
	if err != nil {
		return err
	}
	if answer == nil {
		return s.out.done(nil, "the receiver was probed; this principal may not read what came of it")
	}
	t := table{head: []string{"SIGNING SECRET", "VERSION", "RESULT", "WHAT HAPPENED"}}
	open := 0
	for _, p := range answer.Probes {
		t.add(p.SigningSecretID, number(p.Version), p.Result, p.Detail)
		if p.Result != api.ProbeProven {
			open++
		}
	}
	if err := s.out.list(answer, t); err != nil {
		return err
	}
	switch {
	case len(answer.Probes) == 0:
		return noChangef("nothing was probed: no signing secret of webhook endpoint %s has a pending version", e.Name)
	case open > 0:
		return noChangef("%d of %d pending versions are not proven: give the receiver the new secret, and probe again", open,
			len(answer.Probes))
	}
	return nil
}
