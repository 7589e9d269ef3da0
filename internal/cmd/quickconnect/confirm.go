package main

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// ending says what a command is about to end.
type ending struct {
	command  string // "revoke"
	of       *credential
	versions table
	usedBy   table
	notes    []string
}

func yesFlag(cmd *cobra.Command, yes *bool) {
	cmd.Flags().BoolVar(yes, "yes", false, "do not ask; needed where no terminal is there")
}

// affected makes an ending of what becomes of each valid version.
func affected(command string, c *credential, versions []api.Version, becomes func(api.Version) string) ending {
	t := table{head: []string{"VERSION", "STATE", "LAST USED", "WHAT HAPPENS"}}
	for _, v := range versions {
		t.add(number(v.Version), stateOf(c.inactive, v.Version, v.State), momentOr(v.LastUsedAt, "never"), becomes(v))
	}
	e := ending{command: command, of: c, versions: t, usedBy: usedBy(versions)}
	if len(e.usedBy.rows) == 0 {
		e.notes = append(e.notes, "No use of these versions is known.")
	}
	if text := unknownUses(versions); text != "" {
		e.notes = append(e.notes, text)
	}
	return e
}

// confirm shows what will stop working, and asks, unless the operator has said yes already. What it shows goes to the
// standard error, so that the standard output has the answer alone. It refuses a principal without the permission.
func (s *session) confirm(ctx context.Context, e ending, yes bool, permission string) error {
	if err := s.need(permission); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(s.stderr, "%s %s\nowner %s, %s\n\n", e.command, e.of.title(), e.of.owner, s.place())
	if err := e.versions.write(s.stderr); err != nil {
		return err
	}
	if len(e.usedBy.rows) > 0 {
		_, _ = fmt.Fprintln(s.stderr)
		if err := e.usedBy.write(s.stderr); err != nil {
			return err
		}
	}
	users, err := s.users(ctx, e.of)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(s.stderr)
	for _, note := range append(users, e.notes...) {
		_, _ = fmt.Fprintln(s.stderr, note)
	}
	return s.agree(yes)
}

// need refuses what the principal of the session may not do, before anybody is asked. The platform decides in the end.
func (s *session) need(permissions ...string) error {
	for _, p := range permissions {
		if !slices.Contains(s.here.Permissions, p) {
			return refusef("nothing was done: this needs the permission %q, which the role %s of the principal %s does not "+
				"have; roles that have it: %s. Use the token of such a principal", p, s.here.Role, s.here.Name,
				strings.Join(api.RolesWith(p), ", "))
		}
	}
	return nil
}

// agree asks whether to go on, unless the operator has said so already. It refuses who lacks one of the permissions.
func (s *session) agree(yes bool, permissions ...string) error {
	if err := s.need(permissions...); err != nil {
		return err
	}
	switch {
	case yes:
		return nil
	case !s.terminal:
		return refusef("nothing was done: there is no terminal to ask at. If this is right, run it again with --yes")
	}
	_, _ = fmt.Fprint(s.stderr, "Go on? Type yes: ")
	answer, _ := bufio.NewReader(s.stdin).ReadString('\n') // an end without an answer is none
	if strings.TrimSpace(answer) != "yes" {
		return refusef("nothing was done: the answer was not yes")
	}
	return nil
}

// users says what depends on a credential besides those that were seen to use it.
func (s *session) users(ctx context.Context, c *credential) ([]string, error) {
	switch o := c.answer.(type) {
	case *api.SigningSecret:
		e, err := s.client.WebhookEndpoints().Get(ctx, o.EndpointID)
		if err != nil {
			return nil, err
		}
		return []string{"It signs what is delivered to webhook endpoint " + e.Name + ", " + e.ShownURL() + "."}, nil
	case *api.Connector:
		return s.fetchers(ctx, o)
	}
	return nil, nil
}

// fetchers names the scoped tokens that may fetch the credentials of a connector.
func (s *session) fetchers(ctx context.Context, c *api.Connector) ([]string, error) {
	var names []string
	for t, err := range s.client.ScopedTokens().Each(ctx, client.Filter{ConnectorID: c.ID}) {
		if err != nil {
			return nil, err
		}
		if slices.Contains(t.Scopes, api.ScopeReadCredentials) && t.Rotation.Phase != api.PhaseRevoked {
			names = append(names, t.Name)
		}
	}
	if len(names) == 0 {
		return []string{"No scoped token may fetch these credentials."}, nil
	}
	return []string{"Scoped tokens that may fetch these credentials: " + strings.Join(names, ", ") + "."}, nil
}
