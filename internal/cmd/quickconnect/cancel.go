package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func cancelCommand(o *options) *cobra.Command {
	var in stepOptions
	cmd := &cobra.Command{
		Use: "cancel KIND ID|NAME", Short: "End the pending version of a credential",
		Long: "Ends the pending version of a scoped-token or signing-secret at once. The current version stays, and\n" +
			"the credential is put on hold. It shows what will stop working, and asks. Where no version is\n" +
			"pending, the exit code is 3.",
		Example:           "  quickconnect cancel scoped-token notifier",
		ValidArgsFunction: completeKinds(rotatedKinds()),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, of, c, err := o.beginStep(cmd.Context(), args, in)
			if err != nil {
				return err
			}
			return s.cancel(cmd.Context(), of, c, in)
		},
	}
	stepFlags(cmd, &in)
	return cmd
}

func (s *session) cancel(ctx context.Context, of credentials, c *credential, in stepOptions) error {
	pending := c.rotation.PendingVersion
	if pending == nil {
		return noChangef("nothing was done: %s has no pending version (phase %s)", c.title(), c.rotation.Phase)
	}
	versions, err := of.versions(ctx, c)
	if err != nil {
		return err
	}
	e := affected("cancel", c, valid(versions), func(v api.Version) string {
		if v.Version == *pending {
			return "ends at once"
		}
		return "stays valid"
	})
	e.notes = []string{"It is put on hold: nothing rotates until quickconnect release."}
	if err := s.confirm(ctx, e, in.yes, api.PermissionWrite); err != nil {
		return err
	}
	c, err = of.step(ctx, c, api.StepCancel, api.StepRequest{Reason: in.reason})
	if err != nil {
		return err
	}
	return s.out.done(c.answer, "%s: version %d has ended, and it is on hold", c.title(), *pending)
}
