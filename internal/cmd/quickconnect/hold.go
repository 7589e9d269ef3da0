package main

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func holdCommand(o *options) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "hold KIND ID|NAME --reason TEXT", Short: "Stop every rotation of a credential until it is released",
		Long: "Stops every rotation of a scoped-token or signing-secret, and refuses new credentials of a\n" +
			"connector, until quickconnect release. Deadlines and revocation still work: a hold ends nothing,\n" +
			"and contains no leak.\n" +
			"Where there is a hold already, it stays as it is, and the exit code is 3.",
		Example:           "  quickconnect hold scoped-token notifier --reason \"incident 42\"",
		ValidArgsFunction: completeKinds(credentialKinds()),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, t, err := o.begin(cmd.Context(), args, credentialKinds(), reason)
			if err != nil {
				return err
			}
			return s.hold(cmd.Context(), t, reason)
		},
	}
	reasonFlag(cmd, &reason)
	return cmd
}

func releaseCommand(o *options) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "release KIND ID|NAME --reason TEXT", Short: "End the hold of a credential",
		Long: "Ends the hold of a scoped-token, signing-secret or connector. A rotation that fell due meanwhile\n" +
			"is due now. Where there is no hold, the exit code is 3.",
		Example:           "  quickconnect release scoped-token notifier --reason \"incident 42 is closed\"",
		ValidArgsFunction: completeKinds(credentialKinds()),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, t, err := o.begin(cmd.Context(), args, credentialKinds(), reason)
			if err != nil {
				return err
			}
			return s.release(cmd.Context(), t, reason)
		},
	}
	reasonFlag(cmd, &reason)
	return cmd
}

func reasonFlag(cmd *cobra.Command, reason *string) {
	cmd.Flags().StringVar(reason, "reason", "", "why, as `TEXT` that is kept in the audit (required)")
}

// begin checks the command line of a change that needs a reason, and opens the session.
func (o *options) begin(
	ctx context.Context, args []string, kinds []api.Kind, reason string,
) (*session, target, error) {
	t, err := targetOf(args, kinds)
	if err != nil {
		return nil, t, err
	}
	if err := api.CheckReason(reason); err != nil {
		return nil, t, refusef("--reason %v", err)
	}
	s, err := o.open(ctx)
	return s, t, err
}

func (s *session) hold(ctx context.Context, t target, reason string) error {
	of, c, err := s.find(ctx, t)
	if err != nil {
		return err
	}
	if h := c.hold; h != nil {
		return noChangef("nothing was done: %s is on hold already, since %s by %s: %s", c.title(), moment(h.At),
			cmp.Or(h.ByName, h.By), h.Reason)
	}
	c, err = of.hold(ctx, c, api.HoldRequest{Reason: reason})
	if err != nil {
		return err
	}
	return s.out.done(c.answer, "%s is on hold: %s", c.title(), reason)
}

func (s *session) release(ctx context.Context, t target, reason string) error {
	of, c, err := s.find(ctx, t)
	if err != nil {
		return err
	}
	if c.hold == nil {
		return noChangef("nothing was done: %s is not on hold", c.title())
	}
	c, err = of.release(ctx, c, api.HoldRequest{Reason: reason})
	if err != nil {
		return err
	}
	return s.out.done(c.answer, "the hold of %s has ended", c.title())
}
