package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// offboarding is what the command line of offboard says.
type offboarding struct {
	owner  string
	endsAt string // RFC 3339; empty: not said
	now    bool
	yes    bool
}

func offboardCommand(o *options) *cobra.Command {
	var b offboarding
	cmd := &cobra.Command{
		Use:   "offboard OWNER [--ends-at TIME | --now]",
		Short: "Show what an owner has, and end what Terraform does not manage",
		Long: "Shows every credential of an owner, who uses it and what depends on it. What Terraform manages is never\n" +
			"changed: the command prints what to change in the configuration.\n" +
			"What Terraform does not manage gets an end. With --ends-at a scoped token ends at that time. Nothing else\n" +
			"has a date to end at: connectors and signing secrets are revoked, and workload identities deleted, with\n" +
			"--now, which ends scoped tokens at once too. Without either, the command only shows.\n" +
			"An object counts as managed where a Terraform state was seen to have it, or where the audit trail has a\n" +
			"change or a reveal of it by the provider. One that was imported and then never changed is not recognised:\n" +
			"look for its id in your states first.\n" +
			"Where nothing was ended, the exit code is 3. Principals have no owner: see quickconnect inventory.",
		Example: "  quickconnect offboard person@example.com\n" +
			"  quickconnect offboard person@example.com --ends-at 2026-12-07T00:00:00Z",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || api.CheckOwner(args[0]) != nil || isToken(args[0]) {
				return refusef("give one owner, as the objects have it")
			}
			if b.owner = args[0]; b.now && b.endsAt != "" {
				return refusef("give --ends-at or --now, not both")
			}
			if at, err := time.Parse(time.RFC3339, b.endsAt); b.endsAt != "" && err != nil {
				return refusef("--ends-at must be a time such as 2026-12-07T00:00:00Z")
			} else if b.endsAt != "" && !at.After(o.now()) {
				return refusef("--ends-at is in the past: %s. Nothing was done; --now ends everything at once", b.endsAt)
			}
			s, err := o.open(cmd.Context())
			if err != nil {
				return err
			}
			return s.offboard(cmd.Context(), b)
		},
	}
	cmd.Flags().StringVar(&b.endsAt, "ends-at", "",
		"the `TIME` (RFC 3339) when scoped tokens end that Terraform does not manage")
	cmd.Flags().BoolVar(&b.now, "now", false, "end everything at once that Terraform does not manage")
	yesFlag(cmd, &b.yes)
	return cmd
}

// What becomes of a credential of an owner who leaves.
const (
	leavesConfiguration = "configuration" // Terraform manages it
	leavesExpiry        = "expires_at"    // it gets an end
	leavesRevoked       = "revoke"
	leavesDeleted       = "delete"
	leavesNothing       = "nothing" // it has ended, or ends before
	leavesOpen          = "open"    // it stays, because it only ends at once
)

// leaving is a credential of an owner who leaves.
type leaving struct {
	Kind      string     `json:"kind"`
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Terraform string     `json:"managed_by_terraform"` // why it counts as managed; empty: it does not
	Action    string     `json:"action"`
	Done      bool       `json:"done"`
	EndsAt    *time.Time `json:"ends_at"`
	Change    string     `json:"configuration"` // what to change in the configuration; empty for nothing

	entry *api.InventoryEntry
}

// offboard shows what an owner has, ends what Terraform does not manage, and prints the rest.
func (s *session) offboard(ctx context.Context, b offboarding) error {
	var all []*leaving
	for e, err := range s.client.Inventory(ctx, client.InventoryFilter{Owner: b.owner}) {
		if err != nil {
			return err
		}
		l := &leaving{Kind: e.Kind, ID: e.ID, Name: e.Name, EndsAt: e.ExpiresAt, entry: e}
		if l.Terraform, err = s.managedBy(ctx, e); err != nil {
			return err
		}
		l.decide(b)
		all = append(all, l)
	}
	if len(all) == 0 {
		return noChangef("nothing was done: %s owns no credential in %s", b.owner, s.place())
	}
	if err := s.showLeaving(ctx, b, all); err != nil {
		return err
	}
	if err := s.endLeaving(ctx, b, all); err != nil {
		return err
	}
	if err := s.printLeaving(all); err != nil {
		return err
	}
	return s.summarize(b, all)
}

// providerAgent is how the user agent of the Terraform provider begins.
const providerAgent = "terraform-provider-quickconnect/"

// stateHasIt is why an object counts as managed that a state was seen to have.
const stateHasIt = "a state has it"

// providerActions are the events that the provider leaves of an object that it manages. Uses are not among them: an
// object can have any number of those.
var providerActions = []string{"create", "update", "reveal", api.StepBegin, api.StepRotate}

// managedBy says why an object counts as managed by Terraform; empty where it does not.
func (s *session) managedBy(ctx context.Context, e *api.InventoryEntry) (string, error) {
	if e.Claimed {
		return stateHasIt, nil
	}
	for _, action := range providerActions {
		events, more, err := s.client.AuditEvents(ctx, client.AuditFilter{ObjectID: e.ID, Action: action}, maxRiskiest)
		if err != nil {
			return "", err
		}
		for _, event := range events {
			if strings.HasPrefix(event.UserAgent, providerAgent) {
				return "the provider's " + event.Action, nil
			}
		}
		if more { // what cannot be ruled out is left alone
			return "unknown: it has too many events", nil
		}
	}
	return "", nil
}

// decide decides what becomes of a credential. Nothing that Terraform manages is ended behind its back.
func (l *leaving) decide(b offboarding) {
	ended := l.entry.Phase == api.PhaseRevoked
	before := l.EndsAt != nil && b.endsAt != "" && !l.EndsAt.After(timeOf(b.endsAt))
	switch {
	case l.Terraform != "":
		l.Action, l.Change = leavesConfiguration, changeOf(l)
	case ended || before:
		l.Action = leavesNothing
	case !b.now && l.Kind == api.KindScopedTokens && b.endsAt != "":
		l.Action = leavesExpiry
	case !b.now:
		l.Action = leavesOpen
	case l.Kind == api.KindWorkloadIdentities:
		l.Action = leavesDeleted
	default:
		l.Action = leavesRevoked
	}
}

// timeOf reads a time that was checked before.
func timeOf(text string) time.Time {
	t, _ := time.Parse(time.RFC3339, text)
	return t
}

// changeOf is what to change in the configuration of an object that Terraform manages.
func changeOf(l *leaving) string {
	kind, _ := api.KindAt(l.Kind)
	out := fmt.Sprintf("# resource %q with name = %q (%s): hand it over, or delete the block\nowner = \"NEW OWNER\"",
		kind.Terraform, l.Name, l.ID)
	if l.Kind == api.KindScopedTokens {
		out = strings.Replace(out, "delete the block", "let it end with expires_at, or delete the block", 1)
	}
	return out
}
