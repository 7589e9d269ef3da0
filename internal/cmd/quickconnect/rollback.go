package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func rollbackCommand(o *options) *cobra.Command {
	var in stepOptions
	cmd := &cobra.Command{
		Use: "rollback KIND ID|NAME", Short: "Make the previous version of a credential current again",
		Long: "Makes the previous version of a scoped-token or signing-secret current again, as long as it is valid.\n" +
			"The newer version ends when the overlap does, and the credential is put on hold. It shows what will\n" +
			"stop working, and asks. Where there is no previous version, the exit code is 3.",
		Example:           "  quickconnect rollback scoped-token notifier",
		ValidArgsFunction: completeKinds(rotatedKinds()),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, of, c, err := o.beginStep(cmd.Context(), args, in)
			if err != nil {
				return err
			}
			return s.rollback(cmd.Context(), of, c, in)
		},
	}
	stepFlags(cmd, &in)
	return cmd
}

func (s *session) rollback(ctx context.Context, of credentials, c *credential, in stepOptions) error {
	r := c.rotation
	if r.PreviousVersion == nil {
		return noChangef("nothing was done: %s has no previous version (phase %s)", c.title(), r.Phase)
	}
	versions, err := of.versions(ctx, c)
	if err != nil {
		return err
	}
	e := affected("rollback", c, valid(versions), func(v api.Version) string {
		if v.Version == *r.PreviousVersion {
			return "becomes current again"
		}
		return "ends at " + momentOr(r.PreviousExpiresAt, "the end of the overlap") + ", unless it is promoted again"
	})
	e.notes = []string{"It is put on hold: nothing rotates until quickconnect release."}
	if err := s.confirm(ctx, e, in.yes, api.PermissionContain); err != nil {
		return err
	}
	c, err = of.step(ctx, c, api.StepRollback, api.StepRequest{Reason: in.reason})
	if err != nil {
		return err
	}
	return s.out.done(c.answer, "%s: version %s is current again, and it is on hold", c.title(), current(c))
}
