package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

func decommissionCommand(o *options) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "decommission CONNECTOR",
		Short: "Close a connector with everything on it that Terraform does not manage",
		Long: "Shows a connector with its scoped tokens, webhook endpoints and signing secrets, and who uses them, asks,\n" +
			"and then deletes what Terraform does not manage: first what hangs on something else, the connector last.\n" +
			"Their values are destroyed and do not come back. What Terraform manages is never changed: the command\n" +
			"prints what to change in the configuration, and what that hangs on stays too. Run it again afterwards.\n" +
			"An object counts as managed as quickconnect offboard says. One that was imported and then never changed\n" +
			"is not recognised: look for its id in your states first.\n" +
			"Where nothing was closed, the exit code is 3. Where something could not be closed, it is named, the rest\n" +
			"goes on, and the exit code is 1.",
		Example: "  quickconnect decommission slack\n  quickconnect decommission con_01K0V3Z4M5N6P7Q8R9S0T1V2W3 --yes",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return refusef("name one connector, by its id or its name")
			}
			t, err := named(api.Connectors, args[0])
			if err != nil {
				return err
			}
			s, err := o.open(cmd.Context())
			if err != nil {
				return err
			}
			return s.decommission(cmd.Context(), t, yes)
		},
	}
	yesFlag(cmd, &yes)
	return cmd
}

// closing is an object that is closed with its connector, or the connector.
type closing struct {
	Kind      string `json:"kind"`
	ID        string `json:"id"`
	Name      string `json:"name"`
	Owner     string `json:"owner"`
	Terraform string `json:"managed_by_terraform"` // why it counts as managed; empty: it does not
	Stays     string `json:"stays"`                // why it is not closed; empty: it is
	Closed    bool   `json:"closed"`
	Change    string `json:"configuration"` // what to change in the configuration; empty for nothing

	on string // the id of what it hangs on; empty for the connector
}

// decommission closes a connector and what hangs on it, and prints the rest.
func (s *session) decommission(ctx context.Context, t target, yes bool) error {
	_, c, err := s.find(ctx, t)
	if client.IsNotFound(err) {
		return s.showClosed(ctx, t, err)
	}
	if err != nil {
		return err
	}
	all, err := s.hangingOn(ctx, c)
	if err != nil {
		return err
	}
	if err := s.decideClosing(ctx, all); err != nil {
		return err
	}
	if err := s.showClosing(ctx, c, all); err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(x *closing) bool { return x.Stays == "" }) {
		if err := s.agree(yes, api.PermissionWrite); err != nil {
			return err
		}
	}
	failed := s.closeAll(ctx, all)
	if err := s.printClosing(all); err != nil {
		return err
	}
	return summarizeClosing(c, all, failed)
}

// hangingOn lists a connector and what hangs on it, in the order in which it is closed: what hangs on something comes
// before that. Terraform says for now only whether a state has it.
func (s *session) hangingOn(ctx context.Context, c *credential) (all []*closing, err error) {
	add := func(kind api.Kind, o api.Object, owner, on string) {
		x := &closing{Kind: kind.Path, ID: o.ID, Name: o.Name, Owner: owner, on: on}
		if o.Claim != nil && o.Claim.Presented {
			x.Terraform = stateHasIt
		}
		all = append(all, x)
	}
	for t, err := range s.client.ScopedTokens().Each(ctx, client.Filter{ConnectorID: c.ID}) {
		if err != nil {
			return nil, err
		}
		add(api.ScopedTokens, t.Object, t.Owner, c.ID)
	}
	var endpoints []*api.WebhookEndpoint
	for e, err := range s.client.WebhookEndpoints().Each(ctx, client.Filter{ConnectorID: c.ID}) {
		if err != nil {
			return nil, err
		}
		endpoints = append(endpoints, e)
		for secret, err := range s.client.SigningSecrets().Each(ctx, client.Filter{EndpointID: e.ID}) {
			if err != nil {
				return nil, err
			}
			add(api.SigningSecrets, secret.Object, secret.Owner, e.ID)
		}
	}
	for _, e := range endpoints {
		add(api.WebhookEndpoints, e.Object, "", c.ID)
	}
	add(api.Connectors, c.Object, c.owner, "")
	return all, nil
}

