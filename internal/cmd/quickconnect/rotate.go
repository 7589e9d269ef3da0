package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// stepOptions is what the command line of a step of a rotation says.
type stepOptions struct {
	reason string
	atOnce bool // rotate
	force  bool // promote
	yes    bool
}

func rotateCommand(o *options) *cobra.Command {
	var in stepOptions
	cmd := &cobra.Command{
		Use: "rotate KIND ID|NAME", Short: "Issue the next version of a credential",
		Long: "Issues the next version of a scoped-token or signing-secret. It is pending beside the current one, which\n" +
			"stays valid: hand it to the consumers (the next terraform apply does), then promote. --at-once makes it\n" +
			"current in the same step, so that the version before ends after the overlap of its policy: that shows\n" +
			"what will stop working, and asks. A credential without a valid version is issued anew.",
		Example:           "  quickconnect rotate scoped-token notifier",
		ValidArgsFunction: completeKinds(rotatedKinds()),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, of, c, err := o.beginStep(cmd.Context(), args, in)
			if err != nil {
				return err
			}
			return s.rotate(cmd.Context(), of, c, in)
		},
	}
	cmd.Flags().BoolVar(&in.atOnce, "at-once", false, "make the next version current at once")
	stepFlags(cmd, &in)
	return cmd
}

func rotatedKinds() []api.Kind { return []api.Kind{api.ScopedTokens, api.SigningSecrets} }

func stepFlags(cmd *cobra.Command, in *stepOptions) {
	cmd.Flags().StringVar(&in.reason, "reason", "", "why, as `TEXT` that is kept in the audit")
	yesFlag(cmd, &in.yes)
}

// beginStep checks the command line of a step, opens the session, and finds the credential.
func (o *options) beginStep(
	ctx context.Context, args []string, in stepOptions,
) (*session, credentials, *credential, error) {
	t, err := targetOf(args, rotatedKinds())
	if err != nil {
		return nil, nil, nil, err
	}
	if in.reason != "" || in.force {
		if err := api.CheckReason(in.reason); err != nil {
			return nil, nil, nil, refusef("--reason %v", err)
		}
	}
	s, err := o.open(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	of, c, err := s.find(ctx, t)
	return s, of, c, err
}

func (s *session) rotate(ctx context.Context, of credentials, c *credential, in stepOptions) error {
	verb := api.StepBegin
	switch {
	case c.rotation.Phase == api.PhaseRevoked:
		verb = api.StepReissue
	case in.atOnce:
		verb = api.StepRotate
		if err := s.confirmReplacement(ctx, "rotate at once", of, c, in.yes); err != nil {
			return err
		}
	}
	c, err := of.step(ctx, c, verb, api.StepRequest{Reason: in.reason})
	if err != nil {
		return err
	}
	if p := c.rotation.PendingVersion; p != nil {
		return s.out.done(c.answer, "%s: version %d was issued, and is pending until %s. Hand it to the consumers, then run "+
			"quickconnect promote", c.title(), *p, momentOr(c.rotation.PendingExpiresAt, "its promotion"))
	}
	return s.out.done(c.answer, "%s: version %s was issued, and is current%s", c.title(), current(c), replaced(c))
}

// confirmReplacement asks before the current version gets an end.
func (s *session) confirmReplacement(
	ctx context.Context, command string, of credentials, c *credential, yes bool,
) error {
	versions, err := of.versions(ctx, c)
	if err != nil {
		return err
	}
	overlap, err := s.overlap(ctx, c)
	if err != nil {
		return err
	}
	return s.confirm(ctx, affected(command, c, valid(versions), func(v api.Version) string {
		switch {
		case c.rotation.CurrentVersion == nil || v.Version != *c.rotation.CurrentVersion:
			return "becomes current"
		case overlap == "0s":
			return "ends at once"
		}
		return "ends after the overlap, at most " + overlap
	}), yes, api.PermissionWrite)
}

// overlap is how long a version of the credential stays valid that is replaced.
func (s *session) overlap(ctx context.Context, c *credential) (string, error) {
	id := ""
	switch o := c.answer.(type) {
	case *api.ScopedToken:
		id = textOr(o.RotationPolicyID)
	case *api.SigningSecret:
		id = o.RotationPolicyID
	}
	if id == "" {
		return api.DefaultOverlap, nil
	}
	p, err := s.client.RotationPolicies().Get(ctx, id)
	if err != nil {
		return "", err
	}
	return p.Overlap, nil
}

// current is the number of the current version.
func current(c *credential) string {
	if n := c.rotation.CurrentVersion; n != nil {
		return number(*n)
	}
	return "-"
}

// replaced says when the version before ends.
func replaced(c *credential) string {
	r := c.rotation
	if r.PreviousVersion == nil {
		return ""
	}
	return "; version " + number(*r.PreviousVersion) + " ends at " + momentOr(r.PreviousExpiresAt, "its deadline")
}
