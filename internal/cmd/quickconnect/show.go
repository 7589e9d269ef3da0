package main

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

func showCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use: "show KIND ID|NAME", Short: "Show one object, and the versions of a credential with their last use",
		Long: "Shows one object: a scoped-token, signing-secret or connector with its versions and the last use\n" +
			"of each, a webhook-endpoint, a rotation-policy or a workload-identity. An ID says its kind, so KIND\n" +
			"may be left out. Of a credential that was deleted it shows who had it and when it was closed, with\n" +
			"exit code 3.\n" +
			"--output json prints the object as the API has it, and of a credential its versions.",
		Example:           "  quickconnect show scoped-token notifier\n  quickconnect show tok_01K0V3Z4M5N6P7Q8R9S0T1V2W3",
		ValidArgsFunction: completeKinds(api.Kinds()),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := targetOf(args, api.Kinds())
			if err != nil {
				return err
			}
			s, err := o.open(cmd.Context())
			if err != nil {
				return err
			}
			return s.show(cmd.Context(), t)
		},
	}
}

func (s *session) show(ctx context.Context, t target) error {
	switch t.kind {
	case api.WebhookEndpoints:
		return s.showEndpoint(ctx, t)
	case api.RotationPolicies:
		return s.showPolicy(ctx, t)
	case api.WorkloadIdentities:
		return s.showIdentity(ctx, t)
	}
	of, c, err := s.find(ctx, t)
	if client.IsNotFound(err) {
		return s.showClosed(ctx, t, err)
	}
	if err != nil {
		return err
	}
	versions, err := of.versions(ctx, c)
	if err != nil {
		return err
	}
	answer := struct {
		Object   any           `json:"object"`
		Versions []api.Version `json:"versions"`
	}{c.answer, versions}
	return s.out.object(answer, fieldsOf(c), versionTable(c.inactive, versions), usedBy(valid(versions)), consumerTable(c))
}

// fieldsOf lists what is shown of a credential.
func fieldsOf(c *credential) []field {
	fields := append(commonFields(c.Object, c.kind), field{"owner", c.owner})
	switch o := c.answer.(type) {
	case *api.ScopedToken:
		fields = append(fields, field{"connector", o.ConnectorID}, field{"scopes", strings.Join(o.Scopes, " ")},
			field{"expires at", textOr(o.ExpiresAt)})
	case *api.SigningSecret:
		fields = append(fields, field{"endpoint", o.EndpointID}, field{"algorithm", o.Algorithm})
	case *api.Connector:
		fields = append(fields, field{"type", o.Type}, field{"enabled", strconv.FormatBool(o.Enabled)},
			field{"credentials", o.CredentialsStatus})
	}
	fields = append(fields, certifiedField(c.answer)...)
	if r := c.rotation; r != nil {
		fields = append(fields, field{"phase", r.Phase}, field{"due", r.Due}, field{"reason", r.Reason})
	}
	if h := c.hold; h != nil {
		fields = append(fields, field{"on hold", "since " + moment(h.At) + " by " + cmp.Or(h.ByName, h.By) + ": " + h.Reason})
	}
	return append(fields, field{"in quarantine", quarantineText(c.inactive)})
}

// quarantineText says why versions are refused, and until when; empty where they are not.
func quarantineText(q *api.Quarantine) string {
	if q == nil {
		return ""
	}
	return "since " + moment(q.At) + " until " + moment(q.Until) + " by " + cmp.Or(q.ByName, q.By) + ": " + q.Reason
}

// stateOf is the state of a version, and whether it is refused although it is valid.
func stateOf(q *api.Quarantine, number int64, state string) string {
	if q.Covers(number) {
		return state + ", in quarantine"
	}
	return state
}

// commonFields lists what every object has.
func commonFields(o api.Object, kind api.Kind) []field {
	return []field{
		{"kind", kind.Singular},
		{"id", o.ID},
		{"name", o.Name},
		{"description", textOr(o.Description)},
		{"tenant", o.Tenant},
		{"environment", o.Environment},
		{"created at", moment(o.CreatedAt)},
	}
}

func textOr(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// versionTable shows every version, with its last use, and which ones a quarantine covers.
func versionTable(q *api.Quarantine, versions []api.Version) table {
	t := table{head: []string{"VERSION", "STATE", "ISSUED", "LAST USED", "ENDS", "WHY ENDED"}}
	for _, v := range versions {
		end := momentOr(v.EndedAt, momentOr(v.ExpiresAt, "-"))
		state := stateOf(q, v.Version, v.State)
		t.add(number(v.Version), state, moment(v.IssuedAt), momentOr(v.LastUsedAt, "never"), end, v.EndReason)
	}
	return t
}

// consumerTable shows who uses a credential, as far as the platform knows: it knows who fetches those of a connector.
func consumerTable(c *credential) table {
	t := table{head: []string{"CONSUMER", "SCOPED TOKEN", "VERSION", "LAST FETCHED"}}
	if o, ok := c.answer.(*api.Connector); ok {
		for _, u := range o.PreviousInUseBy {
			t.add(u.Consumer, cmp.Or(u.ScopedTokenName, u.ScopedTokenID), number(u.Version), moment(u.LastRetrievedAt))
		}
	}
	return t
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
