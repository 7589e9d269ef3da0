package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

func auditCommand(o *options) *cobra.Command {
	var f client.AuditFilter
	var atMost int
	cmd := &cobra.Command{
		Use: "audit [ID]", Short: "List the events of the audit trail, the oldest first",
		Long: "Lists the events of the audit trail of the environment, or those of one object, the oldest first. An\n" +
			"object that is deleted has its events still: give its id. --output json has every member of an event.",
		Example: "  quickconnect audit --action reveal --since 2026-05-01T00:00:00Z",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 1 && !isObjectID(args[0]) {
				return refusef("give the id of one object, such as tok_01K0V3Z4M5N6P7Q8R9S0T1V2W3, or none")
			}
			if len(args) == 1 {
				f.ObjectID = args[0]
			}
			if err := checkAudit(f, atMost); err != nil {
				return err
			}
			s, err := o.open(cmd.Context())
			if err != nil {
				return err
			}
			return s.audit(cmd.Context(), f, atMost)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.Action, "action", "", "only this `ACTION`, such as create, reveal, promote or revoke")
	flags.StringVar(&f.Actor, "actor", "", "only what the actor with this `ID` did")
	flags.StringVar(&f.Outcome, "outcome", "", "only this `OUTCOME`: success or failure")
	flags.StringVar(&f.Since, "since", "", "only events of this `TIME` (RFC 3339) or later")
	flags.StringVar(&f.Until, "until", "", "only events before this `TIME` (RFC 3339)")
	flags.IntVar(&atMost, "at-most", 200, "how many, the oldest")
	_ = cmd.RegisterFlagCompletionFunc("outcome", cobra.FixedCompletions(
		[]string{api.OutcomeSuccess, api.OutcomeFailure}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// isObjectID tells an id from a misplaced token, which must not become a part of a URL.
func isObjectID(text string) bool { return !isToken(text) && client.IsID(text) }

// isToken reports whether a text begins as a token does.
func isToken(text string) bool {
	for _, prefix := range []string{api.PrefixScopedToken, api.PrefixPrincipal, api.PrefixAccessToken, api.PrefixCommand} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}

func checkAudit(f client.AuditFilter, atMost int) error {
	for name, text := range map[string]string{"since": f.Since, "until": f.Until} {
		if _, err := time.Parse(time.RFC3339, text); text != "" && err != nil {
			return refusef("--%s must be a time such as 2026-05-01T12:00:00Z", name)
		}
	}
	if f.Outcome != "" && f.Outcome != api.OutcomeSuccess && f.Outcome != api.OutcomeFailure {
		return refusef("--outcome must be %s or %s", api.OutcomeSuccess, api.OutcomeFailure)
	}
	if atMost < 1 {
		return refusef("--at-most must be 1 or more")
	}
	return nil
}

func (s *session) audit(ctx context.Context, f client.AuditFilter, atMost int) error {
	events, more, err := s.client.AuditEvents(ctx, f, atMost)
	if err != nil {
		return err
	}
	t := table{head: []string{"INDEX", "AT", "ACTOR", "ACTION", "OBJECT", "OUTCOME", "DETAIL"}}
	for _, e := range events {
		if e.Erased {
			t.add(number(e.Index), "-", "-", "-", "-", "-", "erased")
			continue
		}
		t.add(number(e.Index), momentOr(e.At, "-"), e.Actor, e.Action, e.ObjectID, e.Outcome, detailOf(e))
	}
	if err := s.out.list(append([]api.AuditEvent{}, events...), t); err != nil { // none is [] in JSON, not null
		return err
	}
	if more {
		_, _ = fmt.Fprintf(s.stderr, "These are the oldest %d; --since goes on from a time, --at-most shows more.\n", atMost)
	}
	return nil
}

// detailOf is what else there is to say of an event, in one line.
func detailOf(e api.AuditEvent) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(e.Detail)) {
		if value := e.Detail[name]; value != "" {
			words = append(words, name+"="+value)
		}
	}
	return strings.Join(words, " ")
}
