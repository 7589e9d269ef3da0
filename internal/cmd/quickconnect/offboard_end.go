package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

var whatLeaves = map[string]string{
	leavesConfiguration: "stays: change the configuration",
	leavesExpiry:        "ends at the given time",
	leavesRevoked:       "is revoked at once",
	leavesDeleted:       "is deleted at once",
	leavesNothing:       "nothing: it has ended, or ends before",
	leavesOpen:          "stays: say when it ends",
}

// permissionOf is what each way to end something needs. An end that is set is a change like one in the configuration.
var permissionOf = map[string]string{
	leavesExpiry: api.PermissionWrite, leavesRevoked: api.PermissionContain, leavesDeleted: api.PermissionGrant,
}

// showLeaving shows what an owner has and what depends on each, before anything ends. It goes to the standard error.
func (s *session) showLeaving(ctx context.Context, b offboarding, all []*leaving) error {
	_, _ = fmt.Fprintf(s.stderr, "offboard %s, %s\n\n", b.owner, s.place())
	objects := table{head: []string{"ID", "NAME", "PHASE", "LAST USED", "TERRAFORM", "WHAT HAPPENS"}}
	users := table{head: []string{"NAME", "VERSION", "USED BY", "HOW", "LAST USED", "USES"}}
	var notes []string
	for _, l := range all {
		e := l.entry
		objects.add(e.ID, e.Name, phaseOf(e), momentOr(e.LastUsedAt, "never"), cmp.Or(l.Terraform, "no"),
			whatLeaves[l.Action])
		for _, v := range e.Versions {
			for _, u := range v.Consumers {
				users.add(e.Name, number(v.Version), consumerName(u), u.How, moment(u.LastAt), number(u.Count))
			}
		}
		if e.Kind == api.KindConnectors {
			more, err := s.dependents(ctx, e)
			if err != nil {
				return err
			}
			notes = append(notes, more...)
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
	for _, note := range notes {
		_, _ = fmt.Fprintln(s.stderr, note)
	}
	return nil
}

// dependents says which credentials of other owners hang on a connector.
func (s *session) dependents(ctx context.Context, c *api.InventoryEntry) (notes []string, err error) {
	for e, err := range s.client.Inventory(ctx, client.InventoryFilter{ConnectorID: c.ID}) {
		if err != nil {
			return nil, err
		}
		if e.ID != c.ID && e.Owner != c.Owner {
			kind, _ := api.KindAt(e.Kind)
			notes = append(notes, fmt.Sprintf("On connector %s depends the %s %s (%s) of %s.", c.Name, kind.Singular, e.Name,
				e.ID, e.Owner))
		}
	}
	return notes, nil
}

// endLeaving ends what is to be ended, after it has asked. It stops at the first error, and says what was done before.
func (s *session) endLeaving(ctx context.Context, b offboarding, all []*leaving) error {
	var ends []*leaving
	for _, l := range all {
		if slices.Contains([]string{leavesExpiry, leavesRevoked, leavesDeleted}, l.Action) {
			ends = append(ends, l)
		}
	}
	if len(ends) == 0 {
		return nil
	}
	var needed []string
	for _, l := range ends {
		needed = append(needed, permissionOf[l.Action])
	}
	if err := s.agree(b.yes, needed...); err != nil {
		return err
	}
	for done, l := range ends {
		if err := s.endOne(ctx, b, l); err != nil {
			return fmt.Errorf("%d of %d %s before this one, %s: %w", done, len(ends), b.ended(), l.ID, err)
		}
		l.Done = true
	}
	return nil
}

// ended is what has become of the credentials that Terraform does not manage.
func (b offboarding) ended() string {
	if b.now {
		return "were ended"
	}
	return "got an end"
}

func (s *session) endOne(ctx context.Context, b offboarding, l *leaving) error {
	switch l.Action {
	case leavesExpiry:
		patch := api.ScopedTokenPatch{ExpiresAt: api.Some(b.endsAt)}
		if _, err := s.client.ScopedTokens().Patch(ctx, l.ID, patch, client.Write{}); err != nil {
			return err
		}
		at := timeOf(b.endsAt).UTC()
		l.EndsAt = &at
		return nil
	case leavesDeleted:
		return s.client.WorkloadIdentities().Delete(ctx, l.ID)
	}
	kind, _ := api.KindAt(l.Kind)
	of, c, err := s.find(ctx, target{kind: kind, id: l.ID})
	if err != nil {
		return err
	}
	_, err = of.revoke(ctx, c, api.RevokeRequest{All: true, Reason: "offboarding of " + b.owner})
	return err
}

// printLeaving prints what was done, and what is to be changed in the configuration.
func (s *session) printLeaving(all []*leaving) error {
	t := table{head: []string{"ID", "NAME", "DONE"}}
	for _, l := range all {
		done := "-"
		switch {
		case l.Action == leavesExpiry && l.Done:
			done = "ends at " + momentOr(l.EndsAt, "")
		case l.Action == leavesRevoked && l.Done:
			done = "revoked"
		case l.Action == leavesDeleted && l.Done:
			done = "deleted"
		}
		t.add(l.ID, l.Name, done)
	}
	if err := s.out.list(all, t); err != nil || s.out.json {
		return err
	}
	for _, l := range all {
		if err := s.printChange(l.Change); err != nil {
			return err
		}
	}
	return nil
}

// printChange prints what is to be changed in the configuration, if anything is.
func (s *session) printChange(change string) error {
	if change == "" {
		return nil
	}
	_, err := fmt.Fprintf(s.stdout, "\n%s\n", change)
	return err
}

// summarize says what is left. Where nothing was ended, the command has done nothing.
func (s *session) summarize(b offboarding, all []*leaving) error {
	var ended, managed, open int
	for _, l := range all {
		switch {
		case l.Done:
			ended++
		case l.Action == leavesConfiguration:
			managed++
		case l.Action == leavesOpen:
			open++
		}
	}
	how := "that only --now ends"
	if b.endsAt == "" {
		how = "to be ended with --ends-at or --now"
	}
	left := fmt.Sprintf("left are %d to be changed in the configuration, %d %s", managed, open, how)
	if ended == 0 {
		return noChangef("nothing was done: %s", left)
	}
	_, _ = fmt.Fprintf(s.stderr, "%d of %d %s; %s.\n", ended, len(all), b.ended(), left)
	return nil
}