// decideClosing decides what stays: what Terraform manages, and what that hangs on.
func (s *session) decideClosing(ctx context.Context, all []*closing) (err error) {
	needed := map[string]string{} // the name of what keeps an object
	for _, x := range all {
		claimed := x.Terraform != ""
		x.Terraform, err = s.managedBy(ctx, &api.InventoryEntry{ID: x.ID, Claimed: claimed})
		if err != nil {
			return err
		}
		switch kept := needed[x.ID]; {
		case x.Terraform != "":
			kind, _ := api.KindAt(x.Kind)
			x.Stays = "Terraform manages it"
			x.Change = fmt.Sprintf("# delete the block, and apply\nresource %q with name = %q (%s)", kind.Terraform, x.Name,
				x.ID)
		case kept != "":
			x.Stays = kept + " hangs on it"
		}
		if x.Stays != "" && x.on != "" {
			needed[x.on] = x.Name
		}
	}
	return nil
}

// showClosing shows what will be closed, and who uses it. It goes to the standard error.
func (s *session) showClosing(ctx context.Context, c *credential, all []*closing) error {
	_, _ = fmt.Fprintf(s.stderr, "decommission %s\nowner %s, %s\n\n", c.title(), c.owner, s.place())
	objects := table{head: []string{"KIND", "ID", "NAME", "OWNER", "TERRAFORM", "WHAT HAPPENS"}}
	for _, x := range all {
		kind, _ := api.KindAt(x.Kind)
		what := "is closed"
		if x.Stays != "" {
			what = "stays: " + x.Stays
		}
		objects.add(kind.Singular, x.ID, x.Name, cmp.Or(x.Owner, "-"), cmp.Or(x.Terraform, "no"), what)
	}
	users := table{head: []string{"NAME", "VERSION", "USED BY", "HOW", "LAST USED", "USES"}}
	for e, err := range s.client.Inventory(ctx, client.InventoryFilter{ConnectorID: c.ID}) {
		if err != nil {
			return err
		}
		for _, v := range e.Versions {
			for _, u := range v.Consumers {
				users.add(e.Name, number(v.Version), consumerName(u), u.How, moment(u.LastAt), number(u.Count))
			}
		}
	}
	for _, t := range []table{objects, users} {
		if len(t.rows) == 0 {
			continue
		}
		if err := t.write(s.stderr); err != nil {
			return err
		}
		_, _ = fmt.Fprintln(s.stderr)
	}
	return nil
}

// closeAll closes what does not stay. Where one fails, what it hangs on stays too, and the others go on.
func (s *session) closeAll(ctx context.Context, all []*closing) (failed []string) {
	open := map[string]bool{} // what something hangs on that could not be closed
	for _, x := range all {
		switch {
		case x.Stays != "":
			continue
		case open[x.ID]:
			x.Stays = "something on it could not be closed"
		default:
			if err := s.closeOne(ctx, x); err != nil {
				x.Stays = "it could not be closed"
				failed = append(failed, fmt.Sprintf("%s %s: %s", x.ID, x.Name, explain(err)))
			}
		}
		x.Closed = x.Stays == ""
		open[x.on] = open[x.on] || !x.Closed
	}
	return failed
}

func (s *session) closeOne(ctx context.Context, x *closing) error {
	switch x.Kind {
	case api.KindScopedTokens:
		return s.client.ScopedTokens().Delete(ctx, x.ID)
	case api.KindSigningSecrets:
		return s.client.SigningSecrets().Delete(ctx, x.ID)
	case api.KindWebhookEndpoints:
		return s.client.WebhookEndpoints().Delete(ctx, x.ID)
	}
	return s.client.Connectors().Delete(ctx, x.ID)
}

// printClosing prints what was closed, and what is to be changed in the configuration.
func (s *session) printClosing(all []*closing) error {
	t := table{head: []string{"ID", "NAME", "DONE"}}
	for _, x := range all {
		done := "closed"
		if !x.Closed {
			done = "stays: " + x.Stays
		}
		t.add(x.ID, x.Name, done)
	}
	if err := s.out.list(all, t); err != nil || s.out.json {
		return err
	}
	for _, x := range all {
		if err := s.printChange(x.Change); err != nil {
			return err
		}
	}
	return nil
}

// summarizeClosing says what is left. Where nothing was closed, the command has done nothing.
func summarizeClosing(c *credential, all []*closing, failed []string) error {
	closed := 0
	for _, x := range all {
		if x.Closed {
			closed++
		}
	}
	switch {
	case len(failed) > 0:
		return fmt.Errorf("%d of %d were closed; these were not:\n%s", closed, len(all), strings.Join(failed, "\n"))
	case closed == 0:
		return noChangef("nothing was done: Terraform manages %s or what hangs on it; delete it from the configuration, "+
			"apply, and run this again", c.title())
	}
	return nil
}
