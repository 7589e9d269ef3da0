package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// revocation is what the command line of revoke says.
type revocation struct {
	version int64 // 0: all
	hold    bool
	reason  string
	yes     bool
}

func revokeCommand(o *options) *cobra.Command {
	var r revocation
	cmd := &cobra.Command{
		Use: "revoke KIND ID|NAME --reason TEXT", Short: "End a credential, or a version and every older one, at once",
		Long: "Ends all valid versions of a scoped-token, signing-secret or connector at once, or with --version one\n" +
			"version and every older one. It shows what will stop working, and asks. A revoked version never comes\n" +
			"back; Terraform reissues the credential with the next apply, unless --hold is given.\n" +
			"Where nothing is left to revoke, the exit code is 3.",
		Example:           "  quickconnect revoke scoped-token notifier --reason \"leaked in a log\"",
		ValidArgsFunction: completeKinds(credentialKinds()),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("version") && r.version < 1 {
				return refusef("--version must be 1 or more")
			}
			s, t, err := o.begin(cmd.Context(), args, credentialKinds(), r.reason)
			if err != nil {
				return err
			}
			return s.revoke(cmd.Context(), t, r)
		},
	}
	f := cmd.Flags()
	f.Int64Var(&r.version, "version", 0, "end version `N` and every older one; without it, all")
	f.BoolVar(&r.hold, "hold", false, "set a hold as well, so that nothing is reissued")
	reasonFlag(cmd, &r.reason)
	yesFlag(cmd, &r.yes)
	return cmd
}

// covers reports whether the revocation ends a version.
func (r revocation) covers(v api.Version) bool { return r.version == 0 || v.Version <= r.version }

func (s *session) revoke(ctx context.Context, t target, r revocation) error {
	of, c, err := s.find(ctx, t)
	if err != nil {
		return err
	}
	versions, err := of.versions(ctx, c)
	if err != nil {
		return err
	}
	if err := r.check(c, versions); err != nil {
		return err
	}
	e := affected("revoke", c, valid(versions), func(v api.Version) string {
		if r.covers(v) {
			return "ends at once"
		}
		return "stays valid"
	})
	if err := s.confirm(ctx, e, r.yes, api.PermissionContain); err != nil {
		return err
	}
	in := api.RevokeRequest{All: r.version == 0, Hold: r.hold, Reason: r.reason}
	if r.version > 0 {
		below := r.version + 1
		in.Below = &below
	}
	c, err = of.revoke(ctx, c, in)
	if err != nil {
		return err
	}
	return s.out.done(c.answer, "%s: %s; on hold: %t", c.title(), r.done(), c.hold != nil)
}

func (r revocation) done() string {
	if r.version == 0 {
		return "all versions are revoked"
	}
	return fmt.Sprintf("version %d and every older one are revoked", r.version)
}

// isPending reports whether a version waits for its promotion.
func isPending(c *credential, v api.Version) bool {
	return c.rotation != nil && c.rotation.PendingVersion != nil && *c.rotation.PendingVersion == v.Version
}

// check refuses a revocation that would end nothing, and one that would end more than it names.
func (r revocation) check(c *credential, versions []api.Version) error {
	ends := 0
	for _, v := range valid(versions) {
		switch {
		case !r.covers(v):
		case v.Version == r.version && isPending(c, v):
			return refusef("nothing was done: version %d is pending, and this would end the current version too; "+
				"quickconnect cancel ends the pending version alone", v.Version)
		default:
			ends++
		}
	}
	holds := r.hold && c.hold == nil
	switch {
	case r.version > 0 && (len(versions) == 0 || versions[len(versions)-1].Version < r.version):
		return fmt.Errorf("nothing was done: %s has no version %d; quickconnect show lists its versions", c.title(),
			r.version)
	case ends > 0 || holds:
		return nil
	case r.version > 0:
		return noChangef("nothing was done: version %d of %s and every older one had ended before", r.version, c.title())
	}
	return noChangef("nothing was done: %s has no valid version, it was revoked or has ended before", c.title())
}
