package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// quarantining is what the command line of quarantine says.
type quarantining struct {
	length string
	until  string
	reason string
	yes    bool
}

func quarantineCommand(o *options) *cobra.Command {
	var q quarantining
	cmd := &cobra.Command{
		Use: "quarantine KIND ID|NAME --reason TEXT", Short: "Make the valid versions of a credential inactive, reversibly",
		Long: "Refuses the valid versions of a scoped-token, signing-secret or connector at every use, until\n" +
			"quickconnect release-quarantine. It shows what will stop working, and asks. What is issued meanwhile\n" +
			"is active: raise minimum_version, or configure new credentials of a connector. At the end, 14 days\n" +
			"from now without --for and --until, what is still in quarantine is revoked.\n" +
			"Only who set a quarantine, and the role security, can release it.\n" +
			"Where every valid version is in quarantine already, the exit code is 3.",
		Example:           "  quickconnect quarantine scoped-token notifier --reason \"unusual volume\" --for 7d",
		ValidArgsFunction: completeKinds(credentialKinds()),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := q.request(o.now())
			if err != nil {
				return err
			}
			s, t, err := o.begin(cmd.Context(), args, credentialKinds(), q.reason)
			if err != nil {
				return err
			}
			return s.quarantine(cmd.Context(), t, q, in)
		},
	}
	f := cmd.Flags()
	f.StringVar(&q.length, "for", "", "how long, as `DURATION` such as 7d; at most 90d")
	f.StringVar(&q.until, "until", "", "until when, as `TIME` in RFC 3339")
	cmd.MarkFlagsMutuallyExclusive("for", "until")
	reasonFlag(cmd, &q.reason)
	yesFlag(cmd, &q.yes)
	return cmd
}

// request is what is sent to the platform. How long is left to its clock.
func (q quarantining) request(now time.Time) (api.QuarantineRequest, error) {
	out := api.QuarantineRequest{Reason: q.reason, For: q.length}
	if q.length != "" {
		if d, err := api.ParseDuration(q.length); err != nil || d <= 0 {
			return out, refusef("--for must be a duration above zero, such as 7d")
		}
	}
	if q.until != "" {
		at, err := time.Parse(time.RFC3339, q.until)
		if err != nil {
			return out, refusef("--until must be a time in RFC 3339, such as 2026-12-24T08:00:00Z")
		}
		if !at.After(now) {
			return out, refusef("--until is in the past: %s. Nothing was done", q.until)
		}
		out.Until = &at
	}
	return out, nil
}

func (s *session) quarantine(ctx context.Context, t target, q quarantining, in api.QuarantineRequest) error {
	of, c, err := s.find(ctx, t)
	if err != nil {
		return err
	}
	if was := c.inactive; was != nil && len(was.Versions) > 0 {
		return noChangef("nothing was done: %s is in quarantine already, since %s until %s by %s: %s", c.title(),
			moment(was.At), moment(was.Until), cmp.Or(was.ByName, was.By), was.Reason)
	}
	versions, err := of.versions(ctx, c)
	if err != nil {
		return err
	}
	if len(valid(versions)) == 0 {
		return noChangef("nothing was done: %s has no valid version, it was revoked or has ended before", c.title())
	}
	e := affected("quarantine", c, valid(versions), func(api.Version) string { return "is refused at once" })
	e.notes = append(e.notes, "It can be released until its end. Then these versions are revoked.")
	if err := s.confirm(ctx, e, q.yes, api.PermissionContain); err != nil {
		return err
	}
	c, err = of.quarantine(ctx, c, in)
	if err != nil {
		return err
	}
	return s.out.done(c.answer, "%s is in quarantine until %s: %s", c.title(), moment(c.inactive.Until), q.reason)
}

func releaseQuarantineCommand(o *options) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "release-quarantine KIND ID|NAME --reason TEXT", Short: "Accept the versions of a credential again",
		Long: "Ends the quarantine of a scoped-token, signing-secret or connector: its versions are accepted again.\n" +
			"Only who set the quarantine, and the role security, can do this. Where there is none, the exit code\n" +
			"is 3.",
		Example:           "  quickconnect release-quarantine scoped-token notifier --reason \"it was the load test\"",
		ValidArgsFunction: completeKinds(credentialKinds()),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, t, err := o.begin(cmd.Context(), args, credentialKinds(), reason)
			if err != nil {
				return err
			}
			return s.releaseQuarantine(cmd.Context(), t, reason)
		},
	}
	reasonFlag(cmd, &reason)
	return cmd
}

func (s *session) releaseQuarantine(ctx context.Context, t target, reason string) error {
	of, c, err := s.find(ctx, t)
	if err != nil {
		return err
	}
	if c.inactive == nil {
		return noChangef("nothing was done: %s is not in quarantine", c.title())
	}
	again := slices.Clone(c.inactive.Versions)
	c, err = of.releaseQuarantine(ctx, c, api.HoldRequest{Reason: reason})
	if err != nil {
		return err
	}
	if len(again) == 0 {
		return s.out.done(c.answer, "the quarantine of %s has ended; newer versions had replaced what it covered", c.title())
	}
	return s.out.done(c.answer, "the quarantine of %s has ended: its versions are accepted again", c.title())
}
