package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func promoteCommand(o *options) *cobra.Command {
	var in stepOptions
	cmd := &cobra.Command{
		Use: "promote KIND ID|NAME", Short: "Make the pending version of a credential the current one",
		Long: "Makes the pending version of a scoped-token or signing-secret the current one. The version that was\n" +
			"current ends after the overlap of its policy, so it shows what will stop working, and asks.\n" +
			"Where the policy wants the pending version to be seen in use first, the platform refuses; --force\n" +
			"does it all the same, and needs a reason. Where no version is pending, the exit code is 3.",
		Example:           "  quickconnect promote scoped-token notifier",
		ValidArgsFunction: completeKinds(rotatedKinds()),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, of, c, err := o.beginStep(cmd.Context(), args, in)
			if err != nil {
				return err
			}
			return s.promote(cmd.Context(), of, c, in)
		},
	}
	cmd.Flags().BoolVar(&in.force, "force", false, "promote a version that was not seen in use; needs --reason")
	stepFlags(cmd, &in)
	return cmd
}

func (s *session) promote(ctx context.Context, of credentials, c *credential, in stepOptions) error {
	if c.rotation.PendingVersion == nil {
		return noChangef("nothing was done: %s has no pending version (phase %s)", c.title(), c.rotation.Phase)
	}
	if err := s.confirmReplacement(ctx, "promote", of, c, in.yes); err != nil {
		return err
	}
	c, err := of.step(ctx, c, api.StepPromote, api.StepRequest{Force: in.force, Reason: in.reason})
	if err != nil {
		return err
	}
	return s.out.done(c.answer, "%s: version %s is current%s", c.title(), current(c), replaced(c))
}
